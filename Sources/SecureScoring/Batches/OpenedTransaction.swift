import Counters
import Records

/// A transaction as this party sees it after opening its box.
package struct OpenedTransaction {
    /// The sender; nil where the record names no member of the consortium.
    var member: MemberID?
    /// The place in the member's topic.
    var source: SourcePosition
    /// The place of the record before it; nil where it names none.
    var previous: SourcePosition?
    /// The epoch of the member's session.
    var epoch: UInt32
    /// The event, by which the parties count; without meaning where the record was refused, as is what follows.
    var event: EventID?
    var time = EventTime(seconds: 0)
    /// A token for each slot of the model's counts; nil where the transaction has no such entity.
    var tokens: [CountedEntity?] = []
}
