/// Reads a field's value from left to right (RFC 9110, section 5.6).
struct FieldScanner {
    private var rest: Substring.UTF8View

    init(_ value: String) {
        rest = value[...].trimmingBlanks[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func blanks() { rest = rest.drop { $0 == 32 || $0 == 9 } }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// The token that stands here; nil where none does.
    mutating func token() -> String? {
        let token = rest.prefix { byte in
            (48...57).contains(byte) || (97...122).contains(byte | 32) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
        guard !token.isEmpty else { return nil }
        rest = rest[token.endIndex...]
        return String(token)
    }

    /// The text between quotes, with backslashes resolved; nil where no quoted string stands here whole.
    mutating func quoted() -> String? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        var place = rest.dropFirst()
        while var byte = place.popFirst() {
            if byte == UInt8(ascii: "\"") {
                rest = place
                return String(decoding: text, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = place.popFirst() else { return nil }
                byte = escaped
            }
            text.append(byte)
        }
        return nil
    }
}
