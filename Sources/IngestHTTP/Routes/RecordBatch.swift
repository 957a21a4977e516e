/// Takes a batch apart into records, byte for byte.
package enum RecordBatch {
    /// Lines (NDJSON, CSV); a line's end is LF or CR LF, and empty ones are passed over.
    package static func lines(_ body: [UInt8]) -> [[UInt8]] {
        body.split(separator: 10).compactMap { line in
            let line = line.last == 13 ? line.dropLast() : line
            return line.allSatisfy { $0 == 32 || $0 == 9 } ? nil : Array(line)
        }
    }

    /// The elements of a JSON array; nil where the body is none. An element is not looked into: whether it is JSON is its
    /// parser's to say.
    package static func elements(_ body: [UInt8]) -> [[UInt8]]? {
        var scanner = Scanner(body: body)
        return scanner.elements()
    }

    private struct Scanner {
        let body: [UInt8]
        var at = 0

        init(body: [UInt8]) { self.body = body }

        private var next: UInt8? { at < body.count ? body[at] : nil }

        private mutating func space() { while let byte = next, [32, 9, 10, 13].contains(byte) { at += 1 } }

        mutating func elements() -> [[UInt8]]? {
            space()
            guard next == UInt8(ascii: "[") else { return nil }
            at += 1
            space()
            var out: [[UInt8]] = []
            if next == UInt8(ascii: "]") {
                at += 1
            } else {
                while true {
                    guard let element = element() else { return nil }
                    out.append(element)
                    defer { at += 1 }
                    if next == UInt8(ascii: ",") { continue }
                    guard next == UInt8(ascii: "]") else { return nil }
                    break
                }
            }
            space()
            return at == body.count ? out : nil
        }

        /// Up to the comma or bracket that ends it.
        private mutating func element() -> [UInt8]? {
            space()
            let start = at
            var depth = 0
            var quoted = false
            while let byte = next {
                switch byte {
                case UInt8(ascii: "\\") where quoted: at += 1
                case UInt8(ascii: "\""): quoted.toggle()
                case _ where quoted: break
                case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","):
                    if depth == 0 { return at > start ? Array(body[start..<at]) : nil }
                    if byte != UInt8(ascii: ",") { depth -= 1 }
                default: break
                }
                at += 1
            }
            return nil
        }
    }
}
