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
        /// Of the tokens that they are counted under.
        var tokens = TokenEpoch(0)
    }

    /// A batch that all parties computed, with what this one opened.
    struct Batch {
        var plan: BatchPlan
        var transactions: [OpenedTransaction] = []
        var labels: [OpenedLabels] = []
        var agreement: Agreement
        /// Of the tokens that it was opened to: what is counted may have moved on since.
        var tokens: TokenEpoch
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
    private let tokens: CountedTokens
    private let store: CounterStore
    private let numbers: [MemberID: MemberNumber]
    private let metrics: Metrics
    /// Of the batch that is being counted: what became of its events, and how many of its labels are counted.
    private var outcomes: [EventOutcome: Int] = [:]
    private var labelled = 0
    /// The features that are public among the parties.
    private var open: [CountFeatures.Feature]

    /// What the party's state holds, or nothing counted yet.
    ///
    /// - Parameters:
    ///   - members: in the roster's order, which numbers them.
    ///   - updates: the rotations of the token key.
    init(
        features: CountFeatures, partition: Int, members: [MemberID], updates: TokenUpdates, state: any StateStore,
        metrics: Metrics
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
            tokens = try CountedTokens(epoch: standing.tokens, updates: updates)
        } else {
            counters = PartyCounters(spec: spec, members: members.count)
            tokens = try CountedTokens(epoch: nil, updates: updates)
        }
        standing.tokens = tokens.epoch
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

    /// The tokens of a box, a slot each, as they are counted here.
    ///
    /// - Parameter epoch: of the key that they are under.
    /// - Throws: `boxMalformed` where they are no tokens, `unknownTokenEpoch`.
    func tokens(_ bytes: UnsafeRawBufferPointer, epoch: UInt64) throws(Refusal) -> [TokenKey?] {
        let width = TokenKey.byteCount
        guard bytes.count == features.slots * width else { throw .boxMalformed }
        var found: [TokenKey?] = []
        found.reserveCapacity(features.slots)
        for slot in 0..<features.slots {
            let token = TokenKey(UnsafeRawBufferPointer(rebasing: bytes[slot * width..<(slot + 1) * width]))
            found.append(
                try token.map { token throws(Refusal) in
                    try tokens.counted(token, of: TokenEpoch(epoch), in: counters).get()
                })
        }
        return found
    }

    /// What counts say of a batch's transactions.
    ///
    /// - Parameter refusal: why this party can't use a transaction.
    func look(_ transactions: [OpenedTransaction], refusal: (Int) -> Refusal?) -> BatchCounts {
        var out = BatchCounts(features)
        let counted = counters.counters
        // Of one transaction: by slot, by lookup, by feature.
        var places: [TokenCounters.Place?] = []
        var secret: [(share: CountShare, events: Int)] = []
        var values: [Int] = []
        for (index, transaction) in transactions.enumerated() {
            if let refusal = refusal(index) {
                out.append(refusal)
                continue
            }
            places.removeAll(keepingCapacity: true)
            secret.removeAll(keepingCapacity: true)
            values.removeAll(keepingCapacity: true)
            for token in transaction.tokens { places.append(token.flatMap { counted.place(of: $0) }) }
            for lookup in features.lookups {
                let window = CountWindow(over: lookup.over, delay: lookup.delay)
                let sum = places[lookup.slot].map { counted.sum(at: $0, over: window, at: transaction.time) }
                secret.append((sum?.frauds ?? .zero, sum?.events ?? 0))
            }
            for feature in open {
                let sum = places[feature.slot].map { Self.sum(counted, at: $0, feature, transaction.time) }
                values.append((feature.kind == .members ? sum?.distinctMembers : sum?.events) ?? 0)
            }
            out.append(secret: secret, open: values)
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

    // MARK: Between batches

    /// Goes on with the move of everything to a newer token key, where there is one.
    func moveTokens() throws {
        guard try tokens.move(&counters) else { return }
        standing.tokens = tokens.epoch
        metrics.set("cordon_counted_token_epoch", to: Double(tokens.epoch.number))
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
            count(event, of: member, present(transaction.tokens, batch.tokens), at: transaction.time)
        }
        var refused: [RefusedLabel] = []
        for (index, refusal) in batch.agreement.refusals.enumerated() where refusal == nil {
            guard index < batch.labels.count else { break }
            refused += count(batch.labels[index], batch.tokens).map {
                RefusedLabel(record: index, entry: $0.entry, member: $0.member, error: $0.error)
            }
        }
        report()
        counters.settle()
        counters.sweep(2 * (batch.transactions.count + batch.labels.count))
        standing.sealed = batch.plan.range.upperBound
        standing.labels = batch.plan.labels.upperBound
        standing.digest = digest(after: batch.agreement)
        metrics.set("cordon_tokens_live", to: Double(counters.counters.count))
        return refused
    }

    /// Tokens of an epoch as they are counted now.
    private func present(_ opened: [TokenKey?], _ epoch: TokenEpoch) -> [TokenKey?] {
        guard epoch != tokens.epoch else { return opened }
        return opened.map { token in
            token.map { token in
                guard case .success(let present) = tokens.counted(token, of: epoch, in: counters) else {
                    preconditionFailure("what has moved has the factor of the move")
                }
                return present
            }
        }
    }

    private func count(_ event: EventID, of member: MemberID, _ tokens: [TokenKey?], at time: EventTime) {
        guard let number = numbers[member] else { return }
        outcomes[counters.event(event, from: number, of: tokens.compactMap { $0 }, at: time), default: 0] += 1
    }

    /// Adds what became of a batch's events and labels to the metrics.
    private func report() {
        for (outcome, count) in outcomes {
            metrics.add(count, to: "cordon_events_counted_total", .init("outcome", "\(outcome)"))
        }
        if labelled > 0 { metrics.add(labelled, to: "cordon_labels_counted_total") }
        (outcomes, labelled) = ([:], 0)
    }

    private func count(
        _ record: OpenedLabels, _ epoch: TokenEpoch
    ) -> [(entry: Int, member: MemberID, error: LabelError)] {
        guard let member = record.member, let number = numbers[member],
            counters.takesLabels(
                from: number, partition: UInt32(record.partition), position: record.order)
        else { return [] }
        var refused: [(entry: Int, member: MemberID, error: LabelError)] = []
        for (index, entry) in record.entries.enumerated() {
            if let (time, tokens) = entry.history {
                count(entry.event, of: member, present(tokens, epoch), at: time)
            }
            guard let outcome = entry.outcome else { continue }
            switch counters.label(outcome, of: entry.event, from: number) {
            case .counted: labelled += 1
            case .refused(let error):
                metrics.add(1, to: "cordon_labels_refused_total", .init("reason", error.rawValue))
                refused.append((index, member, error))
            }
        }
        return refused
    }

    /// A decision that was counted is not read again.
    func skip(to offset: Int64) { standing.decisions = max(standing.decisions, offset) }

    /// Events that changed since the last snapshot.
    var changes: Int { counters.changedEvents }

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
    /// sealed, labels, decisions, token epoch (8 bytes each), digest (32); big-endian.
    var encoded: [UInt8] {
        [UInt64(bitPattern: sealed), UInt64(bitPattern: labels), UInt64(bitPattern: decisions), tokens.number]
            .flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } } + digest.bytes
    }

    init?(decoding bytes: [UInt8]) {
        guard bytes.count == 64, let digest = Digest32(bytes[32...]) else { return nil }
        let numbers = (0..<4).map { at in bytes[at * 8..<at * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        (sealed, labels) = (Int64(bitPattern: numbers[0]), Int64(bitPattern: numbers[1]))
        (decisions, tokens) = (Int64(bitPattern: numbers[2]), TokenEpoch(numbers[3]))
        self.digest = digest
    }
}
