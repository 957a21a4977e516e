package import EventLogs
package import Formats
package import Keys
package import Records
package import Stages
package import Telemetry

/// The ingest stage: one partition of a member's transactions on their way to the parties,
///
///     parse → validate → deduplicate → windows → tokens → quantise → share → seal
///
/// What can't be used goes to `<member>.rejected`, and the stream goes on. Where the spec tells labels, those
/// of earlier transactions go to `consortium.labels`.
///
/// The order of writes makes it correct: the log first. A batch's records are appended before the state takes the batch, and the
/// state is checkpointed between batches only. So what a checkpoint holds is in the log; what is in the log and in no checkpoint
/// is read again by a successor, and its repeats have the same source positions, by which readers drop them.
///
/// An error ends the stage: memory may be ahead of the log. Its successor begins at the last checkpoint.
package final class IngestPipeline: Stage {
    private let log: any EventLog
    private let state: AgentState
    private let intake: RecordIntake
    private let sealer: any TransactionSealing
    private let tokens: BoxTokens?
    private let shadow: ShadowSpec?
    private let labels: LabelSealer?
    private let sealedPartitions: Int
    /// Between two looks at whether labels are to be sent again: longer than they take to be counted.
    private var repeats = Throttle(.seconds(3))
    /// Between two looks at what parties lack, and at what has waited for too long.
    private var losses = (missing: Throttle(.seconds(3)), overdue: Throttle(IngestPipeline.patience))
    /// The closings of epochs that all pending transactions, and all labels that are not counted, were held against; 0 where one
    /// may be behind of those, too.
    private var heldAgainst = (transactions: 0, labels: 0)
    /// Transactions that are to be sealed again, while they wait for their tokens.
    private var again: SealedAgain?
    private let clock: any StageClock
    private let metrics: Metrics
    private let reader: any LogReader
    private let batchSize: Int
    private var position: GroupPosition
    /// Longer than a transaction waits for its score: then most are never written down.
    private var checkpoints = Throttle(.milliseconds(500))
    /// Records that were read, and whether there may be more in the log.
    private var read: (records: ArraySlice<LogRecord>, hasMore: Bool) = ([], false)
    /// The batch that waits for its tokens. Memory has its events, and the log has nothing of it.
    private var waiting: IngestBatch?

    /// The time after which a transaction should have its answer.
    private static let patience = Duration.seconds(60)

    /// The name that a member's agents commit their position under.
    package static func group(_ member: MemberID) -> String { "\(member).ingest" }

    /// - Parameters:
    ///   - consortium: belongs to a spec that tells labels, and to no other.
    ///   - shadow: the sealer's second spec, whose windows the state computes; nil for none.
    ///   - recipient: the member's key that rejected originals are sealed to, asked for at each.
    package init(
        member: MemberID, log: any EventLog, state: AgentState, mapping: Mapping, rules: ValidationRules,
        sealer: any TransactionSealing, consortium: ConsortiumFeed? = nil, shadow: ShadowSpec? = nil,
        recipient: @escaping () -> HPKEPublicKey, batchSize: Int = 512, clock: any StageClock, metrics: Metrics
    ) throws(LogError) {
        precondition(state.tellsLabels == (consortium != nil), "tokens and labels where the spec asks for them")
        self.log = log
        self.state = state
        self.sealer = sealer
        tokens = consortium?.tokens
        self.shadow = shadow
        labels = consortium?.labels
        self.batchSize = batchSize
        self.clock = clock
        self.metrics = metrics
        let source = state.transactions
        position = GroupPosition(of: source, group: Self.group(member), in: log, clock: clock)
        let start: Int64
        if let ingested = state.ingested {
            start = 0
            reader = try log.reader(at: [Position(source, ingested)])
        } else {
            start = try log.committed(source, group: Self.group(member)) ?? 0
            reader = try log.reader(at: [Position(source, try log.earliest(of: source))])
        }
        sealedPartitions = try log.partitions(of: Topics.sealed)
        // What was sent before this start is sent again once it is overdue.
        heldAgainst.labels = sealer.sessions.closings.count
        intake = RecordIntake(
            member: member, state: state, mapping: mapping, rules: rules, sealer: sealer, labels: consortium?.labels,
            recipient: recipient, start: start, sealedPartitions: sealedPartitions,
            metrics: metrics)
    }

    /// One batch from the member's topic to the log, or as far as there are tokens for it. A batch that waits for tokens is
    /// asked for again by the next turn, and nothing else is read meanwhile.
    package func turn(until moment: Moment) throws(LogError) -> Turn {
        let takesPart = sealer.sessions.participation == .takesPart
        if takesPart {
            try sendLabelsAgain()
            guard try sealAgain(until: moment) else { return .idle }
        } else {
            again = nil
        }
        if waiting == nil { waiting = try nextBatch(until: moment) }
        guard let batch = waiting else { return .idle }
        if takesPart {
            guard let tokens = try tokens(for: batch.accepted.count, batch.names, until: moment) else { return .idle }
            let sealed = try append(batch, with: tokens)
            state.apply(batch.rows, ingested: batch.end, after: batch.ends, sent: batch.sent, at: batch.places)
            state.note(sealed)
        } else {
            // Nothing is sealed of a member that has left. A predecessor may have done so before, and scores of it may come.
            if !batch.rejections.isEmpty { try log.append(batch.rejections) }
            state.apply(batch.rows, ingested: batch.end)
        }
        waiting = nil
        try position.reach(batch.end)
        return read.hasMore || !read.records.isEmpty ? .worked : .rest(Beat.agents.wait(by: clock))
    }

    /// Checkpoints state and position. A batch that still waits for its tokens is abandoned, and the memory with it: what it
    /// took in is not in the log, and a successor reads it again.
    package func finish() throws(LogError) {
        guard waiting == nil else { return }
        try state.checkpoint()
        try position.commit()
    }

    // MARK: Steps

    /// Where the log seems to have lost a label record, or may have it behind the closing of its epoch of keys, those that are not
    /// counted are put there again, in their order: the parties take each once, and what they had refused for the one that was
    /// missing, too.
    private func sendLabelsAgain() throws(LogError) {
        guard let labels, repeats.isDue(at: clock.now) else { return }
        let closings = sealer.sessions.closings.count
        let lost = closings > heldAgainst.labels ? state.sentLabels.records[...] : state.sentLabels.lost
        heldAgainst.labels = closings
        guard !lost.isEmpty else { return }
        // What is not kept any longer was counted by all.
        let previous = [nil] + lost.map { Optional($0.source) }
        let records = zip(lost, previous).map { labels.seal($0, after: $1) }
        try log.append(records.map { NewRecord(TopicPartition(Topics.labels), value: $0) })
        state.note(areReceiptsOverdue: false)
        metrics.add(records.count, to: .labelRecordsRepeated)
    }

    /// Transactions that are sealed again, and the names whose tokens they wait for.
    private struct SealedAgain {
        var accepted: [IngestBatch.Accepted]
        var names: BoxTokens.Names?
    }

    /// Seals transactions again that a party has said to lack, that came behind the closing of their epoch, or that have waited for
    /// too long, as they were and at their old places: a party that has one drops the repeat, and one that lacks it has a gap for
    /// it. False while their tokens have not come.
    private func sealAgain(until moment: Moment) throws(LogError) -> Bool {
        if again == nil, waiting == nil { again = nextLost() }
        guard let again else { return true }
        guard let tokens = try tokens(for: again.accepted.count, again.names, until: moment) else { return false }
        let pending = zip(again.accepted, tokens).filter { state.pending($0.0.place.source) != nil }
        if !pending.isEmpty { state.note(try append(pending.map(\.0), with: pending.map(\.1)[...])) }
        self.again = nil
        return true
    }

    /// The transactions to be sealed again, where it is time to look for some; nil where there are none.
    private func nextLost() -> SealedAgain? {
        var lost: [AgentMemory.Lost] = []
        if losses.missing.isDue(at: clock.now) {
            lost = state.takeMissing { [sealedPartitions] in $0.partition(of: sealedPartitions) }
            metrics.add(lost.count, to: .transactionsSealedAgain, .init("reason", "missing"))
        }
        let closings = sealer.sessions.closings
        if lost.isEmpty, closings.count > heldAgainst.transactions {
            lost = state.takeClosed(closings) { [sealedPartitions] in $0.partition(of: sealedPartitions) }
            if lost.count < LostTransactions.limit { heldAgainst.transactions = closings.count }
            metrics.add(lost.count, to: .transactionsSealedAgain, .init("reason", "closed"))
        }
        if lost.isEmpty, losses.overdue.isDue(at: clock.now) {
            let patience = Int64(Self.patience / .microseconds(1))
            lost = state.takeOverdue(now: clock.microseconds, patience: patience)
            metrics.add(lost.count, to: .transactionsSealedAgain, .init("reason", "overdue"))
        }
        let accepted = lost.compactMap { source, pending in
            EventID(pending.event).map { event in
                IngestBatch.Accepted(
                    transaction: pending.transaction, event: event,
                    place: SealedPlace(
                        source: source, previous: pending.previous, partition: event.partition(of: sealedPartitions)),
                    features: pending.features)
            }
        }
        guard !accepted.isEmpty else { return nil }
        return SealedAgain(accepted: accepted, names: tokens?.names(in: accepted.map(\.transaction)))
    }

    /// The next records of the topic, applied to the state's memory; nil if none came by `moment`.
    private func nextBatch(until moment: Moment) throws(LogError) -> IngestBatch? {
        if read.records.isEmpty {
            let records = try reader.next(limit: batchSize, timeout: clock.left(until: moment))
            read = (records[...], records.count == batchSize)
            if checkpoints.isDue(at: clock.now) { try state.checkpoint() }
        }
        let records = takeRecords()
        guard let last = records.last else {
            try position.commit()
            return nil
        }
        var batch = IngestBatch(
            end: last.position.offset + 1, epoch: sealer.sessions.now.number, after: state.ends)
        for record in records { try intake.apply(record, to: &batch) }
        batch.names = tokens?.names(in: batch.accepted.map(\.transaction))
        return batch
    }

    /// Some megabytes of the records that were read: a message may hold thousands of transactions.
    private func takeRecords() -> ArraySlice<LogRecord> {
        var bytes = 0
        let next = read.records.prefix { record in
            defer { bytes += record.value?.count ?? 0 }
            return bytes < RecordParser.messageLimit
        }
        read.records = read.records.dropFirst(next.count)
        return next
    }

    /// The boxes' tokens, one entry a transaction; nil if they have not come by `moment`.
    private func tokens(
        for count: Int, _ names: BoxTokens.Names?, until moment: Moment
    ) throws(LogError) -> [BoxedTokens]? {
        guard let tokens, let names else { return [BoxedTokens](repeating: .none, count: count) }
        return try tokens.bytes(for: names, until: moment)
    }

    /// The sources of transactions with where their records stand.
    private typealias Sealed = [(source: SourcePosition, place: PendingTransaction.Sealed)]

    /// Puts a batch into the log, step by step; rejections leave with the first.
    private func append(_ batch: IngestBatch, with tokens: [BoxedTokens]) throws(LogError) -> Sealed {
        var tokens = tokens[...]
        var all: Sealed = []
        for (number, step) in batch.steps.enumerated() {
            let before = (number == 0 ? batch.rejections : []) + step.labels
            all += try append(step.accepted, with: tokens, behind: before)
            tokens = tokens.dropFirst(step.accepted.count)
        }
        noteClosed(batch.epoch)
        return all
    }

    /// Seals transactions, and puts them into the log behind other records.
    private func append(
        _ accepted: [IngestBatch.Accepted], with tokens: ArraySlice<BoxedTokens>, behind before: [NewRecord] = []
    ) throws(LogError) -> Sealed {
        let epoch = sealer.sessions.now.number
        let places = try log.append(before + zip(accepted, tokens).map { seal($0, $1) }).dropFirst(before.count)
        noteClosed(epoch)
        return zip(accepted, places).map { accepted, place in
            (accepted.place.source, .init(epoch: epoch, offset: place.offset))
        }
    }

    /// Where the epoch of what was put into the log was closed meanwhile, some of that may stand behind the closing.
    private func noteClosed(_ epoch: UInt32) {
        if sealer.sessions.closings.contains(epoch) { heldAgainst = (0, 0) }
    }

    private func seal(_ accepted: IngestBatch.Accepted, _ tokens: BoxedTokens) -> NewRecord {
        let sealed = sealer.seal(
            accepted.transaction, event: accepted.event, features: accepted.features,
            shadow: shadow.flatMap { shadow in
                state.pending(accepted.place.source).flatMap { shadow.features($0.windows) }
            }, tokens: tokens, at: accepted.place)
        metrics.add(1, to: .transactionsSealed)
        metrics.add(sealed.count, to: .sealedBytes)
        return NewRecord(TopicPartition(Topics.sealed, accepted.place.partition), value: sealed)
    }
}
