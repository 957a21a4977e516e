/// A member of the consortium, as named in the roster: 1 to 40 of `a-z`, `0-9` and `-`, starting with a letter.
///
/// The name is also the prefix of the member's topics, so `consortium` is not a member's name.
package struct MemberID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let name: String

    /// Nil where the text is no member's name: longer than 40 bytes, empty, with another character, or `consortium`.
    package init?(_ name: String) {
        let bytes = name.utf8
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = bytes.first, letters.contains(first), bytes.count <= 40, name != "consortium",
            bytes.allSatisfy({ letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.name = name
    }

    package var description: String { name }
    /// Names are ordered by their bytes.
    package static func < (left: MemberID, right: MemberID) -> Bool { left.name < right.name }
}
