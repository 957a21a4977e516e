package import EventLogs
package import Keys
package import Logging
package import Model
package import Records
package import Telemetry
package import ThreeParty

/// What a member needs to know of a model: public parts of its manifest.
package struct ModelCard: Sendable {
    package var calibration: Calibration
    package var fractionBits: Int

    package init(calibration: Calibration, fractionBits: Int) {
        self.calibration = calibration
        self.fractionBits = fractionBits
    }
}

/// Score shares on their way to decisions, on a thread of its own:
///
///     reconstruct → calibrate → decide
package final class DecisionPipeline {
    private let member: MemberID
    private let log: any EventLog
    private let state: AgentState
    private let sessions: (PartyID, UInt32) -> Session?
    private let card: (Digest32) throws(LogError) -> ModelCard?
    private let policy: DecisionPolicy
    private let clock: any WallClock
    private let metrics: Metrics
    private let logger: Logger
    private let source: TopicPartition
    private let reader: any LogReader
    private var collector: ShareCollector
    /// Complete scores whose transaction this agent has not registered again after a restart.
    private var early: [Int64: (score: ShareCollector.Score, offset: Int64)] = [:]

    package init(
        member: MemberID, log: any EventLog, state: AgentState, sessions: @escaping (PartyID, UInt32) -> Session?,
        card: @escaping (Digest32) throws(LogError) -> ModelCard?, policy: DecisionPolicy, clock: any WallClock,
        metrics: Metrics, logger: Logger
    ) throws(LogError) {
        self.member = member
        self.log = log
        self.state = state
        self.sessions = sessions
        self.card = card
        self.policy = policy
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        collector = ShareCollector(member: member)
        source = TopicPartition(Topics.scores(member))
        reader = try log.reader(at: [Position(source, try state.scoresPosition(source))])
    }

    package func run(until stop: () -> Bool) throws(LogError) {
        while !stop() {
            let records = try reader.next(limit: 256, timeout: .milliseconds(early.isEmpty ? 200 : 5))
            if !records.isEmpty || !early.isEmpty { try process(records) }
        }
    }

    private func process(_ records: [LogRecord]) throws(LogError) {
        for record in records {
            do {
                for score in try collector.receive(
                    record.value ?? [], offset: record.position.offset, session: sessions)
                {
                    early[score.source] = (score, record.position.offset)
                }
            } catch {
                metrics.add(1, to: "cordon_score_records_refused_total")
                logger.error(
                    "a record of score shares was refused",
                    metadata: ["offset": "\(record.position.offset)", "reason": "\(error)"])
            }
        }
        var output: [NewRecord] = []
        var done: [Int64] = []
        let ingested = state.ingested
        for (source, entry) in early.sorted(by: { $0.key < $1.key }) {
            if let pending = state.pending(source) {
                guard let card = try card(entry.score.model) else {
                    logger.error("a score names a model that is not on \(Topics.manifests)")
                    continue
                }
                output += decide(pending, entry.score, card)
                done.append(source)
                early[source] = nil
            } else if source < ingested {
                // Decided before, or never sent by this member.
                early[source] = nil
                metrics.add(1, to: "cordon_repeated_scores_total")
            }
        }
        try log.append(output)
        collector.forget { source in source < ingested && (done.contains(source) || state.pending(source) == nil) }
        let read = records.last.map { $0.position.offset + 1 }
        let resolved = ([collector.oldest] + early.values.map { $0.offset }).compactMap { $0 }.min()
        guard let next = resolved ?? read else { return }
        try state.decided(done, scores: Position(source, next))
        try log.commit([Position(source, next)], group: "decisions")
    }

    private func decide(
        _ pending: PendingTransaction, _ score: ShareCollector.Score, _ card: ModelCard
    ) -> [NewRecord] {
        let now = clock.microseconds
        let probability = card.calibration.probability(score.raw)
        let band = policy.band(probability)
        var detail = CloudEvent.Detail(
            transaction: pending.id, decision: band.rawValue, rawScore: score.raw,
            score: Double(score.raw) / Double(1 << card.fractionBits), probability: probability,
            modelVersion: score.modelVersion, sourceOffset: score.source,
            transactionTime: EventTime(seconds: pending.time).rfc3339, receivedAt: pending.received, decidedAt: now)
        let id = hexadecimal(pending.event)
        let time = EventTime(seconds: now / 1_000_000)
        let decision = CloudEvent(id: id, member: member, type: CloudEvent.decision, time: time, data: detail)
        var out = [
            NewRecord(
                TopicPartition(Topics.decisions(member)), key: Array(pending.id.utf8), value: decision.json,
                headers: [Header("content-type", Array("application/cloudevents+json".utf8))])
        ]
        metrics.add(1, to: "cordon_decisions_total", .init("band", band.rawValue))
        if band != .approve {
            detail.customer = pending.customer
            detail.terminal = pending.terminal
            detail.amount = MinorUnits(pending.amount).decimal
            let alert = CloudEvent(id: id, member: member, type: CloudEvent.alert, time: time, data: detail)
            out.append(
                NewRecord(
                    TopicPartition(Topics.alerts(member)), key: Array(pending.id.utf8), value: alert.json,
                    headers: [Header("content-type", Array("application/cloudevents+json".utf8))]))
        }
        return out
    }
}
