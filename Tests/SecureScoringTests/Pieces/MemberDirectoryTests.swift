import EventLogs
import Keys
import Manifests
import Records
import Sealing
import SecureScoring
import Support
import Synchronization
import Testing

/// Members by epoch, of which a party has read only so many epochs until it looks again.
private final class ReadLate: MemberDirectory {
    struct State {
        var epochs: [[MemberID: VerifyingKey]]
        var known: Int
        var looks = 0
        var isAway = false
    }

    let all: [MemberEntry]
    let state: Mutex<State>

    /// - Parameter epochs: identities of epochs 1, 2 and so on.
    init(_ all: [MemberEntry], _ epochs: [[MemberID: VerifyingKey]]) {
        self.all = all
        state = Mutex(State(epochs: epochs, known: 1))
    }

    var entries: [MemberEntry] {
        let known = state.withLock { state in state.epochs.prefix(state.known).flatMap(\.keys) }
        return all.filter { known.contains($0.id) }
    }

    func standing(of member: MemberID, in epoch: UInt32) -> MemberStanding {
        state.withLock { state in
            guard epoch >= 1, epoch <= state.known else { return .unknown }
            if state.epochs[Int(epoch) - 1][member] != nil { return .takesPart }
            return state.epochs.prefix(Int(epoch)).contains { $0[member] != nil } ? .left : .unknown
        }
    }

    func identity(of member: MemberID, in epoch: UInt32) -> VerifyingKey? {
        state.withLock { state in
            epoch >= 1 && epoch <= state.known ? state.epochs[Int(epoch) - 1][member] : nil
        }
    }

    func refresh() throws(LogError) {
        let isAway = state.withLock { state in
            state.looks += 1
            if !state.isAway { state.known = state.epochs.count }
            return state.isAway
        }
        if isAway { throw .unreachable(reason: "away") }
    }
}

@Suite("Members that come and go while a party runs")
struct MemberDirectoryTests {
    private let world: World
    private let c = MemberID("bank-c")!

    init() throws { world = try World() }

    private func entry(_ id: MemberID, _ budget: QueryBudget = .unlimited) -> MemberEntry {
        MemberEntry(id: id, budget: budget, hpke: nil)
    }

    private func registry(_ members: any MemberDirectory) throws -> SessionRegistry {
        try SessionRegistry(
            consortium: "c", party: .one, keys: OpeningKeys(try HPKEPrivateKey(bytes: PartySeeds.hpke(.one))),
            members: members,
            log: world.log, logger: CapturedLines().logger())
    }

    @Test(
        "a session of an epoch that the party has not read is opened when it is announced: it looks for the epoch first"
    )
    func joins() throws {
        let late = try Bank("bank-c", epoch: 2)
        let first = [world.a.id: world.a.identity, world.b.id: world.b.identity]
        let members = ReadLate(
            [entry(world.a.id), entry(world.b.id), entry(c)], [first, first.merging([c: late.identity]) { $1 }])
        let registry = try registry(members)
        #expect(try registry.session(world.a.id, epoch: 1) != nil)
        let looks = members.state.withLock { $0.looks }
        try world.announce(late)
        // The log can't be read just then: the announcement is not lost.
        members.state.withLock { $0.isAway = true }
        #expect(throws: LogError.unreachable(reason: "away")) { try registry.session(c, epoch: 2) }
        members.state.withLock { $0.isAway = false }
        #expect(try registry.session(c, epoch: 2)?.member == c)
        #expect(try registry.isMember(c))
        #expect(members.state.withLock { $0.looks } > looks)
        // Nobody has a session of an epoch in which it takes no part.
        try world.announce(try Bank("bank-c", epoch: 1))
        #expect(try registry.session(c, epoch: 1) == nil)
    }

    @Test("a member that left has the sessions that it had, and none of later epochs")
    func leaves() throws {
        let members = ReadLate(
            [entry(world.a.id), entry(world.b.id)],
            [
                [world.a.id: world.a.identity, world.b.id: world.b.identity], [world.b.id: world.b.identity],
            ])
        try world.announce(try Bank("bank-a", epoch: 2))
        try world.announce(try Bank("bank-b", epoch: 2))
        let registry = try registry(members)
        #expect(try registry.session(world.a.id, epoch: 1) != nil)
        #expect(try registry.session(world.a.id, epoch: 2) == nil)
        #expect(try registry.session(world.b.id, epoch: 2) != nil)
        #expect(try registry.isMember(world.a.id))
    }

    @Test("who has left is told from who never came, and from sessions that nobody announced")
    func left() throws {
        let members = ReadLate(
            [entry(world.a.id), entry(world.b.id)],
            [
                [world.a.id: world.a.identity, world.b.id: world.b.identity], [world.b.id: world.b.identity],
            ])
        let registry = try registry(members)
        // The party reads further by itself.
        #expect(try registry.hasLeft(world.a.id, by: 2))
        #expect(try !registry.hasLeft(world.a.id, by: 1))
        #expect(try !registry.hasLeft(world.b.id, by: 2))
        #expect(try !registry.hasLeft(world.a.id, by: 3))
        #expect(try !registry.hasLeft(c, by: 2))
    }

    @Test("a member that came since has a number behind the others', and its budget")
    func admission() throws {
        let digest = try world.activate("m1", sequence: 1)
        try world.append(try world.seal(1...4))
        let pieces = try Pieces(world)
        let model = try #require(try pieces.registry.model(digest)).manifest
        let members = ReadLate(
            [entry(world.b.id), entry(world.a.id, .daily(4))],
            [[world.b.id: world.b.identity], [world.b.id: world.b.identity, world.a.id: world.a.identity]])
        let admission = try Admission(
            QueryLimits(members: members, partitions: 2, eventTime: nil), taken: pieces.taken(),
            partition: pieces.context.partition, state: pieces.state)
        let batch = SealedBatch(
            partition: 0, transactions: try pieces.sealed().filter { (1...4).contains($0.record.position.offset) },
            in: 1..<5, repeats: [], model: model, standing: nil)
        func admitted() -> [Int: Refusal] {
            admission.admit(batch, isUsable: { _ in true }, isCounted: { _, _ in false })
        }
        // Half of four a day on each of two partitions.
        try members.refresh()
        #expect(admitted() == [2: .overBudget, 3: .overBudget])
    }
}
