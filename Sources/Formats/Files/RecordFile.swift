/// A file of records as a mapping reads it: its header, its records one after the other, and what each holds.
package struct RecordFile: Sendable {
    /// Why nothing of a file can be read.
    package enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
        case header(line: Int, HeaderFault)
        /// The bytes are in another encoding than the mapping says, as a whole.
        case encoding(String)

        package var description: String {
            switch self {
            case .header(let line, let fault): "line \(line): \(fault)"
            case .encoding(let why): why
            }
        }
    }

    /// The file's bytes; in UTF-8 where they were in UTF-16.
    package let bytes: [UInt8]
    /// The line that names the columns of CSV; nil where none does.
    package let header: Int?
    /// The columns of CSV in order, those among them that nobody reads; empty where nothing names them.
    package let columns: [String]
    private let mapping: Mapping
    private let parser: RecordParser
    private let name: String
    /// Where lines begin that name the columns, the first or again.
    private var headers: Set<Int> = []
    /// The end of the line in which a spreadsheet notes the delimiter; 0 without one.
    private var noteEnd = 0

    /// - Parameter name: of the file, without folders, for the ids of records that have none.
    package init(_ bytes: [UInt8], name: String, mapping: Mapping) throws(Fault) {
        var mapping = mapping
        self.bytes = try Self.decoded(bytes, &mapping)
        self.mapping = mapping
        self.name = name
        let parser = RecordParser(mapping: mapping)
        guard case .csv(let form) = mapping.format else {
            (header, columns, self.parser) = (nil, [], parser)
            return
        }
        var records = CSVRecords(self.bytes, delimiter: form.delimiter, quote: form.quote)
        var next = records.next()
        if let note = next, Self.isDelimiterNote(self.bytes[note.bytes], form) {
            noteEnd = note.bytes.upperBound
            next = records.next()
        }
        guard let first = next else {
            (header, columns, self.parser) = (nil, form.columns, parser)
            return
        }
        let line = Array(self.bytes[first.bytes])
        let found: RecordParser?
        do throws(HeaderFault) {
            found = try parser.reading(header: line)
        } catch { throw .header(line: first.line, error) }
        self.parser = found ?? parser
        header = found == nil ? nil : first.line
        columns = found == nil ? form.columns : Self.names(line, mapping)
        headers = try foundHeaders()
    }

    /// The offsets of the lines that name the columns, such as where files were put together.
    ///
    /// - Throws: `another` where one names them in another order, since rows below it would be misread.
    private func foundHeaders() throws(Fault) -> Set<Int> {
        let digits = columns.reduce(0) { $0 + $1.utf8.count { Self.isDigit($0) } }
        var found: Set<Int> = []
        // Rows have times and amounts, so that they have more digits than names do.
        for record in records where !hasDigits(record.bytes, moreThan: digits) {
            let names = Self.names(Array(bytes[record.bytes]), mapping)
            let known = names.count { !$0.isEmpty && columns.contains($0) }
            guard known > 1, known * 2 > names.count else { continue }
            guard names == columns else { throw .header(line: record.line, .another(first: header)) }
            found.insert(record.bytes.lowerBound)
        }
        return found
    }

    private func hasDigits(_ range: Range<Int>, moreThan count: Int) -> Bool {
        var found = 0
        for byte in bytes[range] where Self.isDigit(byte) {
            found += 1
            if found > count { return true }
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// The records in order. A header that comes again, as where files were put together, is none.
    package var records: AnySequence<FileRecord> {
        switch mapping.format {
        case .iso20022(.xml): return AnySequence(XMLRecords(bytes))
        case .iso20022(.json), .json: return AnySequence(JSONRecords(bytes))
        case .csv(let form):
            let all = CSVRecords(
                bytes, delimiter: form.delimiter, quote: form.quote, fields: columns.isEmpty ? nil : columns.count)
            return AnySequence(
                all.lazy.filter { $0.bytes.lowerBound >= noteEnd && !headers.contains($0.bytes.lowerBound) })
        }
    }

    /// What a record holds. Where it has no id of its own and the mapping says so, its place is one.
    package func parts(_ record: FileRecord) -> [RecordPart] {
        parser.parts(Array(bytes[record.bytes]), at: RecordPlace("\(name)/\(record.line)"))
    }

    /// What stands in a column of a record of CSV, in the file's encoding; nil where the record has not that column.
    package func value(_ column: String, of record: FileRecord) -> [UInt8]? {
        guard case .csv(let form) = mapping.format, let place = columns.firstIndex(of: column),
            let values = CSVLine.split(bytes[record.bytes], delimiter: form.delimiter, quote: form.quote),
            values.count == columns.count
        else { return nil }
        return values[place]
    }

    /// `sep=;`, which Excel writes and reads before the header.
    private static func isDelimiterNote(_ line: ArraySlice<UInt8>, _ form: Mapping.CSVForm) -> Bool {
        line.elementsEqual(Array("sep=".utf8) + [form.delimiter])
    }

    private static func names(_ line: [UInt8], _ mapping: Mapping) -> [String] {
        guard let form = mapping.format.csv else { return [] }
        let text = (try? mapping.encoding.fields(line)) ?? line
        let values = CSVLine.split(text, delimiter: form.delimiter, quote: form.quote) ?? []
        return values.map { String(decoding: $0, as: UTF8.self).trimmed }
    }

    /// A file in UTF-16 can't be split by its bytes, so it is decoded as a whole.
    private static func decoded(_ bytes: [UInt8], _ mapping: inout Mapping) throws(Fault) -> [UInt8] {
        if case .iso20022(.xml) = mapping.format { return bytes }
        switch mapping.encoding {
        case .utf16, .utf16LittleEndian, .utf16BigEndian:
            let encoding = mapping.encoding
            mapping.encoding = .utf8
            do throws(Rejection) {
                return try encoding.utf8(bytes)
            } catch { throw .encoding("the file is not in \(encoding.rawValue), which the mapping says") }
        default:
            try check(bytes, mapping.encoding)
            return bytes
        }
    }

    /// - Throws: where the file's first bytes tell another encoding than one of single bytes or UTF-8.
    private static func check(_ bytes: [UInt8], _ encoding: TextEncoding) throws(Fault) {
        let said = encoding.rawValue.uppercased()
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            throw .encoding("the file is in UTF-32, which is not read: save it in UTF-8")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw .encoding("the file is in UTF-16, not in \(said): `encoding: utf-16` in the mapping says so")
        }
        guard encoding == .utf8 || !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw .encoding("the file is in UTF-8 by its byte-order mark, not in \(said), which the mapping says")
        }
        // In UTF-16 every second byte of a letter of ASCII is 0, which no text has.
        guard bytes.count > 1, bytes[0] == 0 || bytes[1] == 0 else { return }
        let name = bytes[0] == 0 ? "utf-16be" : "utf-16le"
        throw .encoding("the file is in UTF-16 without a byte-order mark, not in \(said): `encoding: \(name)` says so")
    }
}
