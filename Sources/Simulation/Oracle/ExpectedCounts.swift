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
    /// What was said of events that have not come, by member and id.
    private var waiting: [Int: [String: Bool]] = [:]
    private let limit: Int
    /// The most events that a lookup of frauds reads.
    private static let most = 8191

    /// - Parameter limit: of a member's events of an entity in a bucket.
    package init(limit: Int = 8191) { self.limit = limit }

    package mutating func add(_ transaction: Transaction, of member: Int) {
        let word = waiting[member]?.removeValue(forKey: transaction.id)
        events.append(Event(member: member, transaction: transaction, fraud: word ?? false))
    }

    /// Says of an event whether it was a fraud; false where it is not counted: then the word waits for it.
    package mutating func label(_ id: String, of member: Int, fraud: Bool) -> Bool {
        guard let index = events.firstIndex(where: { $0.member == member && $0.transaction.id == id }) else {
            waiting[member, default: [:]][id] = fraud
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
        var seen: [Int64: [Event]] = [:]
        var own: [Int64: [Int: Int]] = [:]
        for event in events where Self.name(of: feature.entity, event.transaction) == name {
            let number = event.transaction.time.seconds / bucket
            guard buckets.contains(number), own[number]?[event.member] ?? 0 < limit else { continue }
            own[number, default: [:]][event.member, default: 0] += 1
            seen[number, default: []].append(event)
        }
        let all = seen.values.joined()
        var read: [Event] = []
        for number in seen.keys.sorted(by: >) {
            let first = seen[number, default: []].prefix(Self.most)
            if read.count + first.count > Self.most { break }
            read += first
        }
        let frauds = Double(read.count { $0.fraud })
        return switch feature.signal {
        case .frauds: frauds
        case .fraudRate: frauds / Double(max(1, read.count))
        case .count: Double(all.count)
        case .members: Double(Set(all.map(\.member)).count)
        }
    }

    private static func name(of entity: Feature.Entity, _ transaction: Transaction) -> String? {
        entity == .terminal ? transaction.terminal : transaction.entities[.device]
    }
}
