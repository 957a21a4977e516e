/// A person who approves of models before they are put in force, as named in the roster: a name as members have them.
package struct OperatorID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let name: String

    /// Nil where the text is no such name (`MemberID`).
    package init?(_ name: String) {
        guard let member = MemberID(name) else { return nil }
        self.name = member.name
    }

    package var description: String { name }
    /// Names are ordered by their bytes.
    package static func < (left: OperatorID, right: OperatorID) -> Bool { left.name < right.name }
}
