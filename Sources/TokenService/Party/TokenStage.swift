package import EventLogs
import Foundation
package import Records
package import Telemetry
package import Tokens

/// A party's answers to all members' blinded batches, on a thread of its own:
///
///     read `<member>.blinded` → verify → limit → evaluate → append `<member>.evaluations` → commit
///
/// Rates and answered batches are committed with the position. After a kill the same records give the same bytes, which the
/// member knows for a repeat.
package final class TokenStage {
    private let members: [String: MemberID]
    private var responder: TokenResponder
    private let sessions: any SessionDirectory
    private let log: any EventLog
    private let state: any StateStore
    private let usage: TokenUsage
    private let clock: any WallClock
    private let metrics: Metrics
    private let reader: any LogReader
    /// Where each partition is committed.
    private var positions: [TopicPartition: Int64] = [:]
    private var told: [TopicPartition: GroupPosition] = [:]
    private var forgetting = Throttle(.seconds(60))

    /// Records of one turn: an append and a commit.
    private static let limit = 64

    /// - Parameters:
    ///   - members: whose topics are read, each of one partition.
    ///   - state: this stage's alone, taken over, so that a predecessor can commit no more.
    ///   - clock: bounds what the log says of a record's time: a broker can slow a member down, and lend it no rate.
    package init(
        members: [MemberID], responder: consuming TokenResponder, sessions: any SessionDirectory, log: any EventLog,
        state: any StateStore, clock: any WallClock, metrics: Metrics
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
            told[partition] = GroupPosition(of: partition, group: "\(party).tokens", in: log)
        }
        reader = try log.reader(at: positions.map { Position($0, $1) }.sorted { $0.partition < $1.partition })
        try self.responder.restore(usage.levels())
    }

    /// Works until `stop` says so. Throws only what makes going on senseless.
    package func run(until stop: () -> Bool) throws {
        while !stop() { try work() }
        try tell()
    }

    /// A turn, which waits for something to answer; where the log could not be reached, it is to be taken again.
    package func work() throws {
        do {
            try turn(timeout: .milliseconds(200))
        } catch let error as LogError where error.mayRetry {
            metrics.add(1, to: "cordon_log_errors_total")
            try goBack()
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// Tells the log how far this stage is, for whoever watches it.
    package func tell() throws {
        for partition in Array(told.keys) { try told[partition]?.tell() }
    }

    /// The newest epoch that is answered.
    package var epoch: TokenEpoch { responder.epoch }

    /// From now on answers for the next epoch, and for the one that was the newest.
    package func rotate(to share: consuming TokenKeyShare) { responder.rotate(to: share) }

    /// Answers what is there, waiting up to `timeout` for it; how many records that were.
    @discardableResult
    package func turn(timeout: Duration) throws -> Int {
        let records = try next(timeout: timeout)
        guard !records.isEmpty else {
            try forgetOld()
            try tell()
            return 0
        }
        let turn = try answer(records)
        if !turn.answers.isEmpty { try log.append(turn.answers) }
        try commit(turn)
        return records.count
    }

    /// Where retention has taken what was not read, it goes on from what there is: nobody waits for the rest any more.
    private func next(timeout: Duration) throws(LogError) -> [LogRecord] {
        do throws(LogError) {
            return try reader.next(limit: Self.limit, timeout: timeout)
        } catch .offsetOutOfRange(let position, let earliest) {
            metrics.add(1, to: "cordon_token_positions_lost_total")
            try reader.seek(to: Position(position.partition, earliest))
            return []
        }
    }

    private struct Turn {
        var answers: [NewRecord] = []
        var writes: [StateWrite] = []
        /// The batches evaluated in this turn, which the state does not have yet.
        var batches: Set<BatchKey> = []
        var charged: Set<MemberID> = []
        var positions: [TopicPartition: Int64] = [:]
        var counts: [(name: String, value: Int, labels: [Metrics.Label])] = []
    }

    private struct BatchKey: Hashable {
        var member: MemberID
        var batch: TokenBatchID
    }

    private func answer(_ records: [LogRecord]) throws -> Turn {
        var turn = Turn()
        for record in records {
            turn.positions[record.position.partition] = record.position.offset + 1
            guard let member = members[record.position.partition.topic] else { continue }
            let known = turn.batches
            let reply = try responder.reply(
                to: record.value, from: member, at: min(record.timestamp, clock.microseconds) / 1000,
                session: { (member, epoch) throws(LogError) in try sessions.session(member, epoch: epoch) },
                isAnswered: { (member, batch) throws(LogError) in
                    if known.contains(BatchKey(member: member, batch: batch)) { return true }
                    return try usage.isAnswered(member, batch)
                })
            take(reply, to: member, &turn)
        }
        for member in turn.charged {
            if let level = responder.level(of: member) { turn.writes.append(TokenUsage.write(level, of: member)) }
        }
        return turn
    }

    private func take(_ reply: TokenReply, to member: MemberID, _ turn: inout Turn) {
        let label = Metrics.Label("member", member.name)
        let answers = TopicPartition(Topics.evaluations(member))
        switch reply {
        case .evaluated(let value, let elements, let batch):
            turn.answers.append(NewRecord(answers, value: value))
            turn.writes.append(TokenUsage.write(batch, of: member))
            turn.batches.insert(BatchKey(member: member, batch: batch))
            turn.charged.insert(member)
            turn.counts.append(("cordon_token_batches_evaluated_total", 1, [label]))
            turn.counts.append(("cordon_token_elements_evaluated_total", elements, [label]))
        case .refused(let value, let error):
            turn.answers.append(NewRecord(answers, value: value))
            turn.counts.append(("cordon_token_batches_refused_total", 1, [label, Metrics.Label("reason", error.code)]))
        case .dropped(let fault):
            turn.counts.append(("cordon_token_records_dropped_total", 1, [label, Metrics.Label("reason", fault.code)]))
        }
    }

    private func commit(_ turn: Turn) throws {
        try state.commit(turn.writes, positions: turn.positions.map { Position($0, $1) })
        for (partition, offset) in turn.positions {
            positions[partition] = offset
            try told[partition]?.reach(offset)
        }
        for (name, value, labels) in turn.counts { metrics.add(value, to: name, labels) }
    }

    /// To what is committed: a turn that failed is taken again from there.
    private func goBack() throws {
        try responder.restore(usage.levels())
        for (partition, offset) in positions { try reader.seek(to: Position(partition, offset)) }
    }

    private func forgetOld() throws {
        guard forgetting.isDue() else { return }
        for member in members.values {
            guard let level = responder.level(of: member) else { continue }
            try usage.forget(member, before: responder.oldest(of: member, at: level.time))
        }
    }
}
