/// A mapping's names of fields as paths into JSON: `card.number` is the member `number` of `card`, `payments[0].amount` goes
/// into the first entry of an array, `payments[].amount` into its only one, and `\.` is a point within a member's name.
struct JSONPaths: Sendable {
    /// Paths of arrays whose entries are looked at.
    let arrays: Set<String>
    /// Whether members' names with `.`, `[`, `]` or `\` have a backslash before each of these.
    let hasEscapes: Bool
    private let only: [Only]

    /// A path through arrays of one entry each.
    private struct Only {
        var name: String
        /// With `[0]` in place of each `[]`.
        var resolved: String
        /// What stands for the number of entries of each array.
        var counts: [String]
    }

    init(_ names: Set<String>) {
        var (arrays, only): (Set<String>, [Only]) = ([], [])
        for name in names where name.contains("[") {
            let resolved = name.replacing("[]", with: "[0]")
            for at in resolved.indices where resolved[at] == "[" { arrays.insert(String(resolved[..<at])) }
            guard resolved != name else { continue }
            let pieces = name.components(at: "[]").dropLast()
            let counts = pieces.indices.map { pieces[...$0].joined(separator: "[0]") + "[]" }
            only.append(Only(name: name, resolved: resolved, counts: counts))
        }
        self.arrays = arrays
        self.only = only.sorted { $0.name < $1.name }
        hasEscapes = names.contains { $0.contains("\\") }
    }

    /// Puts what the paths of only entries lead to under their names: `several` where an array has more entries.
    func resolve(_ fields: inout [String: JSONScalar]) {
        for path in only {
            let isSeveral = path.counts.contains { fields[$0] == .several }
            fields[path.name] = isSeveral ? .several : fields[path.resolved]
        }
    }

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
