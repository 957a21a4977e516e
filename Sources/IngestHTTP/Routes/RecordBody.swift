package import Formats
package import HTTPFront

/// Takes a body apart into records of a member's mapping.
package struct RecordBody: Sendable {
    private let mapping: Mapping

    package init(_ mapping: Mapping) { self.mapping = mapping }

    /// The one record that a body is to be.
    ///
    /// - Throws: what is wrong with the body as a whole; `severalTransactions` for several records of CSV.
    package func single(_ body: [UInt8], _ type: MediaType) throws(Problem) -> [UInt8] {
        switch mapping.format {
        // Its byte order mark belongs to the record.
        case .json where !mapping.encoding.extendsASCII, .csv where !mapping.encoding.extendsASCII: return body
        case .json, .iso20022(.json): return Self.withoutMark(body)
        case .iso20022(.xml):
            try XMLCharset.check(body, type.charset)
            return body
        case .csv(let form):
            let csv = CSVBody(form, mapping.encoding)
            let records = try csv.records(body, header: type.parameters["header"])
            guard records.count > 1, csv.isSound(records) else { return records.count == 1 ? records[0] : body }
            throw Problem(Rejection(reason: .severalTransactions, field: nil))
        }
    }

    /// The records of a batch, in order.
    ///
    /// - Throws: `malformedRequest` where there is none, or where the body is no array that was to be one.
    package func batch(_ body: [UInt8], _ type: MediaType) throws(Problem) -> [[UInt8]] {
        guard mapping.encoding.extendsASCII else {
            throw Problem(.mediaTypeUnsupported, "records in UTF-16 go one a request, to /v1/score")
        }
        var records: [[UInt8]]?
        if case .csv(let form) = mapping.format {
            records = try CSVBody(form, mapping.encoding).records(body, header: type.parameters["header"])
        } else {
            let text = Self.withoutMark(body)
            records = type.name == "application/json" ? RecordBatch.elements(text) : RecordBatch.lines(text)
        }
        guard let records, !records.isEmpty else { throw Problem(.malformedRequest) }
        return records
    }

    /// The text without UTF-8's byte order mark, which is no part of a record.
    private static func withoutMark(_ body: [UInt8]) -> [UInt8] {
        body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(body.dropFirst(3)) : body
    }
}

extension Mapping.Format {
    /// Bytes that a record may have; the parser says so, too, and with the stream's own code.
    var bodyLimit: Int { if case .iso20022 = self { RecordParser.messageLimit } else { RecordParser.recordLimit } }

    /// What one record is.
    var mediaTypes: [String] {
        switch self {
        case .json, .iso20022(.json): ["application/json"]
        case .csv: ["text/csv"]
        case .iso20022(.xml): ["application/xml"]
        }
    }

    /// What many are; none where messages can't be told apart.
    var batchTypes: [String] {
        switch self {
        case .json, .iso20022(.json): ["application/json", "application/x-ndjson"]
        case .csv: ["text/csv"]
        case .iso20022(.xml): []
        }
    }
}

extension Mapping {
    /// Character sets that Content-Type may name.
    var charsets: [String] {
        switch format {
        case .iso20022(.xml): XMLCharset.all
        case .iso20022(.json): ["utf-8", "us-ascii"]
        case .json, .csv: encoding.extendsASCII ? [encoding.rawValue, "us-ascii"] : [encoding.rawValue]
        }
    }
}

extension TextEncoding {
    /// Whether the bytes of ASCII stand for ASCII and for nothing else, so that lines and quotes are found without decoding.
    var extendsASCII: Bool { ![.utf16, .utf16LittleEndian, .utf16BigEndian].contains(self) }
}
