/// The records of a CSV file or request body (RFC 4180), in order, each with the line that it begins on.
///
/// Lines end in LF, CRLF, or CR where the first line does. A line end within a quoted field belongs to the record. A
/// byte order mark at the start and blank lines belong to none.
///
/// Damage stays on its line: where a field's quotes are not closed, or text follows the closing quote, the record is
/// that single line, which `CSVLine` refuses, and the next record begins on the next line. So every byte that is not
/// blank is in exactly one record.
package struct CSVRecords: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private let delimiter: UInt8
    private let quote: UInt8
    private let fields: Int?
    private let endsInCR: Bool
    private var position: Int
    private var line = 1

    /// - Parameters:
    ///   - delimiter: the byte between fields; no line end.
    ///   - quote: the byte around fields; another than the delimiter.
    ///   - fields: how many a record has, where that is known: several lines with another number of fields are damage,
    ///     for there a stray quote met another one further down.
    package init(
        _ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\""), fields: Int? = nil
    ) {
        self.bytes = bytes
        self.delimiter = delimiter
        self.quote = quote
        self.fields = fields
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let end = bytes[position...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.endIndex
        let isCR = end < bytes.count && bytes[end] == 13
        endsInCR = isCR && (end + 1 == bytes.count || bytes[end + 1] != 10)
    }

    package mutating func next() -> FileRecord? {
        while position < bytes.count {
            let start = position
            let first = line
            let lineEnd = endOfLine(from: start)
            let end = hasQuote(start..<lineEnd) ? endOfRecord(from: start) ?? lineEnd : lineEnd
            move(past: end)
            let record = start..<trimmed(end, from: start)
            if !isBlank(record) { return FileRecord(line: first, bytes: record) }
        }
        return nil
    }

    /// Where the record ends by its quotes; nil where they are damaged.
    private func endOfRecord(from start: Int) -> Int? {
        var i = start
        var count = 0
        var ends = 0
        while true {
            count += 1
            if i < bytes.count, bytes[i] == quote {
                guard let close = closingQuote(from: i + 1, lineEnds: &ends) else { return nil }
                i = close + 1
            } else {
                while i < bytes.count, bytes[i] != delimiter, !isLineEnd(i) { i += 1 }
            }
            if i >= bytes.count || isLineEnd(i) { break }
            if bytes[i] == 13, i + 1 < bytes.count, bytes[i + 1] == 10 {
                i += 1
                break
            }
            guard bytes[i] == delimiter else { return nil }
            i += 1
        }
        return ends == 0 || fields == nil || fields == count ? i : nil
    }

    /// Where a quoted field is closed; nil where the file ends first.
    private func closingQuote(from start: Int, lineEnds: inout Int) -> Int? {
        var i = start
        while i < bytes.count {
            if bytes[i] == quote {
                guard i + 1 < bytes.count, bytes[i + 1] == quote else { return i }
                i += 1
            } else if isLineEnd(i) {
                lineEnds += 1
            }
            i += 1
        }
        return nil
    }

    private func endOfLine(from start: Int) -> Int {
        var i = start
        while i < bytes.count, !isLineEnd(i) { i += 1 }
        return i
    }

    /// The LF of a CRLF is the line end.
    private func isLineEnd(_ index: Int) -> Bool {
        switch bytes[index] {
        case 10: true
        case 13: endsInCR && (index + 1 == bytes.count || bytes[index + 1] != 10)
        default: false
        }
    }

    private func hasQuote(_ range: Range<Int>) -> Bool { bytes[range].contains(quote) }

    private mutating func move(past end: Int) {
        for i in position..<end where isLineEnd(i) { line += 1 }
        line += 1
        position = end + 1
    }

    /// Without the CR of a CRLF.
    private func trimmed(_ end: Int, from start: Int) -> Int {
        end < bytes.count && bytes[end] == 10 && end > start && bytes[end - 1] == 13 ? end - 1 : end
    }

    /// Nothing but blanks and control characters, none of which is the delimiter.
    private func isBlank(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy { $0 <= 32 && $0 != delimiter } }
}
