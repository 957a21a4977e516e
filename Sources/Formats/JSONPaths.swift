/// A mapping's names of fields as paths into JSON: `card.number` is the member `number` of `card`, `payments[0].amount` goes
/// into the first entry of an array, `payments[].amount` into its only one, and `\.` is a point within a member's name.
struct JSONPaths: Sendable {
    /// Paths of arrays whose entries are looked at.
    let arrays: Set<String>
    /// Whether members' names with `.`, `[`, `]` or `\` have a backslash before each of these.
    let hasEscapes: Bool
    private let renamed: [Renamed]

    /// A path that values stand under another one of: through arrays of one entry each, or with characters beyond ASCII.
    private struct Renamed {
        var name: String
        /// The name's key, with `[0]` in place of each `[]`.
        var resolved: String
        /// What stands for the number of entries of each array.
        var counts: [String]
    }

    init(_ names: Set<String>) {
        var (arrays, renamed): (Set<String>, [Renamed]) = ([], [])
        for name in names {
            let key = Self.key(name.utf8)
            let resolved = key.replacing("[]", with: "[0]")
            for at in resolved.indices where resolved[at] == "[" { arrays.insert(String(resolved[..<at])) }
            guard resolved != name else { continue }
            let pieces = key.components(at: "[]").dropLast()
            let counts = pieces.indices.map { pieces[...$0].joined(separator: "[0]") + "[]" }
            renamed.append(Renamed(name: name, resolved: resolved, counts: counts))
        }
        self.arrays = arrays
        self.renamed = renamed.sorted { $0.name < $1.name }
        hasEscapes = names.contains { $0.contains("\\") }
    }

    /// Puts what stands under another path than the mapping's under that: `several` where an array of one entry has more.
    func resolve(_ fields: inout [String: JSONScalar]) {
        for path in renamed {
            let isSeveral = path.counts.contains { fields[$0] == .several }
            fields[path.name] = isSeveral ? .several : fields[path.resolved]
        }
    }

    /// A name, or a path, that is equal to another one only if its bytes are (RFC 8259, section 8.3), where a `String` is to
    /// every one of the same characters: bytes from U+007F on are written as that and their two halves from `@` on.
    static func key(_ name: some Sequence<UInt8>) -> String {
        let bytes = name.flatMap { $0 < mark ? [$0] : [mark, zero | $0 >> 4, zero | $0 & 15] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The path that a key is of; nil where the record has it in no UTF-8.
    static func path(ofKey key: String) -> String? {
        var (path, rest): ([UInt8], Substring.UTF8View) = ([], key[...].utf8)
        while let byte = rest.popFirst() {
            guard byte == mark, let high = rest.popFirst(), let low = rest.popFirst() else {
                path.append(byte)
                continue
            }
            path.append((high & 15) << 4 | low & 15)
        }
        return String(validating: path, as: UTF8.self)
    }

    private static let mark: UInt8 = 0x7F
    private static let zero = UInt8(ascii: "@")

    static func escaped(_ name: String) -> String {
        guard name.contains(where: { ".[]\\".contains($0) }) else { return name }
        return String(name.flatMap { ".[]\\".contains($0) ? ["\\", $0] : [$0] })
    }
}

extension String {
    /// The parts between the places where a separator stands.
    fileprivate func components(at separator: String) -> [String] {
        var (parts, rest) = ([String](), self[...])
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
