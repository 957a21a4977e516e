package import Records

/// Computes a spec's features of one member's transactions, in the order they are handed in, over the member's own
/// history. The same code serves the live agent and training, so online features equal offline ones.
///
/// Windows go by event time. A late transaction sees what was at or before its own time and came in before it, and is
/// seen by later ones. A feature costs two binary searches; `max` and `distinct` look at no more than the newest `walk`
/// transactions of their window.
package struct FeatureEngine: Sendable {
    /// How many transactions `max` and `distinct` look at.
    package static let walk = 1024

    package let spec: FeatureSpec
    /// Seconds of event time after which an entry can no longer matter.
    package let retention: Int64
    /// What makes keys of names. Engines that share kept state have to share it.
    package let hasher: EntityHasher
    private var histories: [EntityHistories]
    /// What each feature reads: which history, and where windows are shared, the same one.
    private let reads: [Read?]
    private let slots: [Slot]

    private struct Slot: Hashable {
        var history: Int
        var window: Feature.Window
    }

    private struct Read {
        var slot: Int
        /// Of `countOverMean`: the longer window; of `maxOverMean`: the one before.
        var history: Int?
        /// Of `distinct`.
        var column = 0
    }

    /// Empty windows for a spec. Features of the consortium are not computed here: each is 0.
    package init(spec: FeatureSpec, hasher: EntityHasher = EntityHasher()) {
        self.spec = spec
        self.hasher = hasher
        var entities: [Feature.Entity] = []
        var columns: [Feature.Entity: [Feature.Entity]] = [:]
        var slots: [Slot] = []
        var reach: Int64 = 0
        func slot(_ entity: Feature.Entity, _ window: Feature.Window) -> Int {
            if !entities.contains(entity) { entities.append(entity) }
            reach = max(reach, window.span + window.delay)
            let slot = Slot(history: entities.firstIndex(of: entity) ?? 0, window: window)
            if let known = slots.firstIndex(of: slot) { return known }
            slots.append(slot)
            return slots.count - 1
        }
        reads = spec.features.map { feature in
            guard case .window(let aggregate, let entity, let window) = feature.kind else { return nil }
            var read = Read(slot: slot(entity, window))
            switch aggregate {
            case .countOverMean(let history):
                read.history = slot(entity, Feature.Window(span: history, delay: window.delay))
            case .maxOverMean(let history):
                read.history = slot(entity, Feature.Window(span: history, delay: window.delay + window.span))
            case .distinct(let other):
                if columns[entity, default: []].contains(other) == false { columns[entity, default: []].append(other) }
                read.column = columns[entity, default: []].firstIndex(of: other) ?? 0
            default: break
            }
            return read
        }
        self.slots = slots
        retention = reach
        histories = entities.map { EntityHistories(of: $0, columns: columns[$0] ?? [], retention: reach) }
    }

    /// A transaction as the windows take it: what `add`, `confirm` and `features` work on without its names.
    package func event(of transaction: Transaction) -> WindowEvent { hasher.event(of: transaction) }

    /// Adds a transaction to the windows. `fraud` is for history whose outcome is already known.
    package mutating func add(_ event: WindowEvent, fraud: Bool = false) {
        for index in histories.indices { histories[index].add(event, fraud: fraud) }
    }

    /// Adds a transaction to the windows by the keys of its names.
    package mutating func add(_ transaction: Transaction, fraud: Bool = false) {
        add(event(of: transaction), fraud: fraud)
    }

    /// Adds a transaction and returns its features, one value a feature of the spec, in order; all finite.
    package mutating func observe(_ transaction: Transaction) -> [Double] {
        let event = event(of: transaction)
        add(event)
        return features(of: transaction, event)
    }

    /// The outcome of an earlier transaction became known, or changed.
    package mutating func confirm(_ event: WindowEvent, fraud: Bool) {
        for index in histories.indices { histories[index].confirm(event, fraud: fraud) }
    }

    /// Takes the outcome of an earlier transaction, found by its time, amount and names.
    package mutating func confirm(_ transaction: Transaction, fraud: Bool) {
        confirm(event(of: transaction), fraud: fraud)
    }

    /// Forgets entities that nothing after `time` can see any more. Cost: a look at every entity, so it is called now
    /// and then.
    package mutating func expire(before time: EventTime) {
        for index in histories.indices { histories[index].expire(through: time.seconds - retention) }
    }

    /// Histories are independent of each other: how many there are, and one of them alone takes an event in. For filling
    /// them side by side.
    package var parts: Int { histories.count }

    /// Lends all histories to `body`, which may fill each on a thread of its own; every part has to be given the same
    /// events in the same order.
    package mutating func withParts<Result>(
        _ body: (UnsafeMutableBufferPointer<Part>) throws -> Result
    ) rethrows -> Result {
        var parts = histories.map { Part(histories: $0) }
        histories = []
        defer { histories = parts.map(\.histories) }
        return try parts.withUnsafeMutableBufferPointer { try body($0) }
    }

    /// The history of one entity.
    package struct Part: Sendable {
        fileprivate var histories: EntityHistories

        /// Takes many events in, in their order.
        package mutating func add(_ events: [(event: WindowEvent, fraud: Bool)]) { histories.add(events) }
    }

    /// The features of a transaction that is already in the windows, with its keys computed anew.
    package func features(of transaction: Transaction) -> [Double] {
        features(of: transaction, event(of: transaction))
    }

    /// The features of a transaction that is already in the windows.
    ///
    /// - Returns: one value a feature of the spec, in order; all finite.
    package func features(of transaction: Transaction, _ event: WindowEvent) -> [Double] {
        let found = histories.map { $0[event] }
        let ranges = slots.map {
            found[$0.history]?.range($0.window, at: event.time, width: histories[$0.history].width)
        }
        return spec.features.indices.map { index in
            guard case .window(let aggregate, _, let window) = spec.features[index].kind else {
                return Self.value(spec.features[index].kind, of: transaction)
            }
            guard let read = reads[index], let history = found[slots[read.slot].history], let range = ranges[read.slot]
            else { return aggregate == .secondsSinceLast ? Double(window.span) : 0 }
            return value(aggregate, window, read, history, range, ranges, event)
        }
    }

    private static func value(_ kind: Feature.Kind, of transaction: Transaction) -> Double {
        switch kind {
        case .amount: Double(transaction.amount.value) / 100
        case .weekend: transaction.time.weekday >= 5 ? 1 : 0
        case .night: transaction.time.hour <= 6 ? 1 : 0
        case .hour: Double(transaction.time.hour)
        case .weekday: Double(transaction.time.weekday)
        case .dayOfMonth: Double(transaction.time.date.day)
        case .isKind(let kind): transaction.kind == kind ? 1 : 0
        case .isChannel(let channel): transaction.channel == channel ? 1 : 0
        case .listed(let entity, let names): transaction.name(of: entity).map(names.contains) == true ? 1 : 0
        case .window, .consortium: 0
        }
    }

    private func value(
        _ aggregate: Feature.Aggregate, _ window: Feature.Window, _ read: Read, _ history: History,
        _ range: History.Range, _ ranges: [History.Range?], _ event: WindowEvent
    ) -> Double {
        let amount = Double(event.amount) / 100
        let width = histories[slots[read.slot].history].width
        func mean(_ range: History.Range) -> Double {
            range.count > 0 ? Double(history.sum(range, width: width)) / 100 / Double(range.count) : 0
        }
        let other = read.history.flatMap { ranges[$0] }
        switch aggregate {
        case .count: return Double(range.count)
        case .sum: return Double(history.sum(range, width: width)) / 100
        case .mean: return mean(range)
        case .max: return Double(history.max(range, width: width, limit: Self.walk)) / 100
        case .distinct:
            return Double(history.distinct(range, column: read.column, width: width, limit: Self.walk))
        case .secondsSinceLast:
            return Double(history.timeBeforeNewest(range, width: width).map { event.time - $0 } ?? window.span)
        case .amountOverMean:
            let mean = mean(range)
            return mean > 0 ? amount / mean : 0
        case .amountOverMax:
            let most = history.max(range, width: width, limit: Self.walk)
            return most > 0 ? Double(event.amount) / Double(most) : 0
        case .countOverMean(let span):
            guard let other, other.count > 0 else { return 0 }
            return Double(range.count) / (Double(other.count) * Double(window.span) / Double(span))
        case .maxOverMean:
            guard let usual = other.map(mean), usual > 0 else { return 0 }
            return Double(history.max(range, width: width, limit: Self.walk)) / 100 / usual
        case .frauds: return Double(history.frauds(range, width: width))
        case .fraudRate: return Double(history.frauds(range, width: width)) / Double(max(range.count, 1))
        }
    }
}
