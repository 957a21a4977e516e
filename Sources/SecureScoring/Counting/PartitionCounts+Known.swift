import Counters
import Model
import Records
import Tokens

extension PartitionCounts {
    /// How many members know each of a transaction's tokens, by the events that are counted back to where the features of that
    /// token begin: one a slot, 255 for more.
    ///
    /// - Parameter epoch: of the tokens.
    func membersKnowing(_ opened: [CountedEntity?], of epoch: TokenEpoch, at time: EventTime) -> [UInt8] {
        let tokens = present(opened, epoch)
        let counted = counters.counters
        return (0..<features.slots).map { slot in
            guard slot < tokens.count, let token = tokens[slot] else { return 0 }
            let reach = features.features.filter { $0.slot == slot }.map { $0.over + $0.delay }.max() ?? 0
            // Whole buckets, as windows are.
            let over = max(1, (reach + features.bucket - 1) / features.bucket) * features.bucket
            let window = CountWindow(over: over, delay: 0)
            guard counted.spec.holds(window) else { return 0 }
            return UInt8(clamping: counted.sum(of: token, over: window, at: time).distinctMembers)
        }
    }
}
