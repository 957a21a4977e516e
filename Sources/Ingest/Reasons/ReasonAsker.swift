package import EventLogs
package import Keys
package import Logging
package import Model
import Policy
package import Records
import Sealing
package import Stages
package import Telemetry
import ThreeParty

/// The stage of an agent that asks the parties why its alerts were ones, and tells its risk team:
///
///     read alerts and records of scores → ask at the time → open the answer → pick reasons → tell
///
/// Of a member's agents one does it at a time. What waits is on `<member>.reasons`, and so is what became of it: who begins anew
/// reads on from the oldest that waits, and may ask, or tell, a second time.
package final class ReasonAsker: Stage {
    /// What the stage works by.
    package struct Terms: Sendable {
        package var member: MemberID
        /// The feature specs whose bits it shares: one or two, of which a model reads one.
        package var specs: [BinnedSpec]
        /// Choices that the agreement lets a member have answered in a day.
        package var daily: Int
        /// The sessions that the member seals under.
        package var sealing: SealingSessions
        /// Fresh random bytes, as many as asked for.
        package var random: @Sendable (Int) -> [UInt8]

        package init(
            member: MemberID, specs: [BinnedSpec], daily: Int, sealing: SealingSessions,
            random: @escaping @Sendable (Int) -> [UInt8]
        ) {
            self.member = member
            self.specs = specs
            self.daily = daily
            self.sealing = sealing
            self.random = random
        }
    }

    /// Records of scores that are read back at the start: batches to choose among.
    private static let back: Int64 = 3_000

    private let terms: Terms
    private let log: any EventLog
    private let sessions: (PartyID, UInt32) -> Session?
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let card: (Digest32) throws(LogError) -> ModelCard?
    private let wanted: TopicPartition
    private let scores: TopicPartition
    private let contributions: TopicPartition
    private var group: (any GroupMember)?
    private var asking: Asking?

    /// What is under way while it is this agent's turn.
    private struct Asking {
        let writer: any FencedWriter
        let reader: any LogReader
        var book: ReasonBook
        /// Alerts that wait, in the order of their records.
        var events: [String: (event: ReasonsEvent, offset: Int64)] = [:]
        /// The end of what was read of them.
        var end: Int64
        var order: UInt64 = 0
    }

    /// - Parameters:
    ///   - sessions: the member's own, by party and epoch.
    ///   - card: of a model; nil where it was not dealt.
    package init(
        _ terms: Terms, log: any EventLog, sessions: @escaping (PartyID, UInt32) -> Session?,
        card: @escaping (Digest32) throws(LogError) -> ModelCard?, clock: any StageClock, metrics: Metrics,
        logger: Logger
    ) {
        self.terms = terms
        self.log = log
        self.sessions = sessions
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.card = card
        wanted = TopicPartition(Topics.reasons(terms.member))
        scores = TopicPartition(Topics.scores(terms.member))
        contributions = TopicPartition(Topics.contributions(terms.member))
    }

    private var name: String { "\(terms.member).reasons" }
    private var seconds: Int64 { clock.microseconds / 1_000_000 }

    package func turn(until moment: Moment) throws -> Turn {
        try follow(asking == nil ? clock.left(until: moment) : .zero)
        guard let reader = asking?.reader else { return .idle }
        let patience = min(clock.left(until: moment), .milliseconds(500))
        let records = try reader.next(limit: 512, timeout: patience)
        var told: [NewRecord] = []
        for record in records { told += try take(record) }
        for outcome in asking?.book.expire(at: seconds) ?? [] { told += try tell(outcome) }
        try write(told)
        try ask()
        return records.isEmpty ? .idle : .worked
    }

    package func finish() throws { group?.leave() }

    // MARK: Whose turn it is

    private func follow(_ timeout: Duration) throws(LogError) {
        if group == nil { group = try log.join(GroupSettings(group: name, topics: [wanted.topic])) }
        guard let group, let change = try group.next(timeout: timeout) else { return }
        switch change {
        case .assigned(let partitions): if partitions.contains(wanted) { try begin() }
        case .revoked(let partitions):
            asking = nil
            try group.release(partitions)
        case .lost: asking = nil
        }
    }

    private func begin() throws(LogError) {
        // The writer first: from here on no predecessor adds to what is read back.
        let writer = try log.writer(id: name)
        let earliest = try log.earliest(of: wanted)
        let begin = max(try log.committed(wanted, group: name) ?? earliest, earliest)
        let scored = max(try log.earliest(of: scores), try log.end(of: scores) - Self.back)
        asking = Asking(
            writer: writer,
            reader: try log.reader(at: [
                Position(wanted, begin), Position(scores, scored),
                Position(contributions, try log.end(of: contributions)),
            ]), book: ReasonBook(daily: terms.daily), end: begin)
    }

    // MARK: Reading

    private func take(_ record: LogRecord) throws(LogError) -> [NewRecord] {
        switch record.position.partition {
        case wanted: take(alert: record)
        case scores: take(scores: record)
        case contributions:
            guard
                let answer = ReasonAnswer(record.value ?? [], member: terms.member, sessions: sessions),
                let outcome = asking?.book.note(answer)
            else { return [] }
            return try tell(outcome)
        default: break
        }
        return []
    }

    private func take(alert record: LogRecord) {
        asking?.end = record.position.offset + 1
        guard let event = ReasonsEvent(json: record.value ?? []) else { return }
        guard event.data.state == .wanted, let place = event.data.place, let model = Digest32(hex: place.model),
            place.first < place.end
        else {
            asking?.events[event.id] = nil
            asking?.book.forget(event.id)
            return
        }
        guard asking?.events[event.id] == nil else { return }
        asking?.events[event.id] = (event, record.position.offset)
        asking?.book.want(
            ReasonBook.Want(
                id: event.id, range: place.first..<place.end, row: place.row, epoch: place.epoch, model: model))
    }

    /// The open part of a record of scores. Whoever changed it would have a request refused.
    private func take(scores record: LogRecord) {
        guard let wire = WireScoreShares(decoding: record.value ?? []),
            let header = WireScoreHeader(decoding: Array(wire.header)), header.member == terms.member.name,
            header.first < header.end, !header.sources.isEmpty, let plan = Digest32(Array(header.planDigest)),
            let model = Digest32(Array(header.modelDigest)), let party = PartyID(rawValue: Int(header.party))
        else { return }
        asking?.book.note(
            plan, of: party, epoch: header.sessionEpoch, range: header.first..<header.end, rows: header.sources.count,
            model: model, at: seconds)
    }

    // MARK: Asking and telling

    private func ask() throws {
        guard let question = asking?.book.question(at: seconds) else { return }
        let epoch = terms.sealing.now
        let order = max((asking?.order ?? 0) + 1, UInt64(clock.microseconds))
        asking?.order = order
        let record = ReasonRequest.sealed(
            member: terms.member, partition: 0, range: question.range, rows: question.rows, model: question.model,
            order: order, chosen: question.chosen.map(\.row), epoch: epoch.number, sessions: epoch.sessions,
            random: terms.random)
        guard let request = ReasonRequest(decoding: record) else { preconditionFailure("a request reads back") }
        asking?.book.note(
            question, as: request.digest, features: try spec(of: question.model)?.edges.map(\.count) ?? [], at: seconds)
        try log.append([NewRecord(TopicPartition(Topics.reasons), value: record)])
        metrics.add(1, to: .reasonRequests)
    }

    /// The spec that a model reads; nil where it is none of the member's.
    private func spec(of model: Digest32) throws(LogError) -> BinnedSpec? {
        guard let id = try card(model)?.featureSpec else { return nil }
        return terms.specs.first { $0.id == id }
    }

    private func tell(_ outcome: ReasonBook.Outcome) throws(LogError) -> [NewRecord] {
        switch outcome {
        case .answered(let model, let answers):
            // What has an answer was asked of a spec that is known.
            guard let spec = try spec(of: model) else { return [] }
            let picker = ReasonPicker(spec)
            return answers.compactMap { one in
                tell(one.id) { wanted in
                    let picked = picker.pick(
                        one.answer.contributions, shown: one.answer.shown, values: wanted.values ?? [],
                        named: Set(wanted.named ?? []))
                    return ReasonsEvent.Detail(
                        state: .given, modelVersion: wanted.modelVersion, reasons: picked.reasons,
                        hidden: picked.hidden.isEmpty ? nil : picked.hidden)
                }
            }
        case .refused(let ids, let code):
            return ids.compactMap { id in
                tell(id) { ReasonsEvent.Detail(state: .refused, modelVersion: $0.modelVersion, code: code) }
            }
        }
    }

    private func tell(_ id: String, _ words: (ReasonsEvent.Detail) -> ReasonsEvent.Detail) -> NewRecord? {
        guard let event = asking?.events.removeValue(forKey: id)?.event else { return nil }
        let said = words(event.data)
        metrics.add(1, to: .reasonsTold, .init("outcome", said.code ?? said.state.rawValue))
        return NewRecord(wanted, key: Array(id.utf8), value: event.saying(said, at: EventTime(seconds: seconds)).json)
    }

    /// Tells what became of alerts, and with it up to where none waits.
    private func write(_ told: [NewRecord]) throws(LogError) {
        guard !told.isEmpty, let now = asking else { return }
        let end = now.events.values.map(\.offset).min() ?? now.end
        do throws(LogError) {
            try now.writer.append(told, committing: [Position(wanted, end)], group: name)
        } catch {
            // What became of it, the log says: whoever begins reads it there.
            asking = nil
            if case .fenced = error { return }
            try begin()
            throw error
        }
    }
}
