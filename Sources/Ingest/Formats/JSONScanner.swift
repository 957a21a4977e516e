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
    private struct Malformed: Error {}

    private let bytes: [UInt8]
    private var at = 0
    private var fields: [String: JSONScalar] = [:]

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Nil where the bytes are not one JSON object.
    static func fields(_ bytes: [UInt8]) -> [String: JSONScalar]? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var scanner = JSONScanner(bytes)
        do {
            scanner.space()
            guard scanner.peek == UInt8(ascii: "{") else { return nil }
            try scanner.object(prefix: "", depth: 1)
            scanner.space()
            return scanner.at == bytes.count ? scanner.fields : nil
        } catch {
            return nil
        }
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

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
            let value = try value(path: path, depth: depth)
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

    private mutating func array(depth: Int) throws {
        guard depth <= 32 else { throw Malformed() }
        try expect("[")
        space()
        if peek == UInt8(ascii: "]") {
            at += 1
            return
        }
        while true {
            space()
            // Array elements can't be mapped: they are checked and forgotten.
            _ = try value(path: nil, depth: depth)
            space()
            if peek == UInt8(ascii: ",") {
                at += 1
                continue
            }
            try expect("]")
            return
        }
    }

    private mutating func value(path: String?, depth: Int) throws -> JSONScalar {
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"):
            try object(prefix: path.map { $0 + "." }, depth: depth + 1)
            return .composite
        case UInt8(ascii: "["):
            try array(depth: depth + 1)
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
