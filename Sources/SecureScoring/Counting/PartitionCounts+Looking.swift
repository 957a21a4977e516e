import Counters
import Model
import Records
import Sealing
import ThreeParty

extension PartitionCounts {
    /// The counts that a batch's transactions are scored with.
    ///
    /// - Parameter refusal: why this party can't use a transaction.
    func look(_ transactions: [OpenedTransaction], refusal: (Int) -> Refusal?) -> CountInputs {
        var out = CountInputs(features)
        if counters.isRefreshing { counters.refresh(transactions.lazy.flatMap { $0.tokens.compactMap { $0 } }) }
        let counted = counters.counters
        // Of one transaction: by slot, by lookup, by feature.
        var places: [TokenCounters.Place?] = []
        var secret: [(share: CountShare, events: Int)] = []
        var values: [Int] = []
        for (index, transaction) in transactions.enumerated() {
            if let refusal = refusal(index) {
                out.append(refused: refusal.rawValue)
                continue
            }
            places.removeAll(keepingCapacity: true)
            secret.removeAll(keepingCapacity: true)
            values.removeAll(keepingCapacity: true)
            for token in transaction.tokens { places.append(token.flatMap { counted.place(of: $0) }) }
            for lookup in features.lookups {
                let window = CountWindow(over: lookup.over, delay: lookup.delay)
                let sum = places[lookup.slot].map { counted.labelled(at: $0, over: window, at: transaction.time) }
                secret.append((sum?.frauds ?? .zero, sum?.events ?? 0))
            }
            for feature in open {
                let sum = places[feature.slot].map { Self.sum(counted, at: $0, feature, transaction.time) }
                values.append((feature.kind == .members ? sum?.distinctMembers : sum?.events) ?? 0)
            }
            out.append(features, secret: secret, open: values)
        }
        return out
    }

    private static func sum(
        _ counted: TokenCounters, at place: TokenCounters.Place, _ feature: CountFeatures.Feature, _ time: EventTime
    ) -> BucketSum {
        guard feature.delay == 0 else {
            return counted.sum(at: place, over: CountWindow(over: feature.over, delay: feature.delay), at: time)
        }
        let span: VelocitySpan = feature.over == 60 ? .minute : feature.over == 3600 ? .hour : .day
        return counted.velocity(at: place, over: span, at: time)
    }
}
