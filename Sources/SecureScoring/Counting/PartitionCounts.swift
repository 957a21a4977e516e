import Counters
import EventLogs
import Records
import Telemetry
import ThreeParty
import Tokens

/// What a party counts of one partition's events, and how far: where the model in force reads counts (docs/DESIGN.md 4.5).
///
/// Batches are counted one after the other, in the order in which the leader decided them (`consortium.batches`), and only what
/// all three parties agreed to take. So the parties hold shares of the same counts, and whoever reads the log again
/// ends with the same.
final class PartitionCounts {
    /// How far it has counted.
    struct Standing {
        /// Everything below is counted: of `consortium.sealed`, and of `consortium.labels`.
        var sealed: Int64 = 0
        var labels: Int64 = 0
        /// The next decision to read.
        var decisions: Int64 = 0
        /// Of all batches that were counted, in order: equal digests mean equal counts.
        var digest = Digest32.zero
    }

    /// A batch that all parties computed, with what this one opened.
    struct Batch {
        var plan: BatchPlan
        var transactions: [OpenedTransaction] = []
        var labels: [OpenedLabels] = []
        var agreement: Agreement
    }

    /// An entry of a label record that is not counted: its record's number in the batch, its own in the record, and why.
    struct RefusedLabel {
        var record: Int
        var entry: Int
        var member: MemberID
        var error: LabelError
    }

    private(set) var features: CountFeatures
    private(set) var standing = Standing()
    private var counters: PartyCounters
    private let store: CounterStore
    private let numbers: [MemberID: MemberNumber]
    private let metrics: Metrics
    /// The features that are public among the parties.
    private var open: [CountFeatures.Feature]

    /// What the party's state holds, or nothing counted yet.
    ///
    /// - Parameter members: in the roster's order, which numbers them.
    init(
        features: CountFeatures, partition: Int, members: [MemberID], state: any StateStore, metrics: Metrics
    ) throws {
        // Room for models with longer windows, so that they find their past counted.
        let reach = max(features.reach, 40 * EventTime.day)
        guard let spec = CounterSpec(bucketSeconds: features.bucket, reach: reach) else {
            throw LogError.corrupted(reason: "the model's counts are none that a party can keep")
        }
        self.features = features
        self.metrics = metrics
        open = features.features.filter { !$0.kind.isSecret }
        var numbers: [MemberID: MemberNumber] = [:]
        for (place, member) in members.enumerated() { numbers[member] = MemberNumber(place) }
        self.numbers = numbers
        store = CounterStore(partition: partition, state: state)
        if let kept = try store.load(spec: spec, members: members.count) {
            counters = kept.counters
            guard let standing = Standing(decoding: kept.note) else {
                throw LogError.corrupted(reason: "the party's state does not say how far its counts are")
            }
            self.standing = standing
        } else {
            counters = PartyCounters(spec: spec, members: members.count)
        }
    }

    /// From now on counts for a model that reads other features.
    func use(_ features: CountFeatures) throws(ScoringError) {
        guard features != self.features else { return }
        let spec = counters.counters.spec
        guard features.bucket == self.features.bucket,
            features.features.allSatisfy({ $0.delay == 0 || spec.holds(CountWindow(over: $0.over, delay: $0.delay)) })
        else { throw .countsOfAnotherSpec }
        self.features = features
        open = features.features.filter { !$0.kind.isSecret }
    }

    // MARK: Before a batch

    /// The tokens of a box, a slot each; nil where they are none. A token that is not known yet is checked to be of the group,
    /// since a rotation computes with it.
    func tokens(_ bytes: Slice<UnsafeRawBufferPointer>) -> [TokenKey?]? {
        tokens(UnsafeRawBufferPointer(rebasing: bytes))
    }

    func tokens(_ bytes: UnsafeRawBufferPointer) -> [TokenKey?]? {
        let width = TokenKey.byteCount
        guard bytes.count == features.slots * width else { return nil }
        var tokens: [TokenKey?] = []
        tokens.reserveCapacity(features.slots)
        for slot in 0..<features.slots {
            let one = bytes[slot * width..<(slot + 1) * width]
            guard let token = TokenKey(one) else {
                tokens.append(nil)
                continue
            }
            if !counters.knows(token), (try? EntityToken(bytes: Array(one))) == nil { return nil }
            tokens.append(token)
        }
        return tokens
    }

    /// What counts say of a batch's transactions.
    ///
    /// - Parameter refusal: why this party can't use a transaction.
    func look(_ transactions: [OpenedTransaction], refusal: (Int) -> Refusal?) -> BatchCounts {
        var out = BatchCounts(features)
        for (index, transaction) in transactions.enumerated() {
            if let refusal = refusal(index) {
                out.append(refusal)
                continue
            }
            let secret = features.lookups.map { lookup -> (share: CountShare, events: Int) in
                guard let token = transaction.tokens[lookup.slot] else { return (.zero, 0) }
                let sum = counters.counters.sum(
                    of: token, over: CountWindow(over: lookup.over, delay: lookup.delay), at: transaction.time)
                return (sum.frauds, sum.events)
            }
            out.append(
                secret: secret,
                open: open.map { feature in
                    guard let token = transaction.tokens[feature.slot] else { return 0 }
                    let sum = sum(of: token, feature, at: transaction.time)
                    return feature.kind == .members ? sum.distinctMembers : sum.events
                })
        }
        return out
    }

