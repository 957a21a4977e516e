/// One line of CSV (RFC 4180): quoted fields, doubled quotes, a line end that may be there or not.
///
/// A record is one line, and there is no state from one line to the next; `Mapping.CSVForm` or a file's header names the
/// columns.
package enum CSVLine {
    /// The fields of the line, as raw bytes: quotes taken off, doubled quotes made one, and no character set looked at.
    ///
    /// - Parameters:
    ///   - bytes: the line, with or without LF or CRLF at its end. A quoted field may hold line ends; outside of quotes
    ///     they are refused, as are quotes within an unquoted field.
    ///   - delimiter: one byte between fields; spaces beside it belong to the fields.
    ///   - quote: the byte that quoted fields begin and end with.
    /// - Returns: at least one field; an empty line has one, which is empty. Nil where quotes don't close, text follows
    ///   a closing quote, or a second line follows.
    package static func split(
        _ bytes: some Collection<UInt8>, delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\"")
    ) -> [[UInt8]]? {
        var line = Array(bytes)
        if line.last == 10 { line.removeLast() }
        if line.last == 13 { line.removeLast() }
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var i = 0
        while true {
            if i < line.count, line[i] == quote {
                i += 1
                while true {
                    guard i < line.count else { return nil }
                    if line[i] == quote {
                        i += 1
                        guard i < line.count, line[i] == quote else { break }
                    }
                    field.append(line[i])
                    i += 1
                }
                guard i == line.count || line[i] == delimiter else { return nil }
            } else {
                while i < line.count, line[i] != delimiter {
                    guard line[i] != quote, line[i] != 10, line[i] != 13 else { return nil }
                    field.append(line[i])
                    i += 1
                }
            }
            fields.append(field)
            field = []
            if i == line.count { return fields }
            i += 1
        }
    }
}
