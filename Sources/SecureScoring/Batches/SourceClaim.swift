package import Records

/// The place of a record in its member's topic, as its header says: unproven, until a box of the record has opened.
package struct SourceClaim: Sendable, Hashable {
    package var member: MemberID
    package var source: SourcePosition
    /// The record of the same source before it; nil where the header names none.
    package var previous: SourcePosition?

    package init(member: MemberID, source: SourcePosition, previous: SourcePosition? = nil) {
        self.member = member
        self.source = source
        self.previous = previous
    }
}
