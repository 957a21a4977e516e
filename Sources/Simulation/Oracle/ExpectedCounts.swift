package import Model
package import Records

/// What the parties should have counted, in the clear: every event in the order in which batches were decided, and which were
/// confirmed frauds. Loops over all of them, and shares no code with the product.
package struct ExpectedCounts {
    private struct Event {
        var member: Int
        var transaction: Transaction
        var fraud = false
    }

    private var events: [Event] = []

    package init() {}

    package mutating func add(_ transaction: Transaction, of member: Int) {
        events.append(Event(member: member, transaction: transaction))
    }

    /// Says of an event whether it was a fraud; false where it is not counted.
    package mutating func label(_ id: String, of member: Int, fraud: Bool) -> Bool {
        guard let index = events.firstIndex(where: { $0.member == member && $0.transaction.id == id }) else {
            return false
        }
        events[index].fraud = fraud
        return true
    }

    /// The value of one of the consortium's features at a transaction.
    package func value(of feature: Feature.Shared, at transaction: Transaction, bucket: Int64) -> Double {
        guard let name = Self.name(of: feature.entity, transaction) else { return 0 }
        // The last bucket that had ended when the window's delay began.
        let last = (transaction.time.seconds - feature.window.delay) / bucket - 1
        let buckets = last - feature.window.span / bucket + 1...last
        let seen = events.filter {
            Self.name(of: feature.entity, $0.transaction) == name
                && buckets.contains($0.transaction.time.seconds / bucket)
        }
        let frauds = Double(seen.count { $0.fraud })
        return switch feature.signal {
        case .frauds: frauds
        case .fraudRate: frauds / Double(max(1, seen.count))
        case .count: Double(seen.count)
        case .members: Double(Set(seen.map(\.member)).count)
        }
    }

    private static func name(of entity: Feature.Entity, _ transaction: Transaction) -> String? {
        entity == .terminal ? transaction.terminal : transaction.entities[.device]
    }
}
