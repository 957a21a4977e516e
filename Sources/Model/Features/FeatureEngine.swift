package import Records

/// Computes a spec's features of one member's transactions, in the order they are handed in, over the member's own
/// history. The same code serves the live agent and training, so online features equal offline ones.
///
/// Windows go by event time. A late transaction sees what was at or before its own time and is seen by later ones.
package struct FeatureEngine: Sendable {
    /// A window that some feature reads, and what is summed over it.
    private struct Sums {
        var count = 0
        var minorUnits: Int64 = 0
        var frauds = 0
    }

    private struct Entry {
        var time: Int64
        var amount: Int64
        var fraud: Bool
    }

    private struct Slot: Hashable {
        var entity: Feature.Entity
        var window: Feature.Window
    }

    package let spec: FeatureSpec
    /// Seconds of event time after which an entry can no longer matter.
    package let retention: Int64
    private let slots: [Slot]
    private let slotOfFeature: [Int?]
    private var customers: [String: [Entry]] = [:]
    private var terminals: [String: [Entry]] = [:]
    private let keepsCustomers: Bool
    private let keepsTerminals: Bool

    package init(spec: FeatureSpec) {
        self.spec = spec
        var slots: [Slot] = []
        slotOfFeature = spec.features.map { feature in
            guard let (entity, window) = feature.kind.window else { return nil }
            let slot = Slot(entity: entity, window: window)
            if let known = slots.firstIndex(of: slot) { return known }
            slots.append(slot)
            return slots.count - 1
        }
        self.slots = slots
        retention = Int64(slots.map { $0.window.days + $0.window.delayDays }.max() ?? 0) * EventTime.day
        keepsCustomers = slots.contains { $0.entity == .customer }
        keepsTerminals = slots.contains { $0.entity == .terminal }
    }

    /// Adds a transaction to the windows. `fraud` is for history whose outcome is already known.
    package mutating func add(_ transaction: Transaction, fraud: Bool = false) {
        let entry = Entry(time: transaction.time.seconds, amount: transaction.amount.value, fraud: fraud)
        if keepsCustomers { Self.insert(entry, into: &customers[transaction.customer, default: []], keep: retention) }
        if keepsTerminals { Self.insert(entry, into: &terminals[transaction.terminal, default: []], keep: retention) }
    }

    /// Adds a transaction and returns its features, one value a feature of the spec, in order; all finite.
    package mutating func observe(_ transaction: Transaction) -> [Double] {
        add(transaction)
        return features(of: transaction)
    }

    /// The outcome of an earlier transaction became known, or changed.
    package mutating func confirm(_ transaction: Transaction, fraud: Bool) {
        Self.confirm(transaction, fraud: fraud, in: &customers[transaction.customer])
        Self.confirm(transaction, fraud: fraud, in: &terminals[transaction.terminal])
    }

    /// Forgets entities that nothing after `time` can see any more.
    package mutating func expire(before time: EventTime) {
        let bound = time.seconds - retention
        customers = customers.filter { ($0.value.last?.time ?? .min) > bound }
        terminals = terminals.filter { ($0.value.last?.time ?? .min) > bound }
    }

    /// The features of a transaction that is already in the windows.
    package func features(of transaction: Transaction) -> [Double] {
        let customer = customers[transaction.customer] ?? []
        let terminal = terminals[transaction.terminal] ?? []
        let sums = slots.map { slot in
            Self.sum(slot.window, at: transaction.time.seconds, over: slot.entity == .customer ? customer : terminal)
        }
        let amount = Double(transaction.amount.value) / 100
        return spec.features.indices.map { index in
            let window = slotOfFeature[index].map { sums[$0] } ?? Sums()
            let mean = window.count > 0 ? Double(window.minorUnits) / 100 / Double(window.count) : 0
            switch spec.features[index].kind {
            case .amount: return amount
            case .weekend: return transaction.time.weekday >= 5 ? 1 : 0
            case .night: return transaction.time.hour <= 6 ? 1 : 0
            case .count: return Double(window.count)
            case .meanAmount: return mean
            case .amountOverMean: return mean > 0 ? amount / mean : 0
            case .frauds: return Double(window.frauds)
            case .fraudRate: return Double(window.frauds) / Double(max(window.count, 1))
            }
        }
    }

    private static func insert(_ entry: Entry, into entries: inout [Entry], keep retention: Int64) {
        if let last = entries.last, last.time > entry.time {
            entries.insert(entry, at: firstIndex(after: entry.time, in: entries))
        } else {
            entries.append(entry)
        }
        // Twice the retention lets a late transaction find what it needs; trimmed in halves to stay linear overall.
        let bound = entries[entries.count - 1].time - 2 * retention
        if entries[0].time <= bound {
            let stale = firstIndex(after: bound, in: entries)
            if stale * 2 >= entries.count { entries.removeFirst(stale) }
        }
    }

    private static func confirm(_ transaction: Transaction, fraud: Bool, in known: inout [Entry]?) {
        guard var entries = known else { return }
        known = nil
        defer { known = entries }
        // Transactions of one entity, time and amount are alike to every window, so any of them may carry the mark.
        var index = firstIndex(after: transaction.time.seconds - 1, in: entries)
        while index < entries.count, entries[index].time == transaction.time.seconds {
            if entries[index].amount == transaction.amount.value, entries[index].fraud != fraud {
                entries[index].fraud = fraud
                return
            }
            index += 1
        }
    }

    private static func sum(_ window: Feature.Window, at time: Int64, over entries: [Entry]) -> Sums {
        let end = time - Int64(window.delayDays) * EventTime.day
        let start = end - Int64(window.days) * EventTime.day
        var sums = Sums()
        for entry in entries[firstIndex(after: start, in: entries)...] {
            if entry.time > end { break }
            sums.count += 1
            sums.minorUnits += entry.amount
            if entry.fraud { sums.frauds += 1 }
        }
        return sums
    }

    /// The first entry later than `time`; entries are in order of time.
    private static func firstIndex(after time: Int64, in entries: [Entry]) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
