/// The extent of a JSON object: where one ends that begins at a known place. It looks at braces, brackets, quotes, colons
/// and commas; whether names, numbers and escapes are right is the reader's to find.
struct JSONExtent {
    private enum Expected {
        case name, nameOrEnd, colon, value, valueOrEnd, commaOrEnd
    }

    /// As many levels as are followed; readers take fewer.
    private static let depthLimit = 64

    private let bytes: [UInt8]
    private var at: Int
    private var expected = Expected.value
    /// The brackets that close what is open, the innermost last.
    private var open: [UInt8] = []

    private init(_ bytes: [UInt8], at: Int) {
        self.bytes = bytes
        self.at = at
    }

    /// The offset behind the object; nil where no object begins, or it is not closed as it has to be.
    static func endOfObject(in bytes: [UInt8], from start: Int) -> Int? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "{") else { return nil }
        var extent = JSONExtent(bytes, at: start)
        while extent.step() { if extent.open.isEmpty { return extent.at } }
        return nil
    }

    /// Passes one token; false where another one, or any, belongs.
    private mutating func step() -> Bool {
        while at < bytes.count, [9, 10, 13, 32].contains(bytes[at]) { at += 1 }
        guard at < bytes.count else { return false }
        let token = bytes[at]
        at += 1
        switch (token, expected) {
        case (open.last, .nameOrEnd), (open.last, .valueOrEnd), (open.last, .commaOrEnd):
            open.removeLast()
            expected = .commaOrEnd
        case (UInt8(ascii: ","), .commaOrEnd): expected = open.last == UInt8(ascii: "}") ? .name : .value
        case (UInt8(ascii: ":"), .colon): expected = .value
        case (UInt8(ascii: "\""), .name), (UInt8(ascii: "\""), .nameOrEnd):
            expected = .colon
            return string()
        case (_, .value), (_, .valueOrEnd): return value(token)
        default: return false
        }
        return true
    }

    private mutating func value(_ token: UInt8) -> Bool {
        expected = .commaOrEnd
        switch token {
        case UInt8(ascii: "{"):
            open.append(UInt8(ascii: "}"))
            expected = .nameOrEnd
        case UInt8(ascii: "["):
            open.append(UInt8(ascii: "]"))
            expected = .valueOrEnd
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            while at < bytes.count, Self.isLiteral(bytes[at]) { at += 1 }
        default: return false
        }
        return open.count <= Self.depthLimit
    }

    /// The rest of a string; no line end may be in it (RFC 8259, section 7).
    private mutating func string() -> Bool {
        while at < bytes.count, bytes[at] >= 32 {
            let byte = bytes[at]
            at += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}
