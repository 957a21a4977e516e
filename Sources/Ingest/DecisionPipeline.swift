package import EventLogs
import Formats
import Foundation
package import Logging
import Model
import Policy
package import Records
import Sealing
package import Stages
package import Telemetry

/// The decisions stage: score shares of one partition of a member's transactions on their way to decisions,
///
///     reconstruct → calibrate → decide
///
/// The order of writes makes it correct. A stage that begins fences its predecessor first, by opening the writer; then it reads
/// back what was decided and is in no checkpoint, from the decisions themselves, to which nobody else can add any more. From then
/// on decisions, alerts and the position in the scores go into the log in one transaction of that writer, and the state is told
/// after that. The state learns how far decisions are known to it only from an append that succeeded after that end was measured: a
/// stage that was replaced meanwhile hears that it is fenced, and notes nothing of its successor's decisions as its own. So each
/// transaction is decided once, whatever is killed or frozen when.
///
/// What the parties refuse ends here, too, on `<member>.rejected`; after a crash perhaps a second time.
///
/// An error ends the stage: it is not known whether the writer's last transaction is in the log. A successor reads it back.
package final class DecisionPipeline: Stage {
    private let member: MemberID
    private let log: any EventLog
    private let state: AgentState
    private let card: (Digest32) throws(LogError) -> ModelCard?
    private let policy: PolicyInForce
    private let own: OwnModel?
    private let shadow: ShadowSpec?
    /// Whether the parties are asked for reasons of alerts.
    private let wantsReasons: Bool
    private let participation: () -> Participation
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let group: String
    private let writer: any FencedWriter
    private let scores: TopicPartition
    private let decisions: TopicPartition
    private let reader: any LogReader
    private let batchSize = 256
    /// The offset after the last record that was read.
    private var read: Int64
    private var collector: any ScoreCollecting
    /// Complete answers on transactions that this agent has not ingested again after a restart.
    private var early: [SourcePosition: Answer] = [:]
    /// Whether there are decisions behind the position that the state has of them.
    private var hasDecided = false
    private var endNotes = Throttle()
    /// The position in the scores that was committed last; nil before this stage has committed one.
    private var committed: Int64?
    private var moves = Throttle(.seconds(1))

    /// The name that the agents of one partition of a member's transactions commit their position in the scores under: nothing
    /// below it is needed for a decision any more. It is the writer's name, too.
    package static func group(_ member: MemberID, _ partition: Int) -> String { "\(member).decisions-\(partition)" }

    /// - Parameters:
    ///   - own: the member's own model, whose windows the state computes; nil for none.
    ///   - shadow: a second spec that is sealed, whose windows the state computes; nil for none.
    ///   - wantsReasons: whether alerts go on `<member>.reasons`, too, for who asks the parties (`ReasonAsker`).
    ///   - participation: of the member, asked for where there is nothing to decide.
    package init(
        member: MemberID, log: any EventLog, state: AgentState, collector: any ScoreCollecting,
        card: @escaping (Digest32) throws(LogError) -> ModelCard?, policy: PolicyInForce, own: OwnModel? = nil,
        shadow: ShadowSpec? = nil, wantsReasons: Bool = false,
        participation: @escaping () -> Participation = { .takesPart },
        clock: any StageClock, metrics: Metrics, logger: Logger
    ) throws(LogError) {
        self.member = member
        self.log = log
        self.state = state
        self.card = card
        self.policy = policy
        self.own = own
        self.shadow = shadow
        self.wantsReasons = wantsReasons
        self.participation = participation
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.collector = collector
        scores = TopicPartition(Topics.scores(member))
        decisions = TopicPartition(Topics.decisions(member))
        // The writer first: from here on no predecessor adds to what is read back below. A process that was replaced since it read
        // its state may open its writer last of all; the positions below are fenced for it, so it decides nothing.
        group = Self.group(member, state.transactions.partition)
        writer = try log.writer(id: group)
        let start = try Self.start(scores, state, log)
        read = start.offset
        reader = try log.reader(at: [start])
        try recover()
    }

    private static func start(
        _ partition: TopicPartition, _ state: AgentState, _ log: any EventLog
    ) throws(LogError) -> Position {
        if let offset = try state.position(partition) { return Position(partition, offset) }
        return Position(partition, try log.earliest(of: partition))
    }

    /// Decides one batch of complete answers. A first share decides nothing, and the others are about to come: together, most of
    /// the time.
    package func turn(until moment: Moment) throws(LogError) -> Turn {
        let patience = clock.left(until: moment)
        let records = try reader.next(
            limit: batchSize, timeout: early.isEmpty ? patience : min(patience, .milliseconds(5)))
        if records.isEmpty || moves.isDue(at: clock.now) { try noteEnd() }
        guard !records.isEmpty || !early.isEmpty else { return try rejectLeft() ? .worked : .idle }
        let isAnyDecided = try process(records)
        guard records.count < batchSize else { return .worked }
        if isAnyDecided { return .rest(Beat.agents.wait(by: clock)) }
        if collector.oldest != nil { return .rest(.milliseconds(2)) }
        return records.isEmpty ? .idle : .worked
    }

    /// Decides scores that these records complete, and those that came early; whether there were any.
    private func process(_ records: [LogRecord]) throws(LogError) -> Bool {
        try collect(records)
        // What is not below waits: a crash would have it ingested, and decided, once more.
        let ingested = state.ingested ?? 0
        let (output, done) = try decideEarly(below: ingested)
        forget(done, below: ingested)
        // Two of a plan's three shares decide nothing yet: where this stands is checkpointed with what it led to.
        guard !output.isEmpty else { return false }
        let end = endNotes.isDue(at: clock.now) ? try knownEnd() : nil
        try append(output, deciding: Array(done), end)
        hasDecided = true
        return true
    }

    /// Rejects the next transactions of a member that has left which have no decision where no score comes any more: they were
    /// never sealed, or not scored in time.
    ///
    /// - Returns: whether there were any.
    private func rejectLeft() throws(LogError) -> Bool {
        guard case .isSettled(let end) = participation(), read >= end else { return false }
        let left = state.undecided(limit: batchSize)
        guard !left.isEmpty else { return false }
        try append(left.map { rejection($0, .memberLeft) }, deciding: left, nil)
        return true
    }

    /// Appends decisions and alerts with the position that they come from, and tells the state so.
    ///
    /// - Parameter end: of decisions, measured before; with the append it is sure to be this writer's.
    private func append(
        _ output: [NewRecord], deciding done: [SourcePosition], _ end: Position?
    ) throws(LogError) {
        let position = Position(scores, next)
        try writer.append(output, committing: [position], group: group)
        committed = position.offset
        state.decided(done, positions: [position] + (end.map { [$0] } ?? []))
    }

    /// Adds the shares in some records; the first complete answer on a transaction stays.
    private func collect(_ records: [LogRecord]) throws(LogError) {
        for record in records {
            do throws(ShareCollector.Refused) {
                let complete = try collector.receive(record.value ?? [], offset: record.position.offset)
                for answer in complete where answer.source.partition == state.transactions.partition {
                    if early[answer.source] == nil { early[answer.source] = answer }
                }
            } catch {
                // Whoever may write to the topic may write anything: a partition that stopped at it would stop for good.
                metrics.add(1, to: .scoreRecordsRefused)
                logger.error(
                    "a record of score shares was refused, and is passed over",
                    metadata: ["offset": "\(record.position.offset)", "reason": "\(error)"])
            }
            read = record.position.offset + 1
        }
    }

    /// Decisions, alerts and rejections by all complete answers on transactions that were ingested, and the sources of those.
    private func decideEarly(
        below ingested: Int64
    ) throws(LogError) -> (output: [NewRecord], done: Set<SourcePosition>) {
        var output: [NewRecord] = []
        var done: Set<SourcePosition> = []
        let policy = policy.current
        for (source, answer) in early.sorted(by: { $0.key < $1.key }) where source.offset < ingested {
            guard let pending = state.pending(source) else {
                // Decided before, or never sent by this member.
                early[source] = nil
                metrics.add(1, to: .repeatedScores)
                continue
            }
            switch answer.outcome {
            case .score(let opened, let model, let version):
                guard let card = try card(model) else {
                    logger.error("a score names a model that is not on \(Topics.manifests)")
                    continue
                }
                guard let raw = card.raw(of: opened) else {
                    early[source] = nil
                    metrics.add(1, to: .scoreRecordsRefused)
                    logger.error("a score is rounded otherwise than its model's manifest says, and is passed over")
                    continue
                }
                output += decide(
                    pending, at: source,
                    Score(raw: raw, version: version, model: model, place: answer.place, card: card), by: policy)
            case .refused(let refusal): output.append(rejection(source, refusal))
            }
            done.insert(source)
            early[source] = nil
        }
        return (output, done)
    }

    /// Forgets plans of which nothing is waited for any more.
    private func forget(_ done: Set<SourcePosition>, below ingested: Int64) {
        let own = state.transactions.partition
        collector.forget { source in
            source.partition != own
                || source.offset < ingested && (done.contains(source) || state.pending(source) == nil)
        }
    }

    /// Where a successor begins to read scores: at the first share of whatever is not decided, of which it needs all three.
    private var next: Int64 {
        ([collector.oldest] + early.values.map { $0.firstOffset }).compactMap { $0 }.min() ?? read
    }

    private struct Score {
        var raw: Int64
        var version: String
        var model: Digest32
        var place: Answer.Place?
        var card: ModelCard
    }

    private func decide(
        _ pending: PendingTransaction, at source: SourcePosition, _ score: Score, by policy: DecisionPolicy
    ) -> [NewRecord] {
        let now = clock.microseconds
        let card = score.card
        let (number, calibrated) = (card.score(score.raw), card.calibration.probability(score.raw))
        let ownScore = own?.score(pending.windows)
        let blended = ownScore.flatMap { own?.probability(own: $0, consortium: number) }
        let probability = blended ?? calibrated
        let outcome = policy.decide(
            PolicyFacts(transaction: pending.transaction, probability: probability, windows: pending.windows))
        let band = outcome.band
        var detail = CloudEvent.Detail(
            transaction: pending.transaction.id, decision: band.rawValue, rawScore: score.raw,
            score: number, probability: probability, consortiumProbability: blended.map { _ in calibrated },
            ownScore: ownScore, ownModelVersion: ownScore.flatMap { _ in own?.version },
            modelVersion: score.version, source: CloudEvent.Source(source),
            transactionTime: pending.transaction.time.rfc3339, receivedAt: pending.received, decidedAt: now,
            marks: pending.marks.isEmpty ? nil : pending.marks.map(\.rawValue))
        detail.explain(outcome)
        let id = hexadecimal(pending.event)
        let time = EventTime(seconds: now / 1_000_000)
        metrics.add(1, to: .decisions, .init("band", band.rawValue))
        let decision = CloudEvent(id: id, member: member, type: CloudEvent.decision, time: time, data: detail)
        for rule in outcome.rules + outcome.shadow.map(\.rule) {
            metrics.add(1, to: .rulesMatched, .init("rule", rule.id), .init("mode", rule.mode.rawValue))
        }
        guard band.alerts else { return [decision.record(decisions)] }
        detail.customer = pending.transaction.customer
        detail.terminal = pending.transaction.terminal
        detail.amount = pending.transaction.amount.decimal
        let alert = CloudEvent(id: id, member: member, type: CloudEvent.alert, time: time, data: detail)
        return [decision.record(decisions), alert.record(TopicPartition(Topics.alerts(member)))]
            + (wantsReasons ? [wanted(pending, id, score, at: time)] : [])
    }

    /// The record by which reasons of an alert are asked for; of a model without a scorecard, that there are none.
    private func wanted(
        _ pending: PendingTransaction, _ id: String, _ score: Score, at time: EventTime
    ) -> NewRecord {
        var detail = ReasonsEvent.Detail(state: .noCard, modelVersion: score.version)
        if let place = score.place {
            detail = ReasonsEvent.Detail(
                state: .wanted, modelVersion: score.version,
                place: ReasonsEvent.Place(
                    first: place.range.lowerBound, end: place.range.upperBound, row: place.row, epoch: place.epoch,
                    model: hexadecimal(score.model.bytes)),
                values: features(of: pending, by: score.card), named: pending.transaction.namedEntities)
        }
        let event = ReasonsEvent(
            id: id, member: member, transaction: pending.transaction.id, time: time, data: detail)
        return NewRecord(TopicPartition(Topics.reasons(member)), key: Array(id.utf8), value: event.json)
    }

    /// The values of the features that a model read of a transaction: of the first spec's or the second's; nil where they are not
    /// known.
    private func features(of pending: PendingTransaction, by card: ModelCard) -> [Double]? {
        guard let shadow, shadow.spec.id == card.featureSpec else { return pending.features }
        return shadow.features(pending.windows)
    }

    /// The record of a transaction that is refused. The member has the original: it stands in its own topic.
    private func rejection(_ source: SourcePosition, _ refusal: Refusal) -> NewRecord {
        metrics.add(1, to: .recordsRejected, .init("reason", refusal.code))
        let rejected = RejectedRecord.make(
            reason: refusal.code, stage: "decision", member: member,
            origin: .init(
                topic: state.transactions.topic, partition: source.partition, offset: source.offset, index: source.index
            ),
            original: nil, recipient: nil)
        return NewRecord(TopicPartition(Topics.rejected(member)), value: rejected.encoded)
    }

    // MARK: Restart

    /// Reads back decisions that are in the log and in no checkpoint.
    private func recover() throws(LogError) {
        let past = try log.reader(at: [try Self.start(decisions, state, log)])
        while case let records = try past.available(limit: 1024), !records.isEmpty {
            var sources: [SourcePosition] = []
            for record in records {
                guard let event = CloudEvent(json: record.value ?? []) else {
                    metrics.add(1, to: .decisionRecordsUnreadable)
                    logger.error(
                        "a record of decisions is none, and is passed over",
                        metadata: ["offset": "\(record.position.offset)"])
                    continue
                }
                if event.data.source.partition == state.transactions.partition {
                    sources.append(event.data.source.position)
                }
            }
            state.decided(sources, positions: [])
            hasDecided = true
        }
    }

    /// The end of decisions now, all of which the state knows unless this writer was fenced; nil while the state has not ingested
    /// all that they are on: a successor has to read them again.
    private func knownEnd() throws(LogError) -> Position? {
        state.isBehindDecisions ? nil : Position(decisions, try log.end(of: decisions))
    }

    /// Moves the position that a successor reads decisions back from to their end, and the position in the scores past those of
    /// other partitions, by an append of nothing but the latter.
    private func noteEnd() throws(LogError) {
        guard hasDecided || next != committed, let end = try knownEnd() else { return }
        try append([], deciding: [], end)
        hasDecided = false
    }
}

extension CloudEvent {
    fileprivate func record(_ partition: TopicPartition) -> NewRecord {
        NewRecord(
            partition, key: Array(subject.utf8), value: json,
            headers: [Header("content-type", Array("application/cloudevents+json".utf8))])
    }
}

extension Transaction {
    /// The kinds of entities that it names, by name.
    fileprivate var namedEntities: [String] {
        let plain = [("customer", customer), ("terminal", terminal)].filter { !$0.1.isEmpty }.map(\.0)
        return plain + entities.map(\.key.rawValue).sorted()
    }
}
