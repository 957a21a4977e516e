import Records

/// What the parties count, in the clear and over names instead of tokens: for training, and to hold the parties' counts
/// against. Transactions are handed in by time; those before one are what it sees.
///
/// The parties see what was counted before the batch that a transaction is in, which only windows without a delay can tell
/// from this.
struct ConsortiumCounts {
    private struct Key: Hashable {
        var entity: Feature.Entity
        var name: String
    }

    /// One bucket of event time of one entity, by its number since 1970.
    private struct Bucket {
        var number: Int64
        var events = 0
        /// Among the first `ConsortiumCounts.most` events.
        var frauds = 0
        /// Events by member.
        var members: [MemberID: Int] = [:]
    }

    /// The most events that a lookup of frauds reads, and that count of a member in a bucket where the roster says nothing else.
    private static let most = 8191

    private let features: [Feature.Shared]
    private let bucket: Int64
    private let entities: [Feature.Entity]
    /// Ascending.
    private var buckets: [Key: [Bucket]] = [:]
    /// Of the last day and a bit: when, and whose.
    private var recent: [Key: [(time: Int64, member: MemberID)]] = [:]
    private let keepsRecent: Bool

    /// Counts of nothing yet, for the consortium's features of a spec.
    init(spec: FeatureSpec) {
        features = spec.features.compactMap(\.shared)
        bucket = spec.terms.bucket
        entities = spec.tokenEntities
        keepsRecent = features.contains { $0.window.delay == 0 }
    }

    /// Counts a transaction with its outcome, as though that were known at once; a window whose delay is at least the
    /// label's can't tell the difference.
    mutating func add(_ labelled: LabelledTransaction) {
        let time = labelled.transaction.time.seconds
        for entity in entities {
            guard let name = labelled.transaction.name(of: entity) else { continue }
            let key = Key(entity: entity, name: name)
            let number = time / bucket
            var list = buckets[key, default: []]
            var at = list.endIndex
            while at > 0, list[at - 1].number > number { at -= 1 }
            if at == 0 || list[at - 1].number != number {
                list.insert(Bucket(number: number), at: at)
                at += 1
            }
            let own = list[at - 1].members[labelled.member, default: 0]
            guard own < Self.most else { continue }
            list[at - 1].members[labelled.member] = own + 1
            if labelled.fraud, list[at - 1].events < Self.most { list[at - 1].frauds += 1 }
            list[at - 1].events += 1
            buckets[key] = list
            if keepsRecent {
                recent[key, default: []].append((time, labelled.member))
                if recent[key, default: []].count > 4096 {
                    recent[key]?.removeAll { $0.time < time - EventTime.day - 3600 }
                }
            }
        }
    }

    /// One value a feature of the consortium, in the spec's order.
    func values(of transaction: Transaction) -> [Double] {
        features.map { feature in
            guard let name = transaction.name(of: feature.entity) else { return 0 }
            let key = Key(entity: feature.entity, name: name)
            let time = transaction.time.seconds
            return feature.window.delay > 0 ? delayed(feature, key, time) : velocity(feature, key, time)
        }
    }

    /// A feature over whole buckets, the newest of which ended at or before the window's end.
    private func delayed(_ feature: Feature.Shared, _ key: Key, _ time: Int64) -> Double {
        guard time >= feature.window.delay, let list = buckets[key] else { return 0 }
        let high = (time - feature.window.delay) / bucket - 1
        let low = high - feature.window.span / bucket + 1
        let seen = list.filter { (low...high).contains($0.number) }
        switch feature.signal {
        case .count: return Double(seen.reduce(0) { $0 + $1.events })
        case .members: return Double(seen.reduce(into: Set<MemberID>()) { $0.formUnion($1.members.keys) }.count)
        case .frauds, .fraudRate:
            // The newest buckets, as many as a lookup reads.
            var (events, frauds) = (0, 0)
            for each in seen.reversed() {
                events += min(each.events, Self.most)
                if events > Self.most {
                    events -= min(each.events, Self.most)
                    break
                }
                frauds += each.frauds
            }
            return feature.signal == .frauds ? Double(frauds) : Double(frauds) / Double(max(events, 1))
        }
    }

    /// Buckets of a minute up to an hour, of an hour for a day.
    private func velocity(_ feature: Feature.Shared, _ key: Key, _ time: Int64) -> Double {
        let length: Int64 = feature.window.span > 3600 ? 3600 : 60
        let first = max(time - feature.window.span, 0) / length
        let seen = (recent[key] ?? []).filter { (first...time / length).contains($0.time / length) }
        return feature.signal == .members ? Double(Set(seen.map(\.member)).count) : Double(seen.count)
    }
}
