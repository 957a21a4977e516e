package import Records

/// A span of one source whose records have not come, though a later record names its last one as the one before it.
package struct SourceGap: Sendable, Hashable {
    package var member: MemberID
    /// The last record that came before the span; nil where none did.
    package var after: SourcePosition?
    /// The last record that is missing, of the same partition.
    package var through: SourcePosition

    package init(member: MemberID, after: SourcePosition?, through: SourcePosition) {
        self.member = member
        self.after = after
        self.through = through
    }
}
