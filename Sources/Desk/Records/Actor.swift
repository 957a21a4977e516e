/// Whoever did something at the desk.
package struct Actor: Hashable, Sendable, CustomStringConvertible {
    /// What kind of actor it is. A raw value stands in records.
    package enum Kind: String, Sendable, CaseIterable, Codable {
        case person
        /// A program with a key of its own.
        case service
        /// The desk itself.
        case desk
    }

    package let kind: Kind
    package let name: String

    /// Nil where the text is no actor's name: 1 to 64 bytes of small letters, digits, `.`, `-`, `_` and `@`.
    package init?(_ kind: Kind, _ name: String) {
        let bytes = name.utf8
        let marks = Set(".-_@".utf8)
        guard (1...64).contains(bytes.count),
            bytes.allSatisfy({ (48...57).contains($0) || (97...122).contains($0) || marks.contains($0) })
        else { return nil }
        self.kind = kind
        self.name = name
    }

    /// The desk itself.
    package static let desk = Actor(.desk, "desk")!

    package var description: String { kind == .person ? name : "\(name) (\(kind.rawValue))" }
}
