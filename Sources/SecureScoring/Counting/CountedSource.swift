import Records

/// A partition of a member's transactions, as the source of label records.
struct CountedSource: Sendable, Hashable, Comparable {
    var member: MemberID
    var partition: Int
    /// The epoch of the session that its last record was sealed under.
    var epoch: UInt32

    static func < (left: CountedSource, right: CountedSource) -> Bool {
        (left.member, left.partition, left.epoch) < (right.member, right.partition, right.epoch)
    }
}
