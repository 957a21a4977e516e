/// A scalar of a JSON object. Numbers keep their text, so amounts never pass through floating point.
enum JSONScalar: Sendable, Hashable {
    case string(String)
    case number(String)
    case bool(Bool)
    case null
    /// An object or array where a scalar was looked for.
    case composite
    /// An array of several entries where the mapping asks for the only one.
    case several
    /// Bytes of a value that are not in the mapping's encoding.
    case undecoded
}

/// Checks that bytes are one JSON object (RFC 8259, strictly: UTF-8, no duplicate names, no trailing bytes, at most 32
/// deep) and collects its scalars by dotted path, in one pass. No two members have one path, so that
/// `{"a.b": 1, "a": {"b": 2}}` is refused, too, unless the mapping's paths tell the two apart.
struct JSONScanner {
    /// What is not JSON as it has to be; becomes `malformedJSON` with the place.
    private struct Malformed: Error {}

    /// The whole record.
    private let bytes: [UInt8]
    private var at = 0
    /// Values by dotted path (`JSONPaths.key`), as far as the record was read; empty where a tree is built.
    private var fields: [String: JSONScalar] = [:]
    /// Where not only scalars but everything is wanted.
    private var tree: MessageTree?
    /// Whether all bytes are UTF-8; where they are not, and all else is right, the record is in another encoding.
    private var isUTF8 = true
    /// The key of the first text that is not UTF-8.
    private var undecoded: String?
    /// The mapping's paths that go into arrays or names with dots.
    private let paths: JSONPaths

    private init(_ bytes: [UInt8], tree: MessageTree?, paths: JSONPaths = JSONPaths([])) {
        self.bytes = bytes
        self.tree = tree
        self.paths = paths
    }

    /// The object's scalars by path, such as `card.number` for `{"card": {"number": "…"}}`. Objects and arrays stand as
    /// `composite` under their own path; entries of arrays have paths where the mapping's go there.
    ///
    /// - Throws: `malformedJSON`, with the place where reading stopped; `encodingUnsupported` for bytes that are not
    ///   UTF-8, with the first field that they are in.
    static func fields(_ bytes: [UInt8], _ paths: JSONPaths) throws(MessageFault) -> [String: JSONScalar] {
        var scanner = JSONScanner(bytes, tree: nil, paths: paths)
        scanner.isUTF8 = String(validating: bytes, as: UTF8.self) != nil
        try scanner.document()
        guard scanner.isUTF8 else {
            throw MessageFault(.encodingUnsupported, field: scanner.undecoded.flatMap(JSONPaths.path))
        }
        paths.resolve(&scanner.fields)
        return scanner.fields
    }

    /// An object, or an array of them, as a tree: a member is an element, an array one element of its name for each entry
    /// (of an empty name, where the array is the whole), and a member that stands for its object's text or currency goes
    /// into that (`JSONShapes`). A byte-order mark before it is passed over.
    ///
    /// - Throws: `emptyRecord` for white space alone, `malformedJSON`, `fieldTooLong` for a value of more than 16 KB,
    ///   `recordTooLarge` for more elements than `MessageTree.elementLimit`.
    static func tree(_ bytes: [UInt8]) throws(MessageFault) -> MessageTree {
        guard bytes.contains(where: { $0 > 32 }) else { throw MessageFault(.emptyRecord) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw MessageFault(.malformedJSON) }
        var scanner = JSONScanner(bytes, tree: MessageTree())
        try scanner.document()
        return scanner.tree ?? MessageTree()
    }

    /// White space, one object, white space, and nothing after it.
    private mutating func document() throws(MessageFault) {
        do {
            if tree != nil, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
            space()
            if tree != nil, peek == UInt8(ascii: "[") {
                try array("", path: nil, depth: 1)
            } else {
                guard peek == UInt8(ascii: "{") else { throw Malformed() }
                try object(prefix: tree == nil ? "" : nil, depth: 1)
            }
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
        // Names of members that have a path are told apart by it.
        var names = Set<String>()
        while true {
            space()
            let characters = try characters()
            let name = String(decoding: characters, as: UTF8.self)
            let key = characters.contains { $0 > 126 } ? JSONPaths.key(characters) : name
            if prefix == nil, !names.insert(key).inserted { throw Malformed() }
            let end = at
            space()
            try expect(":")
            space()
            let path = prefix.map { $0 + (paths.hasEscapes ? JSONPaths.escaped(key) : key) }
            let value = try member(name, path: path, depth: depth)
            if let path, fields.updateValue(value, forKey: path) != nil {
                at = end
                throw Malformed()
            }
            if !isUTF8, undecoded == nil, case .undecoded = value { undecoded = path }
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
        guard tree?.begin(JSONShapes.local(name), at: at) == true else { throw MessageFault(.recordTooLarge, at: at) }
        let value = try value(name, path: path, depth: depth)
        let text: String
        switch value {
        case .string(let string): text = string
        case .number(let number): text = number
        case .bool(let bool): text = "\(bool)"
        case .null, .composite, .several, .undecoded: text = ""
        }
        guard text.utf8.count <= XMLScanner.fieldLimit else { throw MessageFault(.fieldTooLong, at: at) }
        if let element = tree?.end(text: text), case .composite = value { tree?.fold(element) }
        return value
    }

    /// The entries of an array; in a tree each is an element of the array's own name.
    private mutating func array(_ name: String, path: String?, depth: Int) throws {
        guard depth <= 32 else { throw Malformed() }
        try expect("[")
        space()
        if peek == UInt8(ascii: "]") {
            at += 1
            return
        }
        // Without a tree, entries that no path goes to are checked and forgotten.
        let array = path.flatMap { paths.arrays.contains($0) ? $0 : nil }
        var index = 0
        while true {
            space()
            let entry = array.map { "\($0)[\(index)]" }
            let value = try member(name, path: entry, depth: depth)
            if let entry { fields[entry] = value }
            index += 1
            space()
            if peek == UInt8(ascii: ",") {
                at += 1
                continue
            }
            try expect("]")
            if let array { fields[array + "[]"] = index == 1 ? .composite : .several }
            return
        }
    }

    /// Any value. Its nesting may be 32 deep, objects and arrays together.
    private mutating func value(_ name: String, path: String?, depth: Int) throws -> JSONScalar {
        switch peek {
        case UInt8(ascii: "\""):
            let start = at
            let text = try string()
            return isUTF8 || String(validating: bytes[start..<at], as: UTF8.self) != nil ? .string(text) : .undecoded
        case UInt8(ascii: "{"):
            try object(prefix: path.map { $0 + "." }, depth: depth + 1)
            return .composite
        case UInt8(ascii: "["):
            try array(name, path: path, depth: depth + 1)
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

    private mutating func string() throws -> String { String(decoding: try characters(), as: UTF8.self) }

    /// A string's characters as UTF-8, with escapes resolved. Those below U+0020 have to be escaped (RFC 8259, section 7).
    private mutating func characters() throws -> [UInt8] {
        try expect("\"")
        var out: [UInt8] = []
        while let c = peek {
            at += 1
            switch c {
            case UInt8(ascii: "\""): return out
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
