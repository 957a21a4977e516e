import EventLogs
import Foundation
import Keys
import LocalStore
import Model
import Records
import Sealing
import Secrets
import SecureScoring
import Stages
import Support
import Synchronization
import Telemetry
import Testing
import ThreeParty

/// What the agreement opens, which a test changes.
private final class AgreedLimits: Sendable {
    let limits = Mutex(ReasonLimits?(ReasonLimits(daily: 1_000, members: 2)))
}

/// The time of the world's log, where a test doesn't move it.
private final class LogTime: StageClock {
    private let system = SystemClock()
    let ahead = Mutex(Int64(0))

    var microseconds: Int64 { (1_790_000_000 + ahead.withLock { $0 }) * 1_000_000 }
    var now: Moment { system.now }

    func wait(for duration: Duration) { system.wait(for: duration) }
}

/// Three parties that have ended scoring, with stages that answer members' choices, turned by the test.
private final class Reasoning {
    let counted: CountedWorld
    private(set) var stages: [ReasonStage] = []
    private(set) var metrics: [Metrics] = []
    private var cell = InProcessTransport.cell()
    let clock = LogTime()
    let agreed = AgreedLimits()
    private var order: UInt64 = 0

    init(_ counted: CountedWorld) throws {
        self.counted = counted
        try counted.world.log.create(
            [TopicSettings(name: Topics.reasons)]
                + counted.banks.map { TopicSettings(name: Topics.contributions($0.id)) })
    }

    /// - Parameter without: a party that keeps no rows.
    func start(without: PartyID? = nil) throws {
        stages = []
        metrics = []
        cell = InProcessTransport.cell()
        for party in PartyID.allCases {
            guard let transport = cell[party] else { continue }
            let world = counted.world
            let rows: (@Sendable (Int) throws -> ScoredRowStore)?
            if party == without { rows = nil } else { rows = { [world] _ in try world.scoredRows(party) } }
            let pair = PartySeeds.pairKeys(party)
            let exchange = ReasonExchange(
                transport: transport, keys: EpochKeyring(TrainingKeys(pair)), firstAttempt: party == .zero ? 1 : 0,
                patience: .seconds(5), clock: clock)
            let shares = try world.shares(party)
            let metrics = Metrics()
            self.metrics.append(metrics)
            stages.append(
                try ReasonStage(
                    ReasonStage.Terms(
                        party: party, rows: rows, limits: { [agreed] in agreed.limits.withLock { $0 } },
                        epoch: { KeyEpoch(1) }),
                    log: world.log, state: try SQLiteStateStore(path: "\(world.path)/\(party)-reasons.sqlite"),
                    scoring: try SQLiteStateStore(path: "\(world.path)/\(party).sqlite"), exchange: exchange,
                    models: try world.models(party, shares: shares), shares: shares,
                    sessions: try SessionRegistry(
                        consortium: "c", party: party,
                        keys: OpeningKeys(try HPKEPrivateKey(bytes: PartySeeds.hpke(party))),
                        members: Dictionary(uniqueKeysWithValues: counted.banks.map { ($0.id, $0.identity) }),
                        log: world.log, logger: world.entries.logger(party)), clock: clock, metrics: metrics,
                    logger: world.entries.logger(party)))
        }
    }

    func sent(_ party: PartyID) -> TransportCount { cell[party]?.sent ?? TransportCount() }

    /// A bank's request about some of its transactions, by their numbers among all that were scored of it.
    @discardableResult
    func ask(
        _ bank: Bank, _ chosen: [Int], rows: Int, range: Range<Int64>, model: Digest32, order: UInt64? = nil
    ) throws -> ReasonRequest {
        self.order += 1
        let record = ReasonRequest.sealed(
            member: bank.id, partition: 0, range: range, rows: rows, model: model, order: order ?? self.order,
            chosen: chosen, epoch: bank.epoch, sessions: bank.sessions, random: { SystemBytes().next($0) })
        try counted.world.log.append([NewRecord(TopicPartition(Topics.reasons), value: record)])
        return try #require(ReasonRequest(decoding: record))
    }

