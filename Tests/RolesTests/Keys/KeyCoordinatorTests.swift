import Audit
import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Stages
import Support
import Synchronization
import Testing

/// A log whose writer is gone at some append: before it, or behind it. It dies once.
private final class Deadly: LogDecorator {
    let log: any EventLog
    private let left: Mutex<Int>
    private let isBehind: Bool

    struct Death: Error {}

    init(_ log: any EventLog, after appends: Int, isBehind: Bool) {
        self.log = log
        left = Mutex(appends)
        self.isBehind = isBehind
    }

    var isOver: Bool { left.withLock { $0 < 0 } }

    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        let isNow = left.withLock { left in
            left -= 1
            return left == -1
        }
        if isNow, !isBehind { throw .failed(reason: "killed") }
        let places = try log.append(batch)
        if isNow { throw .failed(reason: "killed") }
        return places
    }
}

@Suite("The coordinator of keys")
struct KeyCoordinatorTests {
    private let people: KeyPeople
    private let folder: TemporaryFolder
    private let clock = ManualClock()
    private let log: SQLiteEventLog
    private let conductor = EpochConductor(patience: 100_000, grace: 30)

    init() throws { try self.init(KeyPeople()) }

    private init(_ people: KeyPeople) throws {
        self.people = people
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: clock)
        try log.create([
            TopicSettings(name: Topics.sealed, partitions: 2), TopicSettings(name: Topics.agreement),
        ])
    }

    private func coordinator(_ log: (any EventLog)? = nil, audit: any AuditWriter = NoAudit()) throws -> KeyCoordinator
    {
        try KeyCoordinator(
            people.roster, keystore: people.terms.keys("coordinator"), log: log ?? self.log, clock: clock, audit: audit)
    }

    private func reader() throws -> KeyCoordinator {
        try KeyCoordinator(people.roster, keystore: nil, log: log, clock: clock)
    }

    /// Parties say what is waited for.
    private func answer(_ parties: [PartyID] = PartyID.allCases) throws {
        let history = try reader().history
        var said: [(AgreementStatement, PartyID)] = []
        switch history.standing {
        case .offers(_, _, let missing):
            said = missing.map { (.partyOffer(KeyPeople.offer($0, history)), $0) }
        case .ready(let epoch, let attempt, let missing):
            let keys = try #require(history.rotation?.keys)
            said = missing.map { (.epochReady(EpochReady(epoch: epoch, attempt: attempt, keys: keys.digest)), $0) }
        case .erasure(let epoch, let missing):
            for party in missing { said.append((.epochErased(try EpochErased(epoch: epoch, keys: [])), party)) }
        default: break
        }
        for (statement, party) in said where parties.contains(party) { try put(statement, by: .party(party)) }
    }

    private func put(_ statement: AgreementStatement, by author: SyncAuthor) throws {
        try log.append([
            NewRecord(TopicPartition(Topics.agreement), value: people.record(statement, by: author))
        ])
    }

    /// What the coordinator has said, and where epochs begin and end in each partition.
    private struct Trace: Hashable {
        var said: [String] = []
        var places: [EpochPlaces] = []
        var switches: [[String]] = [[], []]
        /// Of switches, by partition and word.
        var offsets: [[String: Int64]] = [[:], [:]]

        /// The same whatever lay between.
        var shape: [[String]] { [said] + switches }
    }

    private func all(_ partition: TopicPartition) throws -> [LogRecord] {
        let reader = try log.reader(at: [Position(partition, 0)])
        var records: [LogRecord] = []
        while case let more = try reader.available(limit: 256), !more.isEmpty { records += more }
        return records
    }

    private func trace() throws -> Trace {
        var trace = Trace()
        for record in try all(TopicPartition(Topics.agreement)) {
            let message = try AgreementMessage(reading: record.value ?? [], consortium: people.roster.consortium)
            switch message.statement {
            case .epochOrder(let order): trace.said.append("order \(order.epoch)/\(order.attempt)")
            case .epochManifest(let manifest): trace.said.append("manifest \(manifest.epoch)/\(manifest.attempt)")
            case .epochPlaces(let places):
                trace.said.append("\(places.kind) \(places.epoch)")
                trace.places.append(places)
            default: break
            }
        }
        for partition in 0..<2 {
            for record in try all(TopicPartition(Topics.sealed, partition)) {
                let word: String
                switch WireSealedRecord(decoding: record.value ?? [])?.body {
                case .epochActivation(let wire): word = "activation \(wire.epoch)"
                case .epochClosing(let wire): word = "closing \(wire.epoch)"
                default: continue
                }
                trace.switches[partition].append(word)
                trace.offsets[partition][word] = record.position.offset
            }
        }
        return trace
    }

    /// Two rotations, by a coordinator that is begun anew whenever it dies.
    private func twoRotations(_ deadly: Deadly? = nil) throws -> Trace {
        var coordinator: KeyCoordinator?
        for _ in 0..<60 {
            do {
                let current = try coordinator ?? self.coordinator(deadly ?? log)
                coordinator = current
                let step = try current.advance(conductor) { $0.newest.number < KeyEpoch(3) }
                if current.history.isDone(KeyEpoch(3)) { return try trace() }
                if step.isDoing { continue }
            } catch is LogError { coordinator = nil }
            try answer()
            for partition in 0..<2 {
                try log.append([NewRecord(TopicPartition(Topics.sealed, partition), value: [1, 2, 3])])
            }
            clock.advance(.seconds(10))
        }
        let reader = try reader()
        let reasons = Set(reader.takeRefused().map(\.reason))
        Issue.record("the rotations do not end: \(reader.history.standing); refused: \(reasons)")
        return try trace()
    }

    private static let wanted = [
        [
            "order 2/1", "manifest 2/1", "activation 2", "closing 1", "order 3/1", "manifest 3/1", "activation 3",
            "closing 2",
        ], ["activation 2", "closing 1", "activation 3", "closing 2"],
        ["activation 2", "closing 1", "activation 3", "closing 2"],
    ]

    @Test("takes the consortium from epoch to epoch, and tells where each begins and ends")
    func rotations() throws {
        let trace = try twoRotations()
        #expect(trace.shape == Self.wanted)
        for places in trace.places {
            let word = "\(places.kind) \(places.epoch)"
            #expect(places.offsets == trace.offsets.map { $0[word] })
        }
        let history = try reader().history
        #expect(history.lives.count == 3 && history.open.map(\.number) == [KeyEpoch(3)])
        for life in history.lives.dropFirst() {
            let (begin, end) = (try #require(life.activation), history.life(KeyEpoch(life.number.number - 1))?.closing)
            #expect(try #require(end).time >= begin.time + 30, "a grace lies between")
        }
    }

    @Test(
        "says the same where it is killed before or behind any append, and goes on from the log alone",
        arguments: [false, true])
    func killed(isBehind: Bool) throws {
        // Six statements and switches of two partitions a rotation: 4 + 4 appends, twice.
        for appends in 0..<16 {
            let test = try KeyCoordinatorTests(people)
            let deadly = Deadly(test.log, after: appends, isBehind: isBehind)
            let trace = try test.twoRotations(deadly)
            #expect(deadly.isOver && trace.shape == Self.wanted, "killed at append \(appends)")
            for places in trace.places {
                #expect(places.offsets == trace.offsets.map { $0["\(places.kind) \(places.epoch)"] })
            }
        }
    }

    @Test("stops at a party that is away, says so, and goes on when it comes back")
    func away() throws {
        let coordinator = try coordinator()
        var told: [EpochStanding] = []
        func rotate() throws -> Bool {
            try coordinator.rotate(conductor, until: nil) { history, _ in told.append(history.standing) }
        }
        #expect(try !rotate())
        try answer([.zero, .two])
        #expect(try !rotate())
        #expect(told.last == .offers(KeyEpoch(2), attempt: 1, of: [.one]))
        #expect(coordinator.history.newest == people.roster.foundingKeys)
        try answer()
        #expect(try !rotate())
        #expect(told.last == .ready(KeyEpoch(2), attempt: 1, of: PartyID.allCases))
        try answer([.zero, .one])
        #expect(try !rotate())
        #expect(coordinator.history.active == people.roster.foundingKeys)
        try answer()
        #expect(try !rotate())
        #expect(told.last == .closing(KeyEpoch(1), since: clock.microseconds / 1_000_000))
        clock.advance(.seconds(30))
        #expect(try rotate())
        #expect(try trace().shape.map { $0.count } == [4, 2, 2])
        // Nothing is under way: the same once more is the next epoch.
        #expect(try !rotate())
        #expect(coordinator.history.rotation?.order.epoch == KeyEpoch(3))
    }

    @Test("begins the next attempt where one stands still for long")
    func attempts() throws {
        let coordinator = try coordinator()
        let impatient = EpochConductor(patience: 50, grace: 0)
        _ = try coordinator.rotate(impatient, until: nil) { _, _ in }
        try answer([.zero])
        clock.advance(.seconds(49))
        _ = try coordinator.rotate(impatient, until: nil) { _, _ in }
        #expect(coordinator.history.rotation?.order.attempt == 1)
        clock.advance(.seconds(1))
        _ = try coordinator.rotate(impatient, until: nil) { _, _ in }
        #expect(coordinator.history.rotation?.order.attempt == 2)
        try answer()
        _ = try coordinator.rotate(impatient, until: nil) { _, _ in }
        try answer()
        #expect(try coordinator.rotate(impatient, until: nil) { _, _ in })
        #expect(try trace().said == ["order 2/1", "order 2/2", "manifest 2/2", "activation 2", "closing 1"])
    }

    @Test("waits for what is under way, and no longer than it may")
    func waits() throws {
        let coordinator = try coordinator()
        let quick = EpochConductor(patience: 1000, grace: 0)
        var failure: (any Error)?
        let isDone = try coordinator.rotate(quick, until: clock.now + .seconds(60)) { _, _ in
            do { try answer() } catch { failure = error }
        }
        #expect(isDone && failure == nil && coordinator.history.isDone(KeyEpoch(2)))
        #expect(try !coordinator.rotate(quick, until: clock.now + .milliseconds(5)) { _, _ in })
        #expect(try !coordinator.rotate(quick, until: clock.now + .seconds(60), isStopping: { true }) { _, _ in })
    }

    @Test("writes to its audit log what it says, before it is on the log, and once")
    func audit() throws {
        let notes = AuditNotes()
        let deadly = Deadly(log, after: 0, isBehind: false)
        let dying = try coordinator(deadly, audit: notes)
        #expect(throws: LogError.self) { try dying.advance(conductor) { _ in true } }
        #expect(notes.events.map(\.kind) == [.epochOrdered], "it may say so, and then not have said it")
        let coordinator = try coordinator(audit: notes)
        for _ in 0..<12 {
            _ = try coordinator.advance(conductor) { $0.newest.number < KeyEpoch(2) }
            try answer()
            clock.advance(.seconds(10))
        }
        let kinds = Set(notes.events.map(\.kind))
        // And what the parties said meanwhile.
        #expect(
            kinds == [
                .epochOrdered, .epochOffered, .epochFixed, .epochReady, .epochActivated, .epochClosed, .epochErased,
            ])
        let life = try #require(coordinator.history.life(KeyEpoch(2)))
        for kind in [AuditKind.epochFixed, .epochActivated] {
            #expect(
                notes.events.contains { $0.kind == kind && $0.subject == life.keys.digest && $0.fields[.epoch] == "2" })
        }
    }

    @Test("takes an epoch's records for those of that epoch and partition alone, and of the coordinator")
    func switches() throws {
        let coordinator = try coordinator()
        let quick = EpochConductor(patience: 1000, grace: 30)
        for _ in 0..<2 {
            _ = try coordinator.rotate(quick, until: nil) { _, _ in }
            try answer()
        }
        let keys = try #require(coordinator.history.rotation?.keys ?? coordinator.history.newest)
        let key = try people.terms.keys("party-1").signingKey()
        // A forged one, one for the other partition, and a closing.
        var forged = WireSealedRecord()
        forged.epochActivation = try EpochActivation.make(
            keys, consortium: people.roster.consortium, partition: 0, coordinator: key)
        let own = try people.terms.keys("coordinator").signingKey()
        var moved = WireSealedRecord()
        moved.epochActivation = try EpochActivation.make(
            keys, consortium: people.roster.consortium, partition: 1, coordinator: own)
        var closing = WireSealedRecord()
        closing.epochClosing = try EpochClosing.make(
            keys, consortium: people.roster.consortium, partition: 0, coordinator: own)
        try log.append([forged, moved, closing].map { NewRecord(TopicPartition(Topics.sealed), value: $0.encoded) })
        _ = try coordinator.rotate(quick, until: nil) { _, _ in }
        #expect(coordinator.history.life(KeyEpoch(2))?.activation?.offsets == [3, 0])
    }

    @Test("is the roster's, and a log without the topic stays with the roster's keys")
    func terms() throws {
        #expect(throws: RoleError.self) {
            try KeyCoordinator(people.roster, keystore: people.terms.keys("party-1"), log: log, clock: clock)
        }
        let empty = try SQLiteEventLog(directory: folder.path + "/other", clock: clock)
        let topic = try AgreementTopic(people.roster, log: empty)
        #expect(try !topic.read() && topic.epochs.newest == people.roster.foundingKeys)
        #expect(try !topic.wait(until: clock.now, clock))
        // What counts for nothing is told.
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: [0xFF])])
        let notes = AuditNotes()
        let reader = try KeyCoordinator(people.roster, keystore: nil, log: log, clock: clock, audit: notes)
        #expect(reader.takeRefused().map(\.reason) == [.agreement(.record(.encoding))] && reader.takeRefused().isEmpty)
        #expect(notes.events == [EpochAudit.refused(0, .agreement(.record(.encoding)))])
        #expect(throws: RoleError.self) { try reader.advance(conductor) { _ in true } }
    }
}
