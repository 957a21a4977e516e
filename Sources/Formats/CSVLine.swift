/// One line of CSV (RFC 4180): quoted fields, doubled quotes, a line end that may be there or not.
package enum CSVLine {
    /// Nil where quotes don't close or text follows a closing quote, or where a second line follows.
    package static func split(_ bytes: some Collection<UInt8>, delimiter: UInt8 = UInt8(ascii: ",")) -> [[UInt8]]? {
        var line = Array(bytes)
        if line.last == 10 { line.removeLast() }
        if line.last == 13 { line.removeLast() }
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var i = 0
        while true {
            if i < line.count, line[i] == UInt8(ascii: "\"") {
                i += 1
                while true {
                    guard i < line.count else { return nil }
                    if line[i] == UInt8(ascii: "\"") {
                        i += 1
                        guard i < line.count, line[i] == UInt8(ascii: "\"") else { break }
                    }
                    field.append(line[i])
                    i += 1
                }
                guard i == line.count || line[i] == delimiter else { return nil }
            } else {
                while i < line.count, line[i] != delimiter {
                    guard line[i] != UInt8(ascii: "\""), line[i] != 10, line[i] != 13 else { return nil }
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