    /// What the parties said of a request, once all have, or after so many turns.
    func answers(
        to request: ReasonRequest, of bank: Bank, turns: Int = 400
    ) throws -> [PartyID: Result<ReasonAnswer.Share, ReasonRefusal>] {
        var said: [PartyID: Result<ReasonAnswer.Share, ReasonRefusal>] = [:]
        for _ in 0..<turns {
            for stage in stages.reversed() { _ = try stage.turn(until: clock.now) }
            for record in try counted.world.records(Topics.contributions(bank.id)) {
                let answer = ReasonAnswer(record.value ?? [], member: bank.id) { party, _ in bank.sessions[party] }
                if let answer, answer.request == request.digest { said[answer.party] = answer.word }
            }
            if said.count == 3, !stages.contains(where: \.isUnderWay) { break }
            clock.wait(for: .milliseconds(20))
        }
        return said
    }
}

@Suite("Reasons, asked of the parties", .serialized)
struct ReasonTests {
    private let counted: CountedWorld
    private let reasoning: Reasoning
    private let model: Digest32
    /// Of all batches.
    private let begin: Int64
    private let end: Int64

    init() throws {
        counted = try CountedWorld(rows: RowLimits(days: 90, bytes: 1 << 30), hasCard: true)
        reasoning = try Reasoning(counted)
        try counted.world.start()
        for day in Int64(0)..<12 {
            let events = counted.day(day)
            try counted.send(events)
            if day > 1 { try counted.label(events, frauds: Set(events.prefix(2))) }
            // No batch has events of two days: who knows a token is counted by batch.
            try counted.expectScores("day \(day)")
        }
        counted.world.stop()
        model = try #require(counted.world.scores(counted.world.a, 1).scores.first).model
        begin = try #require(counted.world.scoredRows(.zero).kept).range.lowerBound
        end = try #require(counted.world.records(Topics.sealed).last).position.offset + 1
    }

    private func sent(_ bank: Int) -> [(event: CountedEvent, values: [Double])] {
        counted.sent.filter { $0.event.bank == bank }
    }

    /// What the member of an event should be told: of a token that too few members know, as if its counts were at their lowest.
    ///
    /// - Parameter place: of the event among all that were sent.
    private func expected(_ place: Int, least: Int) throws -> (contributions: [Int32], shown: UInt8) {
        let (event, values) = counted.sent[place]
        let card = try #require(counted.model.card)
        var bins = counted.spec.bins(values)
        var shown: UInt8 = 0
        for (slot, entity) in counted.spec.spec.tokenEntities.enumerated() {
            // Features reach back over seven days that ended seven days ago; the day of the event itself is not over.
            let days = event.day - 14...event.day - 1
            let members = Set(
                counted.sent[..<place].map(\.event).filter {
                    event.name(of: entity) != nil && $0.name(of: entity) == event.name(of: entity)
                        && days.contains($0.day)
                }.map(\.bank))
            if members.count >= least {
                shown |= 1 << UInt8(slot)
            } else {
                for (at, feature) in counted.spec.spec.features.enumerated() where feature.shared?.entity == entity {
                    bins[at] = 0
                }
            }
        }
        return (card.contributions(bins), shown)
    }

    private func opened(
        _ answers: [PartyID: Result<ReasonAnswer.Share, ReasonRefusal>]
    ) throws -> [ReasonShares.Opened] {
        let shares = try PartyID.allCases.map { try #require(answers[$0]).get() }
        #expect(Set(shares.map(\.plan)).count == 1)
        return try #require(
            ReasonShares.opened(
                shares.map(\.bytes), choices: ReasonRequest.choices, features: counted.spec.edges.map(\.count)))
    }

