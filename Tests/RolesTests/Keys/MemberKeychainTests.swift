import EventLogs
import Ingest
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Support
import Testing

/// A member with two partitions, on the log of a consortium whose keys are rotated by whoever the test says.
@Suite("A member's sessions of several epochs")
struct MemberKeychainTests {
    private var people: KeyPeople
    private let folder: TemporaryFolder
    private let log: SQLiteEventLog
    private let member = Terms.member(0)
    private let scores: TopicPartition
    /// How many records of the people are on the log.
    private var written = 0

    init() throws {
        people = try KeyPeople()
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: ManualClock())
        scores = TopicPartition(Topics.scores(member))
        try log.create([
            TopicSettings(name: Topics.agreement), TopicSettings(name: Topics.sessions),
            TopicSettings(name: scores.topic), TopicSettings(name: Topics.transactions(member), partitions: 2),
        ])
    }

    private var keystore: FileKeystore { people.terms.keys(member.name) }

    /// What an agent of the member has that begins now.
    private func agent() throws -> MemberKeychain {
        try openSessions(people.roster.members[0], people.roster, keystore, log, .silent)
    }

    private mutating func write() throws {
        try log.append(people.said.dropFirst(written).map { NewRecord(TopicPartition(Topics.agreement), value: $0) })
        written = people.said.count
    }

    /// Makes the next epoch, and closes the one before.
    private mutating func rotate() throws {
        let last = people.history.newest.number
        try people.order(at: 1)
        try people.offer(at: 1)
        try people.fix(at: 1)
        try people.ready(PartyID.allCases, at: 1)
        try people.place(.activation, last.next, at: 1)
        try people.place(.closing, last, at: 1)
        try write()
    }

    private mutating func erase(_ epoch: KeyEpoch, by parties: [PartyID]) throws {
        for party in parties {
            try people.say(.epochErased(EpochErased(epoch: epoch, keys: [])), by: .party(party), at: 1)
        }
        try write()
    }

    /// The parties put scores into the log.
    private func score() throws { try log.append([NewRecord(scores, "shares")]) }

    /// A partition has decided what it could of the first scores.
    private func decide(_ partition: Int, through end: Int64) throws {
        try log.commit([Position(scores, end)], group: DecisionPipeline.group(member, partition))
    }

    private func erasures() throws -> Int {
        let reader = try log.reader(at: [Position(TopicPartition(Topics.agreement), 0)])
        return try reader.available(limit: 1000).count - written
    }

    @Test("are kept until each partition is past the scores of a closed epoch, whoever has the partitions")
    mutating func erases() throws {
        let (first, second) = (try agent(), try agent())
        try score()
        try rotate()
        #expect(try first.follow() && first.session(.two, 2) != nil && first.sealing.now.number == 2)
        // It has not looked yet, and opens what the other's transactions come to.
        #expect(second.sealing.now.number == 1 && second.session(.two, 2) != nil)
        #expect(try second.follow())

        #expect(try !first.erase(now: 1))
        try erase(KeyEpoch(1), by: [.zero, .two])
        _ = try first.follow()
        #expect(try !first.erase(now: 1))
        try score()
        try erase(KeyEpoch(1), by: [.one])
        _ = (try first.follow(), try second.follow())
        #expect(try !first.erase(now: 1) && !second.erase(now: 1))
        // What comes now is of another epoch.
        try score()
        try decide(0, through: 3)
        #expect(try !first.erase(now: 1))
        try decide(1, through: 1)
        #expect(try !first.erase(now: 1) && keystore.holds("session-1") && first.session(.zero, 1) != nil)
        try decide(1, through: 2)

        #expect(try first.erase(now: 1))
        #expect(!keystore.holds("session-1") && keystore.holds("session-2"))
        #expect(first.session(.zero, 1) == nil && first.session(.zero, 2) != nil)
        #expect(try !first.erase(now: 1) && erasures() == 1)
        // The other has them in memory; one of them says so.
        #expect(second.session(.zero, 1) != nil)
        _ = try second.follow()
        #expect(try second.erase(now: 1) && second.session(.zero, 1) == nil && erasures() == 1)
    }

    @Test("open what was scored under a closed epoch at an agent that begins behind the closing")
    mutating func beginsLate() throws {
        let before = try agent()
        try rotate()
        #expect(try before.follow())
        let behind = try agent()
        #expect(behind.sealing.now.number == 2)
        for party in PartyID.allCases { #expect(behind.session(party, 1) != nil && behind.session(party, 3) == nil) }
    }

    @Test("know which epochs are closed, and where, from the beginning and as they go on")
    mutating func closings() throws {
        let agent = try agent()
        func late(_ keychain: MemberKeychain, _ epoch: UInt32, _ offset: Int64) -> Bool {
            keychain.sealing.closings.isBehind(.init(epoch: epoch, offset: offset), in: 0)
        }
        #expect(agent.sealing.closings.count == 0 && !late(agent, 1, .max))
        try rotate()
        _ = try agent.follow()
        let place = try #require(people.history.life(KeyEpoch(1))?.closing?.offsets.first)
        #expect(late(agent, 1, place + 1) && !late(agent, 1, place) && !late(agent, 2, .max))
        let behind = try self.agent()
        #expect(behind.sealing.closings == agent.sealing.closings && behind.sealing.now.number == 2)
        try rotate()
        _ = try agent.follow()
        #expect(agent.sealing.closings.count == 2 && late(agent, 2, .max) && !late(agent, 3, .max))
    }

    @Test("go where a party never told of the erasure of theirs, but all told of one behind it")
    mutating func skipped() throws {
        let agent = try agent()
        try rotate()
        _ = try agent.follow()
        try erase(KeyEpoch(1), by: [.zero, .one])
        try rotate()
        _ = try agent.follow()
        #expect(try !agent.erase(now: 1))
        try erase(KeyEpoch(2), by: PartyID.allCases)
        _ = try agent.follow()
        #expect(try agent.erase(now: 1))
        #expect(["session-1", "session-2", "session-3"].map(keystore.holds) == [false, false, true])
        #expect(try erasures() == 2)
    }

    @Test(
        "of a member that leaves are not made for the epoch without it; its scores end when all parties are done with the last"
    )
    func leaves() throws {
        let table = try AgreementTable()
        let entry = table.roster.members[0]
        let (scores, id) = (TopicPartition(Topics.scores(entry.id)), entry.id)
        try table.log.create([
            TopicSettings(name: Topics.sessions), TopicSettings(name: scores.topic),
            TopicSettings(name: Topics.transactions(id)),
        ])
        let keystore = FileKeystore(directory: table.folder.path(id.name))
        let agent = try agent(of: entry, table)
        _ = try table.seat(id.name).propose {
            try $0.end(id, .init(day: 20_000, isExpulsion: false, withdrawsLabels: false))
        }
        #expect(try !agent.follow() && agent.sealing.participation == .takesPart)
        try table.rotate()
        #expect(try !agent.follow() && agent.sealing.participation == .hasLeft && agent.sealing.now.number == 1)
        try agent.settle()
        #expect(agent.sealing.participation == .hasLeft && keystore.holds("session-1"))
        try table.log.append([NewRecord(scores, "shares")])
        try table.moveOver()
        for party in PartyID.allCases {
            _ = try agent.follow()
            try agent.settle()
            #expect(agent.sealing.participation == .hasLeft)
            try table.erase(KeyEpoch(1), by: party)
        }
        try table.log.append([NewRecord(scores, "shares")])
        _ = try agent.follow()
        try agent.settle()
        #expect(agent.sealing.participation == .isSettled(scores: 2))
        #expect(try !agent.erase(now: 1) && keystore.holds("session-1"))
        try table.log.commit([Position(scores, 2)], group: DecisionPipeline.group(id, 0))
        #expect(try agent.erase(now: 1) && !keystore.holds("session-1"))
        // One that begins then knows, too.
        #expect(try self.agent(of: entry, table).sealing.participation == .hasLeft)
    }

    private func agent(of entry: Roster.Member, _ table: AgreementTable) throws -> MemberKeychain {
        try openSessions(
            entry, table.roster, FileKeystore(directory: table.folder.path(entry.id.name)), table.log, .silent)
    }
}
