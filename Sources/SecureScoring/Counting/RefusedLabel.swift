package import Counters
package import Records

/// A label that is not counted.
package struct RefusedLabel: Sendable {
    /// The number of its record in the batch.
    package var record: Int
    /// Its own number in the record.
    package var entry: Int
    package var member: MemberID
    package var error: LabelError

    package init(record: Int, entry: Int, member: MemberID, error: LabelError) {
        self.record = record
        self.entry = entry
        self.member = member
        self.error = error
    }
}