    private func sum(of token: TokenKey, _ feature: CountFeatures.Feature, at time: EventTime) -> BucketSum {
        guard feature.delay == 0 else {
            return counters.counters.sum(
                of: token, over: CountWindow(over: feature.over, delay: feature.delay), at: time)
        }
        let span: VelocitySpan = feature.over == 60 ? .minute : feature.over == 3600 ? .hour : .day
        return counters.counters.velocity(of: token, over: span, at: time)
    }

    // MARK: After a batch

    /// Whether a decision is of the batch that comes next here.
    func continues(_ decision: BatchDecision) -> Bool {
        decision.range.lowerBound >= standing.sealed && decision.labels.lowerBound == standing.labels
    }

    /// The digest after a batch of which the parties agreed on `agreement`.
    func digest(after agreement: Agreement) -> Digest32 {
        Digest32(of: [Array("cordon/counted/v1".utf8), standing.digest.bytes, agreement.digest.bytes])
    }

    /// Counts what all parties agreed to take of a batch, in the log's order.
    ///
    /// - Returns: labels that are not counted; the same at every party.
    func count(_ batch: Batch) -> [RefusedLabel] {
        for (transaction, refusal) in zip(batch.transactions, batch.agreement.refusals) where refusal == nil {
            guard let member = transaction.member, let event = transaction.event else { continue }
            count(event, of: member, transaction.tokens, at: transaction.time)
        }
        var refused: [RefusedLabel] = []
        for (index, refusal) in batch.agreement.refusals.enumerated() where refusal == nil {
            guard index < batch.labels.count else { break }
            refused += count(batch.labels[index]).map {
                RefusedLabel(record: index, entry: $0.entry, member: $0.member, error: $0.error)
            }
        }
        counters.settle()
        counters.sweep(2 * (batch.transactions.count + batch.labels.count))
        standing.sealed = batch.plan.range.upperBound
        standing.labels = batch.plan.labels.upperBound
        standing.digest = digest(after: batch.agreement)
        metrics.set("cordon_tokens_live", to: Double(counters.counters.count))
        return refused
    }

    private func count(_ event: EventID, of member: MemberID, _ tokens: [TokenKey?], at time: EventTime) {
        guard let number = numbers[member] else { return }
        let outcome = counters.event(event, from: number, of: tokens.compactMap { $0 }, at: time)
        metrics.add(1, to: "cordon_events_counted_total", .init("outcome", "\(outcome)"))
    }

    private func count(_ record: OpenedLabels) -> [(entry: Int, member: MemberID, error: LabelError)] {
        guard let member = record.member, let number = numbers[member],
            counters.takesLabels(
                from: number, partition: UInt32(record.partition), position: record.order)
        else { return [] }
        var refused: [(entry: Int, member: MemberID, error: LabelError)] = []
        for (index, entry) in record.entries.enumerated() {
            if let (time, tokens) = entry.history { count(entry.event, of: member, tokens, at: time) }
            guard let outcome = entry.outcome else { continue }
            switch counters.label(outcome, of: entry.event, from: number) {
            case .counted: metrics.add(1, to: "cordon_labels_counted_total")
            case .refused(let error):
                metrics.add(1, to: "cordon_labels_refused_total", .init("reason", error.rawValue))
                refused.append((index, member, error))
            }
        }
        return refused
    }

    /// A decision that was counted is not read again.
    func skip(to offset: Int64) { standing.decisions = max(standing.decisions, offset) }

    /// What to write for everything that was counted since the last call.
    func snapshot() -> Snapshot {
        Snapshot(changes: counters.takeChanges(), note: standing.encoded, store: store)
    }

    /// What was counted since the last one.
    struct Snapshot: Sendable {
        fileprivate let changes: PartyCounters.Changes
        fileprivate let note: [UInt8]
        fileprivate let store: CounterStore

        func write(to state: any StateStore) throws(LogError) {
            try state.commit(store.writes(changes, note: note), positions: [])
            try store.expire(changes)
        }
    }
}

extension PartitionCounts.Standing {
    /// sealed, labels, decisions (8 bytes each), digest (32); big-endian.
    var encoded: [UInt8] {
        [sealed, labels, decisions].flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
            + digest.bytes
    }

    init?(decoding bytes: [UInt8]) {
        guard bytes.count == 56, let digest = Digest32(bytes[24...]) else { return nil }
        func number(_ at: Int) -> Int64 {
            Int64(bitPattern: bytes[at..<at + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
        (sealed, labels, decisions, self.digest) = (number(0), number(8), number(16), digest)
    }
}
