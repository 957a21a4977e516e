package import EventLogs
package import Records
package import Stages
package import Telemetry
package import Tokens

/// The stage of a party that answers all members' blinded batches:
///
///     read `<member>.blinded` → verify → limit → evaluate → append `<member>.evaluations` → commit
///
/// Rates and charged batches are committed with the position. After a kill the same records give the same bytes, which the
/// member knows for a repeat.
package final class TokenStage: Stage {
    private let members: [String: MemberID]
    private var responder: TokenResponder
    private let sessions: any SessionDirectory
    private let log: any EventLog
    private let state: any StateStore
    private let usage: TokenUsage
    private let clock: any StageClock
    private let metrics: Metrics
    private let reader: any LogReader
    /// The committed offset of each partition.
    private var positions: [TopicPartition: Int64] = [:]
    private var groupPositions: [TopicPartition: GroupPosition] = [:]
    private var forgetting = Throttle(.seconds(60))
    /// Whether the last turn failed, so that rates and the reader may be ahead of what is committed.
    private var isInterrupted = false

    /// The most records of one turn, which is one append and one commit.
    private static let limit = 64

    /// - Parameters:
    ///   - members: whose topics are read, each of one partition.
    ///   - state: this stage's alone, taken over, so that a predecessor can commit no more.
    ///   - clock: bounds what the log says of a record's time: a broker can slow a member down, and lend it no rate.
    package init(
        members: [MemberID], responder: consuming TokenResponder, sessions: any SessionDirectory, log: any EventLog,
        state: any StateStore, clock: any StageClock, metrics: Metrics
    ) throws {
        self.members = Dictionary(uniqueKeysWithValues: members.map { (Topics.blinded($0), $0) })
        self.sessions = sessions
        self.log = log
        self.state = state
        self.clock = clock
        self.metrics = metrics
        usage = TokenUsage(state: state)
        let party = responder.party
        self.responder = responder
        for topic in self.members.keys {
            let partition = TopicPartition(topic)
            positions[partition] = max(try state.position(partition) ?? 0, try log.earliest(of: partition))
            groupPositions[partition] = GroupPosition(
                of: partition, group: "\(party).tokens", in: log, clock: clock)
        }
        reader = try log.reader(at: positions.map { Position($0, $1) }.sorted { $0.partition < $1.partition })
        try self.responder.restore(usage.levels())
    }

    /// The newest epoch that is answered.
    package var epoch: TokenEpoch { responder.epoch }

    /// Answers from now on for the next epoch, and for the one that was the newest.
    package func rotate(to share: consuming TokenKeyShare) { responder.rotate(to: share) }

    /// Answers what is there, waiting for it until `moment`; after a failed turn, from what is committed.
    package func turn(until moment: Moment) throws -> Turn {
        if isInterrupted { try goBack() }
        isInterrupted = true
        let records = try next(until: moment)
        if records.isEmpty {
            try forgetOld()
            try commitGroupPositions()
        } else {
            let answers = try answer(records)
            if !answers.records.isEmpty { try log.append(answers.records) }
            try commit(answers)
        }
        isInterrupted = false
        return records.isEmpty ? .idle : .worked
    }

    /// Commits how far this stage is, for whoever watches its lag.
    package func finish() throws { try commitGroupPositions() }

    private func commitGroupPositions() throws(LogError) {
        for partition in Array(groupPositions.keys) { try groupPositions[partition]?.commit() }
    }

    /// The next records. Where retention has taken what was not read, it goes on from what there is: nobody waits for the rest
    /// any more.
    private func next(until moment: Moment) throws(LogError) -> [LogRecord] {
        do throws(LogError) {
            return try reader.next(limit: Self.limit, timeout: clock.left(until: moment))
        } catch .offsetOutOfRange(let position, let earliest) {
            metrics.add(1, to: .tokenPositionsLost)
            try reader.seek(to: Position(position.partition, earliest))
            return []
        }
    }

    /// The answers to a turn's records, and what is committed with them.
    private struct Answers {
        var records: [NewRecord] = []
        var writes: [StateWrite] = []
        /// The batches charged in this turn, which the state does not have yet.
        var batches: Set<BatchKey> = []
        var charged: Set<MemberID> = []
        var positions: [TopicPartition: Int64] = [:]
        var counts: [(metric: Metric, value: Int, labels: [Metrics.Label])] = []
    }

    private struct BatchKey: Hashable {
        var member: MemberID
        var batch: TokenBatchID
    }

    private func answer(_ records: [LogRecord]) throws -> Answers {
        var answers = Answers()
        for record in records {
            answers.positions[record.position.partition] = record.position.offset + 1
            guard let member = members[record.position.partition.topic] else { continue }
            let known = answers.batches
            let reply = try responder.reply(
                to: record.value, from: member, at: min(record.timestamp, clock.microseconds) / 1000,
                session: { (member, epoch) throws(LogError) in try sessions.session(member, epoch: epoch) },
                isCharged: { (member, batch) throws(LogError) in
                    if known.contains(BatchKey(member: member, batch: batch)) { return true }
                    return try usage.isCharged(member, batch)
                })
            add(reply, to: member, &answers)
        }
        for member in answers.charged {
            if let level = responder.level(of: member) {
                answers.writes.append(TokenUsage.write(level, of: member))
            }
        }
        return answers
    }

    private func add(_ reply: TokenReply, to member: MemberID, _ answers: inout Answers) {
        let label = Metrics.Label("member", member.name)
        let topic = TopicPartition(Topics.evaluations(member))
        if let batch = reply.charged {
            answers.writes.append(TokenUsage.write(batch, of: member))
            answers.batches.insert(BatchKey(member: member, batch: batch))
            answers.charged.insert(member)
        }
        switch reply.outcome {
        case .evaluated(let value, let elements):
            answers.records.append(NewRecord(topic, value: value))
            answers.counts.append((.tokenBatchesEvaluated, 1, [label]))
            answers.counts.append((.tokenElementsEvaluated, elements, [label]))
        case .refused(let value, let error):
            answers.records.append(NewRecord(topic, value: value))
            answers.counts.append((.tokenBatchesRefused, 1, [label, Metrics.Label("reason", error.code)]))
        case .dropped(let fault):
            answers.counts.append((.tokenRecordsDropped, 1, [label, Metrics.Label("reason", fault.code)]))
        }
    }

    private func commit(_ answers: Answers) throws {
        try state.commit(answers.writes, positions: answers.positions.map { Position($0, $1) })
        for (partition, offset) in answers.positions {
            positions[partition] = offset
            try groupPositions[partition]?.reach(offset)
        }
        for (metric, value, labels) in answers.counts { metrics.add(value, to: metric, labels) }
    }

    /// Restores rates and the reader to what is committed: a turn that failed is taken again from there.
    private func goBack() throws {
        try responder.restore(usage.levels())
        for (partition, offset) in positions { try reader.seek(to: Position(partition, offset)) }
    }

    private func forgetOld() throws {
        guard forgetting.isDue(at: clock.now) else { return }
        for member in members.values {
            guard let level = responder.level(of: member) else { continue }
            try usage.forget(member, before: responder.oldest(of: member, at: level.time))
        }
    }
}
