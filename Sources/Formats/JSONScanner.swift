/// A scalar of a JSON object. Numbers keep their text, so amounts never pass through floating point.
enum JSONScalar: Sendable, Hashable {
    case string(String)
    case number(String)
    case bool(Bool)
    case null
    /// An object or array where a scalar was looked for.
    case composite
}

/// Checks that bytes are one JSON object (RFC 8259, strictly: UTF-8, no duplicate names, no trailing bytes, at most 32
/// deep) and collects its scalars by dotted path, in one pass. No two members have one path, so that
/// `{"a.b": 1, "a": {"b": 2}}` is refused, too.
struct JSONScanner {
    /// What is not JSON as it has to be; becomes `malformedJSON` with the place.
    private struct Malformed: Error {}

    /// The whole record.
    private let bytes: [UInt8]
    private var at = 0
    /// Values by dotted path, as far as the record was read; empty where a tree is built.
    private var fields: [String: JSONScalar] = [:]
    /// Where not only scalars but everything is wanted.
    private var tree: MessageTree?

    private init(_ bytes: [UInt8], tree: MessageTree?) {
        self.bytes = bytes
        self.tree = tree
    }

    /// The object's scalars by path, such as `card.number` for `{"card": {"number": "…"}}`. Objects and arrays stand as
    /// `composite` under their own path; what is in arrays has no path.
    ///
    /// - Throws: `malformedJSON`, with the place where reading stopped, or without one for bytes that are not UTF-8.
    static func fields(_ bytes: [UInt8]) throws(MessageFault) -> [String: JSONScalar] {
        var scanner = JSONScanner(bytes, tree: nil)
        try scanner.document()
        return scanner.fields
    }

    /// The object as a tree: a member is an element, an array one element of its name for each entry, and a member that is
    /// the text or the currency of an amount goes into the element around it.
    ///
    /// - Throws: `emptyRecord` for white space alone, `malformedJSON`, `fieldTooLong` for a value of more than 16 KB,
    ///   `recordTooLarge` for more elements than `MessageTree.elementLimit`.
    static func tree(_ bytes: [UInt8]) throws(MessageFault) -> MessageTree {
        guard bytes.contains(where: { $0 > 32 }) else { throw MessageFault(.emptyRecord) }
        var scanner = JSONScanner(bytes, tree: MessageTree())
        try scanner.document()
        return scanner.tree ?? MessageTree()
    }