    @Test("are what the scorecard in the clear says of every transaction, but for counts of tokens that too few know")
    func equality() throws {
        try reasoning.start()
        var (compared, hidden) = (0, 0)
        for (bank, member) in counted.banks.enumerated() {
            let places = counted.sent.indices.filter { counted.sent[$0].event.bank == bank }
            for first in stride(from: 0, to: places.count, by: ReasonRequest.choices) {
                let chosen = Array(first..<min(first + ReasonRequest.choices, places.count))
                let request = try reasoning.ask(member, chosen, rows: places.count, range: begin..<end, model: model)
                let answers = try opened(reasoning.answers(to: request, of: member))
                for (row, answer) in zip(chosen, answers) {
                    let expected = try expected(places[row], least: 2)
                    #expect(answer.contributions == expected.contributions && answer.shown == expected.shown)
                    compared += 1
                    if expected.shown != 3 { hidden += 1 }
                }
            }
        }
        #expect(compared == counted.sent.count && hidden > 0 && hidden < compared)
    }

    @Test("leave out all counts of what was scored while none were opened: nobody kept who knows its tokens")
    func openedLater() throws {
        counted.world.opensReasons.withLock { $0 = false }
        try counted.world.start()
        let events = counted.day(12)
        try counted.send(events)
        try counted.expectScores("day 12")
        counted.world.stop()
        let last = try #require(counted.world.records(Topics.sealed).last).position.offset + 1
        try reasoning.start()
        let rows = events.count { $0.bank == 0 }
        let chosen = Array(0..<min(rows, ReasonRequest.choices))
        let request = try reasoning.ask(counted.world.a, chosen, rows: rows, range: end..<last, model: model)
        let answers = try opened(reasoning.answers(to: request, of: counted.world.a))
        let first = sent(0).count - rows
        for (row, answer) in zip(chosen, answers) {
            let place = try #require(
                counted.sent.indices.filter { counted.sent[$0].event.bank == 0 }.dropFirst(first + row).first)
            #expect(try answer.shown == 0 && answer.contributions == expected(place, least: .max).contributions)
        }
    }

    @Test("are refused by name, and cost nothing then")
    func refused() throws {
        let bank = counted.world.a
        let rows = sent(0).count
        func refusal(_ request: ReasonRequest) throws -> ReasonRefusal? {
            let answers = try reasoning.answers(to: request, of: bank, turns: 40)
            guard case .failure(let refusal)? = answers[.zero] else { return nil }
            return refusal
        }
        try reasoning.start()
        #expect(try refusal(reasoning.ask(bank, [0], rows: rows - 1, range: begin..<end, model: model)) == .otherRows)
        #expect(try refusal(reasoning.ask(bank, [0], rows: rows, range: begin..<end, model: .zero)) == .otherModel)
        reasoning.agreed.limits.withLock { $0 = nil }
        #expect(try refusal(reasoning.ask(bank, [0], rows: rows, range: begin..<end, model: model)) == .notOpened)
        reasoning.clock.ahead.withLock { $0 = 200 }
        #expect(try refusal(reasoning.ask(bank, [0], rows: rows, range: begin..<end, model: model)) == .expired)
        reasoning.clock.ahead.withLock { $0 = 0 }
        reasoning.agreed.limits.withLock { $0 = ReasonLimits(daily: 16, members: 2) }
        for _ in 0..<2 {
            let request = try reasoning.ask(bank, [0], rows: rows, range: begin..<end, model: model)
            #expect(try opened(reasoning.answers(to: request, of: bank)).count == 8)
        }
        #expect(try refusal(reasoning.ask(bank, [0], rows: rows, range: begin..<end, model: model)) == .overBudget)
        // Another member has its own, and a restart forgets nothing.
        try reasoning.start()
        #expect(try refusal(reasoning.ask(bank, [0], rows: rows, range: begin..<end, model: model)) == .overBudget)
        let other = try reasoning.ask(
            counted.world.b, [1], rows: sent(1).count, range: begin..<end, model: model)
        #expect(try opened(reasoning.answers(to: other, of: counted.world.b)).count == 8)
    }

    @Test("a party without rows has the others say so, and the next request is answered by those that can")
    func withoutRows() throws {
        try reasoning.start(without: .two)
        let bank = counted.world.a
        let request = try reasoning.ask(bank, [3], rows: sent(0).count, range: begin..<end, model: model)
        let answers = try reasoning.answers(to: request, of: bank, turns: 60)
        #expect(answers[.two] == .failure(.rowsGone) && answers[.zero] == .failure(.peerRefused))
        try reasoning.start()
        let next = try reasoning.ask(bank, [3], rows: sent(0).count, range: begin..<end, model: model)
        #expect(try opened(reasoning.answers(to: next, of: bank)).count == 8)
    }

    @Test("a request that a log repeats is answered once")
    func repeated() throws {
        try reasoning.start()
        let bank = counted.world.a
        let request = try reasoning.ask(bank, [3], rows: sent(0).count, range: begin..<end, model: model)
        _ = try opened(reasoning.answers(to: request, of: bank))
        let record = try #require(counted.world.records(Topics.reasons).last)
        try counted.world.log.append([NewRecord(TopicPartition(Topics.reasons), value: record.value ?? [])])
        let late = try reasoning.ask(bank, [4], rows: sent(0).count, range: begin..<end, model: model, order: 1)
        let next = try reasoning.ask(bank, [5], rows: sent(0).count, range: begin..<end, model: model)
        _ = try opened(reasoning.answers(to: next, of: bank))
        #expect(try reasoning.answers(to: late, of: bank, turns: 1).isEmpty)
        #expect(try counted.world.records(Topics.contributions(bank.id)).count == 6)
    }

    @Test("a request in a member's name that another sealed is refused, and takes no order of the member's")
    func forged() throws {
        try reasoning.start()
        let (bank, other) = (counted.world.a, counted.world.b)
        let record = ReasonRequest.sealed(
            member: bank.id, partition: 0, range: begin..<end, rows: sent(0).count, model: model, order: .max,
            chosen: [],
            epoch: other.epoch, sessions: other.sessions, random: { SystemBytes().next($0) })
        try counted.world.log.append([NewRecord(TopicPartition(Topics.reasons), value: record)])
        let forged = try #require(ReasonRequest(decoding: record))
        #expect(try reasoning.answers(to: forged, of: bank, turns: 40)[.zero] == .failure(.malformed))
        let own = try reasoning.ask(bank, [3], rows: sent(0).count, range: begin..<end, model: model)
        #expect(try opened(reasoning.answers(to: own, of: bank)).count == 8)
    }

    /// What each party can see of a run: sizes of records and frames, metrics, lines of its log.
    private func view(_ chosen: [Int], rows: Int? = nil, range: Range<Int64>? = nil) throws -> [[String]] {
        try reasoning.start()
        let bank = counted.world.a
        let lines = counted.world.entries.entries.count
        let sizes = try counted.world.records(Topics.contributions(bank.id)).count
        let request = try reasoning.ask(
            bank, chosen, rows: rows ?? sent(0).count, range: range ?? begin..<end, model: model)
        _ = try opened(reasoning.answers(to: request, of: bank))
        let answered = try counted.world.records(Topics.contributions(bank.id)).dropFirst(sizes)
        let asked = try #require(counted.world.records(Topics.reasons).last?.value?.count)
        return PartyID.allCases.map { party in
            [
                "asked \(asked)", "answered \(answered.map { $0.value?.count ?? 0 }.sorted())",
                "sent \(reasoning.sent(party))", "lines \(counted.world.entries.entries.count - lines)",
                reasoning.metrics[party.rawValue].exposition,
            ]
        }
    }

    @Test("parties see the same of requests about none, one or eight transactions, whichever they are")
    func alike() throws {
        let base = try view([])
        for chosen in [[0], [sent(0).count - 1], Array(0..<8), Array(8..<16)] { #expect(try view(chosen) == base) }
        // A member that asked in a window of the alert's own would be told apart.
        let first = try firstBatch()
        #expect(try view([0], rows: first.rows, range: first.range) != base)
    }

    /// How many of the bank's transactions the first batch with any has, and its range, as members are told them.
    private func firstBatch() throws -> (rows: Int, range: Range<Int64>) {
        let record = try #require(counted.world.records(Topics.scores(counted.world.a.id)).first)
        let wire = try #require(WireScoreShares(decoding: record.value ?? []))
        let header = try #require(WireScoreHeader(decoding: Array(wire.header)))
        return (header.sources.count, header.first..<header.end)
    }
}
