import Counters
import EventLogs
import Model
import Records
import Sealing
import Stages
import Telemetry
import ThreeParty
import Tokens

/// A party's counts of one partition's events, and how far they go: where the model in force reads counts
/// (docs/design/counting.md).
///
/// Batches are counted one after the other, in the order in which the leader decided them (`consortium.batches`), and only what
/// all three parties agreed to take. So the parties hold shares of the same counts, and whoever reads the log again
/// ends with the same.
package final class PartitionCounts {
    private(set) var features: CountFeatures
    package private(set) var standing: CountStanding
    var counters: PartyCounters
    private let tokens: CountedTokens
    /// The transactions that are counted, by their places in members' topics.
    private var sources: SourcePositions
    /// The sources of label records that came since receipts were last taken, and whether one of theirs is missing.
    private var heard: [CountedSource: Bool] = [:]
    private let store: CounterStore
    private var numbers: [MemberID: MemberNumber] = [:]
    private let metrics: Metrics
    /// The outcomes of the events of the batch that is being counted, and how many of its labels are counted.
    private var outcomes: [EventOutcome: Int] = [:]
    private var labelled = 0
    /// Where rows are kept: of the batch that is being counted, labels that count.
    private let rows: ScoredRowStore?
    private var rowLabels: RowLabels?
    private let partition: Int
    /// The most events of a member's history that count of a day.
    private let history: Int
    let shares: (party: PartyID, store: ShareStore)?
    let clock: any StageClock
    /// When the next rows may come to the generation in force.
    var nextSlice: Moment
    /// The features that are public among the parties.
    private(set) var open: [CountFeatures.Feature]

    /// The version of the rules by which batches are counted: raised whenever the same batches would leave other counts.
    private static let rules: UInt32 = 3

    /// Counts as the party's state holds them, or with nothing counted yet.
    ///
    /// - Parameters:
    ///   - rows: where scored rows are kept; nil where they are not.
    ///   - work: where tokens are moved to a newer key.
    init(
        _ terms: CountingTerms, features: CountFeatures, partition: Int, rows: ScoredRowStore?, metrics: Metrics,
        clock: any StageClock, work: SideWork
    ) throws {
        // Room for models with longer windows, so that they find their past counted.
        let reach = max(features.reach, 40 * EventTime.day)
        guard let spec = CounterSpec(bucketSeconds: features.bucket, reach: reach, limit: terms.limit) else {
            throw LogError.corrupted(reason: "the model's counts are none that a party can keep")
        }
        self.features = features
        self.rows = rows
        self.partition = partition
        history = terms.history
        self.clock = clock
        shares = terms.shares
        nextSlice = clock.now
        self.metrics = metrics
        open = features.features.filter { !$0.kind.isSecret }
        let genesis = Self.genesis(terms.consortium, spec, history: terms.history)
        store = CounterStore(partition: partition, state: terms.state)
        sources = try SourcePositions(partition: TopicPartition(Topics.sealed, partition), state: terms.state)
        if let kept = try store.load(spec: spec, members: terms.members.count) {
            counters = kept.counters
            guard let standing = CountStanding(decoding: kept.note) else {
                throw LogError.corrupted(reason: "the party's state does not say how far its counts are")
            }
            guard standing.genesis == genesis else { throw ScoringError.countsOfOtherTerms }
            self.standing = standing
            tokens = try CountedTokens(epoch: standing.tokens, updates: terms.updates, clock: clock, work: work)
            for (place, member) in standing.members.enumerated() { numbers[member] = MemberNumber(place) }
            if counters.needsRefreshKey {
                let (party, key) = try key(of: counters.generation)
                counters.resumeRefresh(by: key, of: party)
            }
        } else {
            counters = PartyCounters(spec: spec, members: terms.members.count)
            tokens = try CountedTokens(epoch: nil, updates: terms.updates, clock: clock, work: work)
            standing = CountStanding(genesis: genesis, tokens: tokens.epoch)
        }
    }

    /// The beginning of the chain of digests: what counts hang on beside the batches. A party that counts by anything else
    /// agrees with no other.
    private static func genesis(_ consortium: String, _ spec: CounterSpec, history: Int) -> Digest32 {
        Digest32(of: [
            Array("cordon/counted/genesis/v3".utf8), Array(consortium.utf8), rules.bigEndianBytes,
            spec.bucketSeconds.bigEndianBytes, spec.reach.bigEndianBytes, Int64(spec.limit).bigEndianBytes,
            Int64(history).bigEndianBytes,
        ])
    }

    /// The number that a member's events are kept under: members are numbered in the order in which they are first counted, which
    /// the log decides. The roster's order plays no part, so that members may be added to it anywhere. Nil for a 65th.
    private func number(of member: MemberID) -> MemberNumber? {
        if let number = numbers[member] { return number }
        guard let number = MemberNumber(standing.members.count) else { return nil }
        standing.members.append(member)
        numbers[member] = number
        return number
    }

    // MARK: Token keys

    /// The keys of the tokens that a batch's records name, as far as this party knows them.
    func tokenKeys(of content: BatchContent) -> TokenKeys { tokens.keys(of: content.tokenEpochs) }

    /// The lowest epoch of which this party has another key than these.
    func difference(from keys: TokenKeys) -> TokenEpoch? { tokens.difference(from: keys) }

    /// Counts for a model that reads other features from now on.
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
    func tokens(_ bytes: UnsafeRawBufferPointer, epoch: UInt64) throws(Refusal) -> [CountedEntity?] {
        let width = CountedEntity.byteCount
        guard bytes.count == features.slots * width else { throw .boxMalformed }
        var found: [CountedEntity?] = []
        found.reserveCapacity(features.slots)
        for slot in 0..<features.slots {
            let token = CountedEntity(UnsafeRawBufferPointer(rebasing: bytes[slot * width..<(slot + 1) * width]))
            found.append(
                try token.map { token throws(Refusal) in
                    try tokens.counted(token, of: TokenEpoch(epoch), in: counters).get()
                })
        }
        return found
    }

    /// Whether a member's event is counted, of a record before `offset`, or of the member's history.
    func hasCounted(_ event: EventID, of member: MemberID, before offset: Int64) -> Bool {
        // Counts that are ahead of a batch may have the batch's own events.
        guard standing.sealed <= offset, let number = numbers[member] else { return false }
        return counters.knows(event, from: number)
    }

    // MARK: Between batches

    /// Goes on with the move of everything to a newer token key, where there is one.
    func moveTokens() throws {
        guard try tokens.move(&counters) else { return }
        standing.tokens = tokens.epoch
        metrics.set(.countedTokenEpoch, to: Double(tokens.epoch.number))
    }

    /// Whether a record repeats one that is counted.
    func hasTaken(_ claim: SourceClaim) -> Bool { sources.isRepeat(claim) }

    /// Whether a record may repeat one that is counted: also where too many are missing behind it for that to be known.
    func mayHaveTaken(_ claim: SourceClaim) -> Bool { sources.isRepeat(claim) || sources.hasForgotten(claim) }

    // MARK: After a batch

    /// Whether a decision is of the batch that comes next here.
    func continues(_ decision: BatchDecision) -> Bool {
        decision.range.lowerBound >= standing.sealed && decision.labels.lowerBound == standing.labels
    }

    /// The digest after a batch of which the parties agreed on `agreement`.
    func digest(after agreement: Agreement) -> Digest32 {
        Digest32(of: [Array("cordon/counted/v2".utf8), standing.digest.bytes, agreement.digest.bytes])
    }

    /// The generation of shares that is in force.
    var generation: ShareGeneration { counters.generation }

    /// Counts what all parties agreed to take of a batch, in the log's order.
    ///
    /// - Returns: labels that are not counted; the same at every party.
    func count(_ batch: CountedBatch) -> [RefusedLabel] {
        var refused: [RefusedLabel] = []
        switch batch.content {
        case .transactions(let transactions):
            for (index, refusal) in batch.agreement.refusals.enumerated() where batch.agreement.isOpened(index) {
                let transaction = transactions[index]
                guard let member = transaction.member, let event = transaction.event else { continue }
                sources.advance([
                    SourceClaim(member: member, source: transaction.source, previous: transaction.previous)
                ])
                guard refusal == nil else { continue }
                count(
                    event, of: member, present(transaction.tokens, batch.tokens), at: transaction.time,
                    logged: batch.logged[index])
            }
        case .labels(let records):
            if rows != nil {
                rowLabels = RowLabels(
                    batch.plan.labels, at: batch.plan.range.lowerBound, born: batch.generation)
            }
            for (index, record) in records.enumerated() where batch.agreement.isOpened(index) {
                refused += count(
                    record, number: index, logged: batch.logged[index], batch.tokens,
                    isTaken: batch.agreement.refusals[index] == nil)
            }
        }
        rows?.decide(batch.plan.range, agreed: batch.agreement.digest)
        if let rowLabels { rows?.add(rowLabels) }
        rowLabels = nil
        report()
        if let last = batch.logged.max() { counters.settle(logged: last) }
        counters.sweep(2 * batch.agreement.refusals.count)
        standing.sealed = batch.plan.range.upperBound
        standing.labels = batch.plan.labels.upperBound
        standing.digest = digest(after: batch.agreement)
        metrics.set(.tokensLive, to: Double(counters.counters.count))
        return refused
    }

    /// Tokens of an epoch as they are counted now.
    func present(_ opened: [CountedEntity?], _ epoch: TokenEpoch) -> [CountedEntity?] {
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

    /// - Parameter limit: of an event of the member's history, how many of a day may count.
    /// - Returns: nil for a member that there is no number for.
    @discardableResult
    private func count(
        _ event: EventID, of member: MemberID, _ tokens: [CountedEntity?], at time: EventTime, logged: EventTime,
        limit: Int? = nil
    ) -> EventOutcome? {
        guard let number = number(of: member) else { return nil }
        let outcome = counters.event(
            event, from: number, of: tokens.compactMap { $0 }, at: time, logged: logged, limit: limit)
        outcomes[outcome, default: 0] += 1
        return outcome
    }

    /// Adds what became of a batch's events and labels to the metrics.
    private func report() {
        for (outcome, count) in outcomes {
            metrics.add(count, to: .eventsCounted, .init("outcome", "\(outcome)"))
        }
        if labelled > 0 { metrics.add(labelled, to: .labelsCounted) }
        (outcomes, labelled) = ([:], 0)
    }

    /// Counts a record whose header is the member's own, in the order of its source: not before the one that it names as the one
    /// before it, and once.
    ///
    /// - Parameters:
    ///   - number: of the record in its batch.
    ///   - isTaken: false where a party refuses what the record holds: then its place alone is taken.
    private func count(
        _ record: OpenedLabels, number: Int, logged: EventTime, _ epoch: TokenEpoch, isTaken: Bool
    ) -> [RefusedLabel] {
        guard let member = record.member, let memberNumber = self.number(of: member) else { return [] }
        let partition = UInt32(record.partition)
        let highest = counters.labelPosition(from: memberNumber, partition: partition)
        let source = CountedSource(member: member, partition: record.partition, epoch: record.epoch)
        heard[source] = false
        if let previous = record.previous, highest.map({ $0 < previous }) ?? true {
            heard[source] = true
            metrics.add(1, to: .sourceGaps, .init("topic", Topics.labels))
            return isTaken ? [RefusedLabel(record: number, entry: 0, member: member, error: .sourceGap)] : []
        }
        guard counters.takesLabels(from: memberNumber, partition: partition, position: record.order) else {
            metrics.add(1, to: .repeatsDropped)
            return []
        }
        guard isTaken else { return [] }
        var refused: [RefusedLabel] = []
        let rowMember = RowKey.Member(member)
        for (index, entry) in record.entries.enumerated() {
            func refuse(_ error: LabelError) {
                metrics.add(1, to: .labelsRefused, .init("reason", error.rawValue))
                refused.append(RefusedLabel(record: number, entry: index, member: member, error: error))
            }
            if let (time, tokens) = entry.history {
                let came = count(
                    entry.event, of: member, present(tokens, epoch), at: time, logged: logged, limit: history)
                if came == .beyond {
                    refuse(.historyFull)
                    continue
                }
            }
            guard let outcome = entry.outcome else { continue }
            let isLive = entry.history == nil
            let taken = counters.label(
                outcome, of: entry.event, from: memberNumber, waitingSince: isLive ? logged : nil)
            // An event of a member's history was never scored. A row may come later than its label, as its event does.
            if isLive { rowLabels?.append(RowKey(entry.event, of: rowMember), outcome) }
            switch taken {
            case .counted: labelled += 1
            case .refused(let error): refuse(error)
            }
        }
        return refused
    }

    /// How far label records are counted of each source that was heard of since the last call.
    func takeHeard() -> [(source: CountedSource, counted: SourcePosition?, isMissing: Bool)] {
        guard !heard.isEmpty else { return [] }
        defer { heard = [:] }
        return heard.sorted { $0.key < $1.key }.map { source, isMissing in
            let order = numbers[source.member].flatMap {
                counters.labelPosition(from: $0, partition: UInt32(source.partition))
            }
            let position = order.map { SourcePosition(labelOrder: $0, partition: source.partition) }
            return (source, position, isMissing)
        }
    }

    /// Passes over decisions before `offset`, which are counted or are no batch's.
    func skip(to offset: Int64) { standing.decisions = max(standing.decisions, offset) }

    /// The number of events that changed since the last snapshot.
    var changes: Int { counters.changedEvents }

    /// A snapshot of everything that was counted since the last call.
    func snapshot() -> Snapshot {
        defer { sources.areCommitted() }
        return Snapshot(
            changes: counters.takeChanges(), sources: sources.changes, note: standing.encoded, store: store,
            whole: counters.isRefreshing ? nil : counters.generation, partition: partition, shares: shares?.store)
    }

    /// The counts that changed since the last one.
    struct Snapshot: Sendable {
        fileprivate let changes: PartyCounters.Changes
        fileprivate let sources: [StateWrite]
        fileprivate let note: [UInt8]
        fileprivate let store: CounterStore
        /// The generation that all rows have come to; nil where a refresh is under way.
        fileprivate let whole: ShareGeneration?
        fileprivate let partition: Int
        fileprivate let shares: ShareStore?

        /// Writes it in one transaction.
        func write(to state: any StateStore) throws(LogError) {
            try state.commit(store.writes(changes, note: note) + sources, positions: [])
            try store.expire(changes)
            if let whole, let shares, try shares.counts(partition: partition) ?? .dealt < whole {
                try shares.noteCounts(whole, partition: partition)
            }
        }
    }
}
