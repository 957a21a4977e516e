import Audit
import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Model
import Records
import Secrets
import SecureScoring
import Stages
import Support
import Synchronization
import Testing
import ThreeParty

private final class Agreed: Sendable {
    let changes = Mutex<[SyncTermsChange]>([])
}

/// Three parties that have ended scoring, with stages that compute decisions again, turned by the test.
private final class Replaying {
    let counted: CountedWorld
    let auditor = HPKEPrivateKey()
    let keys: [SyncAuthor: [UInt8]]
    let terms: SyncTerms
    let notes = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, AuditNotes()) })
    private(set) var stages: [ReplayStage] = []
    /// Of the agreement, from the beginning on.
    let agreed = Agreed()
    private let cell = InProcessTransport.cell()
    let clock = WatchedClock()

    init(_ counted: CountedWorld) throws {
        self.counted = counted
        let members = counted.banks.map(\.id)
        let authors: [SyncAuthor] = [.coordinator] + members.map { .member($0) } + PartyID.allCases.map { .party($0) }
        let keys = Dictionary(uniqueKeysWithValues: authors.map { ($0, SigningKey().rawRepresentation ?? []) })
        func key(_ author: SyncAuthor) throws -> VerifyingKey {
            guard let bytes = keys[author], let key = SigningKey(bytes: bytes) else { throw HPKEError.malformedKey }
            return key.verifyingKey
        }
        self.keys = keys
        terms = SyncTerms(
            consortium: "c", coordinator: try key(.coordinator),
            parties: try PartyID.allCases.reduce(into: [:]) { $0[$1] = try key(.party($1)) },
            members: try members.reduce(into: [:]) { $0[$1] = try key(.member($1)) })
        try counted.world.log.create([TopicSettings(name: Topics.replays)])
    }

    /// Starts parties anew: all where none is named.
    ///
    /// - Parameter without: a party that keeps no rows.
    func start(_ started: PartyID..., without: PartyID? = nil) throws {
        let world = counted.world
        if started.isEmpty { stages = [] }
        for party in started.isEmpty ? PartyID.allCases : started {
            guard let transport = cell[party], let notes = notes[party] else { continue }
            let rows: (@Sendable (Int) throws -> ScoredRowStore)?
            if party == without { rows = nil } else { rows = { [world] _ in try world.scoredRows(party) } }
            let exchange = CellExchange(
                transport: transport, keys: PairKeyring(PartySeeds.pairKeys(party)), stream: .scoring(.max),
                firstBatch: party == .zero ? 1 : 0, patience: .seconds(5), clock: clock)
            guard let identity = SigningKey(bytes: keys[.party(party)] ?? []) else { throw HPKEError.malformedKey }
            let state = try SQLiteStateStore(path: "\(world.path)/\(party).sqlite")
            let stage = try ReplayStage(
                ReplayStage.Terms(
                    party: party, roster: terms, changes: { [agreed] in agreed.changes.withLock { $0 } }, rows: rows),
                identity: identity, log: world.log,
                state: state, exchange: exchange, models: try world.models(party, shares: try world.shares(party)),
                clock: clock, logger: world.entries.logger(party), audit: notes)
            if started.isEmpty { stages.append(stage) } else { stages[party.rawValue] = stage }
        }
    }

    /// Orders the replay of what one record of the log was scored as.
    func order(
        _ record: LogRecord, model: Digest32, member: MemberID? = nil, expires: Int64 = .max
    ) throws -> ReplayOrder {
        let header = try #require(SealedTransaction(record.value ?? [])).header
        let (named, event) = (try #require(header.member), try #require(header.event))
        let order = ReplayOrder(
            consortium: "c", member: member ?? named, partition: 0, offset: record.position.offset, event: event,
            agreed: .zero, model: model,
            auditor: auditor.publicKey, expires: expires)
        var wire = WireReplayRecord()
        wire.order.body = Data(order.body)
        for author in [SyncAuthor.coordinator, .member(order.member)] {
            guard let key = SigningKey(bytes: keys[author] ?? []) else { throw HPKEError.malformedKey }
            wire.order.signatures.append(try order.signature(by: author, key: key))
        }
        try counted.world.log.append([NewRecord(TopicPartition(Topics.replays), value: wire.encoded)])
        return order
    }

    /// Turns the stages until an order is over, or so often.
    func history(until order: ReplayOrder, turns: Int = 2000) throws -> ReplayHistory.Job {
        for _ in 0..<turns {
            for stage in stages.reversed() { _ = try stage.turn(until: clock.now) }
            if let job = try job(order), !job.isOpen, !stages.contains(where: \.isUnderWay) { return job }
            clock.wait(for: .milliseconds(5))
        }
        throw TestTimedOut()
    }

    /// What the log says of an order.
    func job(_ order: ReplayOrder) throws -> ReplayHistory.Job? {
        var history = ReplayHistory(terms)
        for record in try counted.world.records(Topics.replays) {
            try history.apply(record.value ?? [], time: record.timestamp / 1_000_000)
        }
        return history.job(order.digest)
    }

    struct TestTimedOut: Error {}

    /// What the auditor makes of the answers.
    func score(_ job: ReplayHistory.Job) throws -> Int64 {
        let shares = try PartyID.allCases.map { party in
            let word = try #require(job.answers[party])
            let share = try ReplayAnswer(party: party, order: job.digest, word: word).open(auditor)
            return try #require(share)
        }
        let sum = shares.reduce(UInt32(0)) { sum, share in
            sum &+ share.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        return shares[0].count == 2 ? Int64(Int16(truncatingIfNeeded: sum)) : Int64(Int32(truncatingIfNeeded: sum))
    }
}

@Suite("Decisions that are computed again", .serialized)
struct ReplayTests {
    private let counted: CountedWorld
    private let replaying: Replaying

    init() throws {
        counted = try CountedWorld(rows: RowLimits(days: 90, bytes: 1 << 30))
        replaying = try Replaying(counted)
        try counted.world.start()
        for day in Int64(0)..<12 {
            let events = counted.day(day)
            try counted.send(events)
            if day > 1 { try counted.label(events, frauds: Set(events.prefix(2))) }
        }
        try counted.expectScores()
        counted.world.stop()
    }

    private var transactions: [LogRecord] {
        get throws {
            try counted.world.records(Topics.sealed).filter { SealedTransaction($0.value ?? []) != nil }
        }
    }

    private func model() throws -> Digest32 {
        try #require(counted.world.scores(counted.world.a, 1).scores.first).model
    }

    @Test(
        "give the score that was decided on, in every bit, to the auditor, and nobody else; counts are those of that time"
    )
    func again() throws {
        try replaying.start()
        let records = try transactions
        let model = try model()
        for place in [0, 37, 60, records.count - 1] {
            let order = try replaying.order(records[place], model: model)
            let job = try replaying.history(until: order)
            #expect(!job.isRefused)
            let (_, values) = counted.sent[place]
            #expect(try replaying.score(job) == counted.model.score(values: values))
            for (party, word) in job.answers {
                let answer = ReplayAnswer(party: party, order: job.digest, word: word)
                #expect(throws: HPKEError.notAuthentic) { try answer.open(HPKEPrivateKey()) }
            }
            for party in PartyID.allCases {
                let told = try #require(replaying.notes[party]?.events.last)
                #expect(told.kind == .replayed && told.subject == order.digest && told.fields[.outcome] == "answered")
            }
        }
    }

    @Test(
        "are refused by name: another model, an event that is not there, rows that a party keeps not, an order that expired"
    )
    func refused() throws {
        try replaying.start()
        let records = try transactions
        let model = try model()
        func codes(_ order: ReplayOrder) throws -> Set<ReplayAnswer.Word> {
            Set(try replaying.history(until: order).answers.values)
        }
        #expect(try codes(replaying.order(records[3], model: .zero)) == [.refused(.otherModel)])
        let other = try #require(
            counted.banks.first { $0.id != SealedTransaction(records[3].value ?? [])?.header.member })
        #expect(try codes(replaying.order(records[3], model: model, member: other.id)) == [.refused(.unknownRow)])
        #expect(try codes(replaying.order(records[3], model: model, expires: 5)) == [.refused(.expired)])
        var early = records[3]
        early.position.offset = 0
        #expect(try codes(replaying.order(early, model: model)) == [.refused(.otherModel)])
        try replaying.start(without: .one)
        let job = try replaying.history(until: replaying.order(records[4], model: model))
        #expect(job.answers[.one] == .refused(.rowsGone))
    }

    @Test(
        "give it also where the model's shares were refreshed since, and one party has begun anew: all use the same generation"
    )
    func refreshed() throws {
        try replaying.start()
        let (records, model) = (try transactions, try model())
        _ = try replaying.history(until: replaying.order(records[5], model: model))
        try counted.world.refresh(1)
        try replaying.start(.one)
        let job = try replaying.history(until: replaying.order(records[37], model: model))
        #expect(try replaying.score(job) == counted.model.score(values: counted.sent[37].values))
        // A party whose share is gone computes nothing, and says why.
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(counted.world.path)/party-2.sqlite.shares" + suffix)
        }
        try replaying.start(.two)
        let order = try replaying.order(records[38], model: model)
        #expect(throws: Replaying.TestTimedOut.self) { try replaying.history(until: order, turns: 500) }
        #expect(
            counted.world.entries.entries.contains {
                $0.party == .two && $0.message.contains("has no share of the model \(model) in generation 1")
            })
        // It is no reason not to answer others.
        let expired = try replaying.order(records[39], model: model, expires: 5)
        for _ in 0..<100 {
            _ = try replaying.stages[2].turn(until: replaying.clock.now)
            replaying.clock.wait(for: .milliseconds(5))
        }
        #expect(try replaying.job(expired)?.answers == [.two: .refused(.expired)])
    }

    @Test("an answer that is there is not given twice, also where parties begin anew")
    func restarts() throws {
        let order = try replaying.order(transactions[9], model: model())
        for _ in 0..<3 {
            try replaying.start()
            _ = try replaying.history(until: order)
        }
        #expect(try counted.world.records(Topics.replays).count == 4)
    }

    @Test(
        "are no orders where the agreement does not name them among what is opened: no party answers, and each says why"
    )
    func notAgreed() throws {
        var closed = replaying.terms
        closed.opened = [.histograms, .trainings]
        replaying.agreed.changes.withLock { $0 = [.init(from: 0, terms: closed)] }
        try replaying.start()
        let order = try replaying.order(transactions[3], model: model())
        #expect(throws: Replaying.TestTimedOut.self) { try replaying.history(until: order, turns: 200) }
        #expect(try counted.world.records(Topics.replays).count == 1)
        for party in PartyID.allCases {
            let told = try #require(replaying.notes[party]?.events.last)
            let reason = told.fields[.reason] ?? ""
            #expect(told.kind == .refused && reason.hasPrefix("not_agreed"))
        }
        let isAnyUnderWay = replaying.stages.contains { $0.isUnderWay }
        #expect(!isAnyUnderWay)
    }
}
