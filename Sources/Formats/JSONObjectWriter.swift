/// Writes one JSON object (RFC 8259), member by member. A value that isn't there is left out.
///
/// A caller puts members under different names and takes the bytes by `end`. There is no white space in them, so an
/// object is one line whatever texts it holds.
package struct JSONObjectWriter {
    private var out: [UInt8] = []

    /// - Parameter capacity: bytes that find room without a reallocation.
    package init(capacity: Int = 1024) {
        out.reserveCapacity(capacity)
        out.append(UInt8(ascii: "{"))
    }

    /// The whole object.
    package consuming func end() -> [UInt8] {
        out.append(UInt8(ascii: "}"))
        return out
    }

    /// A string member, escaped as little as RFC 8259 asks; nil leaves the member out.
    package mutating func put(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        put(name)
        quote(value)
    }

    /// A member whose name is no literal. Its name is escaped as its value is.
    package mutating func put(named name: String, _ value: String?) {
        guard let value else { return }
        separate()
        quote(name)
        out.append(UInt8(ascii: ":"))
        quote(value)
    }

    /// A member that is `true` or `false`.
    package mutating func put(_ name: StaticString, _ value: Bool) { put(name, literal: value ? "true" : "false") }
    /// A whole number in full, whatever its size; readers that take numbers as doubles lose digits beyond 2^53.
    package mutating func put(_ name: StaticString, _ value: some BinaryInteger) { put(name, literal: String(value)) }
    /// - Parameter value: finite, as JSON knows no other.
    package mutating func put(_ name: StaticString, _ value: Double) { put(name, literal: value.description) }

    /// A member that is an object, whose members `object` writes.
    package mutating func put(_ name: StaticString, object: (inout JSONObjectWriter) -> Void) {
        put(name)
        nest("{", "}") { object(&$0) }
    }

    /// A member that is an array of strings; nil leaves it out, and an empty list stands as `[]`.
    package mutating func put(_ name: StaticString, _ values: [String]?) {
        guard let values else { return }
        put(name)
        nest("[", "]") { writer in
            for value in values {
                writer.separate()
                writer.quote(value)
            }
        }
    }

    /// A member that is an array of objects, one for each value in order; nil leaves it out.
    package mutating func put<T>(_ name: StaticString, _ values: [T]?, object: (T, inout JSONObjectWriter) -> Void) {
        guard let values else { return }
        put(name)
        nest("[", "]") { writer in
            for value in values {
                writer.separate()
                writer.nest("{", "}") { object(value, &$0) }
            }
        }
    }

    private mutating func put(_ name: StaticString, literal: String) {
        put(name)
        out += literal.utf8
    }

    /// A member's name, which is a literal without characters to escape, and its colon.
    private mutating func put(_ name: StaticString) {
        separate()
        out.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { out += $0 }
        out.append(UInt8(ascii: "\""))
        out.append(UInt8(ascii: ":"))
    }

    /// Writes an object or array around what `body` writes.
    private mutating func nest(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONObjectWriter) -> Void
    ) {
        out.append(UInt8(ascii: open))
        body(&self)
        out.append(UInt8(ascii: close))
    }

    /// A comma, unless this is the first entry of its object or array.
    private mutating func separate() {
        if let last = out.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { out.append(UInt8(ascii: ",")) }
    }

    /// RFC 8259, section 7.
    private mutating func quote(_ text: String) {
        out.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var plain = 0
            for (at, byte) in bytes.enumerated()
            where byte < 32 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                out += bytes[plain..<at]
                plain = at + 1
                out.append(UInt8(ascii: "\\"))
                if byte < 32 {
                    out += "u00".utf8
                    out += [Self.hex(byte >> 4), Self.hex(byte & 15)]
                } else {
                    out.append(byte)
                }
            }
            out += bytes[plain...]
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func hex(_ digit: UInt8) -> UInt8 { digit < 10 ? digit + 48 : digit + 87 }
}