    /// White space, one object, white space, and nothing after it.
    private mutating func document() throws(MessageFault) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw MessageFault(.malformedJSON) }
        do {
            space()
            guard peek == UInt8(ascii: "{") else { throw Malformed() }
            try object(prefix: tree == nil ? "" : nil, depth: 1)
            space()
            guard at == bytes.count else { throw Malformed() }
        } catch let fault as MessageFault {
            throw fault
        } catch {
            throw MessageFault(.malformedJSON, at: at)
        }
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// Passes white space of RFC 8259, section 2.
    private mutating func space() {
        while let c = peek, c == 32 || c == 9 || c == 10 || c == 13 { at += 1 }
    }

    private mutating func expect(_ c: Character) throws {
        guard peek == c.asciiValue else { throw Malformed() }
        at += 1
    }

    /// - Parameter prefix: what stands before the members' names in their paths; nil where they can't be mapped.
    private mutating func object(prefix: String?, depth: Int) throws {
        guard depth <= 32 else { throw Malformed() }
        try expect("{")
        space()
        if peek == UInt8(ascii: "}") {
            at += 1
            return
        }
        var names = Set<String>()
        while true {
            space()
            let name = try string()
            guard names.insert(name).inserted else { throw Malformed() }
            space()
            try expect(":")
            space()
            let path = prefix.map { $0 + name }
            let value = try member(name, path: path, depth: depth)
            if let path, fields.updateValue(value, forKey: path) != nil { throw Malformed() }
            space()
            if peek == UInt8(ascii: ",") {
                at += 1
                continue
            }
            try expect("}")
            return
        }
    }

    /// A member's value; in a tree, an element.
    private mutating func member(_ name: String, path: String?, depth: Int) throws -> JSONScalar {
        guard tree != nil, peek != UInt8(ascii: "[") else { return try value(name, path: path, depth: depth) }
        guard tree?.begin(name, at: at) == true else { throw MessageFault(.recordTooLarge, at: at) }
        let value = try value(name, path: path, depth: depth)
        let text: String
        switch value {
        case .string(let string): text = string
        case .number(let number): text = number
        case .bool(let bool): text = "\(bool)"
        case .null, .composite: text = ""
        }
        guard text.utf8.count <= XMLScanner.fieldLimit else { throw MessageFault(.fieldTooLong, at: at) }
        tree?.end(text: text)
        return value
    }

    /// The entries of an array; in a tree each is an element of the array's own name.
    private mutating func array(_ name: String, depth: Int) throws {
        guard depth <= 32 else { throw Malformed() }
        try expect("[")
        space()
        if peek == UInt8(ascii: "]") {
            at += 1
            return
        }
        while true {
            space()
            // Array elements can't be mapped: without a tree they are checked and forgotten.
            _ = try member(name, path: nil, depth: depth)
            space()
            if peek == UInt8(ascii: ",") {
                at += 1
                continue
            }
            try expect("]")
            return
        }
    }

    /// Any value. Its nesting may be 32 deep, objects and arrays together.
    private mutating func value(_ name: String, path: String?, depth: Int) throws -> JSONScalar {
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"):
            try object(prefix: path.map { $0 + "." }, depth: depth + 1)
            return .composite
        case UInt8(ascii: "["):
            try array(name, depth: depth + 1)
            return .composite
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func literal(_ text: String, _ value: JSONScalar) throws -> JSONScalar {
        guard bytes[at...].starts(with: text.utf8) else { throw Malformed() }
        at += text.utf8.count
        return value
    }

    private mutating func digits() throws {
        let start = at
        while let c = peek, (48...57).contains(c) { at += 1 }
        guard at > start else { throw Malformed() }
    }

    /// The text of a number (RFC 8259, section 6): no leading zeros or plus, no bare point. Its size is not limited
    /// here.
    private mutating func number() throws -> String {
        let start = at
        if peek == UInt8(ascii: "-") { at += 1 }
        if peek == UInt8(ascii: "0") { at += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            at += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    /// A string's characters, with escapes resolved. Characters below U+0020 have to be escaped (RFC 8259, section 7).
    private mutating func string() throws -> String {
        try expect("\"")
        var out: [UInt8] = []
        while let c = peek {
            at += 1
            switch c {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<32: throw Malformed()
            default: out.append(c)
            }
        }
        throw Malformed()
    }

    /// One escape, after its backslash; a surrogate is taken as a pair alone.
    private mutating func escape(into out: inout [UInt8]) throws {
        guard let c = peek else { throw Malformed() }
        at += 1
        switch c {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(c)
        case UInt8(ascii: "b"): out.append(8)
        case UInt8(ascii: "f"): out.append(12)
        case UInt8(ascii: "n"): out.append(10)
        case UInt8(ascii: "r"): out.append(13)
        case UInt8(ascii: "t"): out.append(9)
        case UInt8(ascii: "u"):
            var code = try hex4()
            if (0xD800..<0xDC00).contains(code) {
                try expect("\\")
                try expect("u")
                let low = try hex4()
                guard (0xDC00..<0xE000).contains(low) else { throw Malformed() }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw Malformed() }
            out += Array(String(Character(scalar)).utf8)
        default: throw Malformed()
        }
    }

    /// Four hexadecimal digits, large or small.
    private mutating func hex4() throws -> UInt32 {
        guard at + 4 <= bytes.count else { throw Malformed() }
        var code: UInt32 = 0
        for c in bytes[at..<at + 4] {
            guard let digit = Character(Unicode.Scalar(c)).hexDigitValue else { throw Malformed() }
            code = code << 4 | UInt32(digit)
        }
        at += 4
        return code
    }
}
