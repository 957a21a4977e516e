/// Names and values as forms and addresses have them (`application/x-www-form-urlencoded`, of the URL standard). Lines of a value
/// end with a line feed alone; browsers send a carriage return before it.
package enum FormText {
    /// Most fields of a form or address.
    private static let fieldLimit = 64

    /// The fields in order; nil where there are too many, or a text is not UTF-8 in its percents.
    package static func fields(_ text: some StringProtocol) -> [(name: String, value: String)]? {
        let parts = text.split(separator: "&")
        guard parts.count <= fieldLimit else { return nil }
        var fields: [(name: String, value: String)] = []
        for part in parts {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(halves[0]), let value = halves.count == 2 ? decoded(halves[1]) : "" else {
                return nil
            }
            fields.append((name, value))
        }
        return fields
    }

    /// The fields as a query.
    package static func query(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    private static func decoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
            // In a `String` both are one character, which is found by neither.
            if bytes.suffix(2).elementsEqual("\r\n".utf8) { bytes.remove(at: bytes.count - 2) }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? { Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init) }

    package static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                out.unicodeScalars.append(UnicodeScalar(byte))
            default:
                out +=
                    "%" + String(byte >> 4, radix: 16, uppercase: true) + String(byte & 15, radix: 16, uppercase: true)
            }
        }
        return out
    }
}
