import Formats
import HTTPFront

/// The records of a CSV body (RFC 4180), byte for byte: quoted line breaks are within them, a header is in none.
struct CSVBody: Sendable {
    private let form: Mapping.CSVForm
    private let encoding: TextEncoding

    init(_ form: Mapping.CSVForm, _ encoding: TextEncoding) {
        self.form = form
        self.encoding = encoding
    }

    /// - Parameter header: the `header` of `text/csv`: `present` or `absent`. Without it a first line with the mapping's
    ///   columns in their order is a header.
    /// - Throws: `csvHeaderMismatch` for a header of other columns or another order, as records on the topic have none;
    ///   `mediaTypeUnsupported` for another word.
    func records(_ body: [UInt8], header: String?) throws(Problem) -> [[UInt8]] {
        guard ["present", "absent", nil].contains(header?.lowercased()) else {
            throw Problem(.mediaTypeUnsupported, "the header of text/csv is present or absent (RFC 4180, section 3)")
        }
        var records = CSVRecords(
            body, delimiter: form.delimiter, quote: form.quote, fields: form.columns.isEmpty ? nil : form.columns.count
        ).map { Array(body[$0.bytes]) }
        if header?.lowercased() != "absent", let first = records.first,
            try isHeader(first, present: header != nil)
        {
            records.removeFirst()
        }
        return records
    }

    /// Whether each record can be told from the next.
    func isSound(_ records: [[UInt8]]) -> Bool {
        records.allSatisfy { split($0)?.count == form.columns.count }
    }

    private func split(_ record: [UInt8]) -> [[UInt8]]? {
        CSVLine.split(record, delimiter: form.delimiter, quote: form.quote)
    }

    private func isHeader(_ record: [UInt8], present: Bool) throws(Problem) -> Bool {
        let names = (try? encoding.utf8(record)).flatMap(split)?.map { name in
            String(decoding: name.drop { $0 == 32 }.reversed().drop { $0 == 32 }.reversed(), as: UTF8.self)
        }
        if names == form.columns { return true }
        // Two names of columns are no values: by their places the records would be read wrongly.
        guard present || Set(names ?? []).intersection(form.columns).count >= 2 else { return false }
        throw Problem(.csvHeaderMismatch, "the columns are, in this order: \(form.columns.joined(separator: ", "))")
    }
}
