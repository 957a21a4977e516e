import Counters
import Records
import Sealing
import ThreeParty

/// A record of `consortium.labels` as this party sees it after opening its box.
package struct OpenedLabels {
    /// One label.
    struct Entry {
        var event: EventID
        /// This party's share of the outcome; nil where the record says nothing of outcomes.
        var outcome: CountShare?
        /// The event's time and tokens, where the record brings that along.
        var history: (time: EventTime, tokens: [CountedEntity?])?
    }

    /// The sender; nil where the record names no member of the consortium.
    var member: MemberID?
    var partition = 0
    /// The epoch of the member's session.
    var epoch: UInt32 = 0
    /// The record's place among the member's label records.
    var order: UInt64 = 0
    /// The place of the one before it; nil where it names none.
    var previous: UInt64?
    var entries: [Entry] = []
    /// The number of outcomes that its header names; 0 where that can't be read.
    var outcomes = 0
    /// All in its box that is public among the parties: events, and of history times and tokens, an entry after the other.
    var content: [UInt8] = []
    /// The reason why this party can't use the record.
    var refusal: Refusal?

    /// Adds what the parties agree on and check.
    func add(to inputs: inout LabelInputs) {
        if let refusal {
            inputs.append(refused: refusal.rawValue, outcomes: outcomes)
        } else {
            inputs.append(content: content, outcomes: entries.compactMap(\.outcome))
        }
    }
}
