import Foundation
import Keys
import Manifests
import Records
import Testing

/// A history with what is said to it, a second apart.
struct AgreementWorld {
    var history: AgreementHistory
    var time: Int64 = 1_780_000_000

    init(_ founding: ConsortiumAgreement = Agreed.founding()) { history = AgreementHistory(founding: founding) }

    static func record(
        _ statement: AgreementStatement, by author: SyncAuthor, copy: UInt8 = 0, consortium: String = "demo"
    ) throws -> [UInt8] {
        try statement.record(by: author, consortium: consortium, key: Agreed.key(author, copy: copy))
    }

    /// Takes a record; one that is refused has to have changed nothing.
    @discardableResult
    mutating func take(_ record: [UInt8]) throws -> AgreedVersion? {
        time += 1
        let before = history
        do {
            return try history.apply(AgreementMessage(reading: record, consortium: "demo"), time: time)
        } catch {
            #expect(history == before, "a refused record changed the history")
            throw error
        }
    }

    mutating func refusal(_ record: [UInt8]) throws -> AgreementRefusal? {
        do {
            try take(record)
            return nil
        } catch let error as AgreementRefusal { return error }
    }

    mutating func propose(_ agreement: ConsortiumAgreement, by author: String = "coordinator") throws
        -> AgreementRefusal?
    {
        try refusal(try Self.record(.proposal(AgreementProposal(agreement)), by: Agreed.author(author)))
    }

    mutating func sign(_ agreement: ConsortiumAgreement, by author: String, copy: UInt8 = 0) throws -> AgreementRefusal?
    {
        try refusal(
            try Self.record(.signature(AgreementSignature(of: agreement)), by: Agreed.author(author), copy: copy))
    }

    /// Proposes a change of the version in force, and has it signed by all whom it asks.
    mutating func agree(_ change: (inout ConsortiumAgreement) -> Void) throws -> ConsortiumAgreement {
        let next = Agreed.next(history.inForce.agreement, change)
        #expect(try propose(next) == nil)
        for author in try #require(history.proposal(next.digest)).unsigned where history.inForce.digest != next.digest {
            #expect(try sign(next, by: author.description) == nil)
        }
        #expect(history.inForce.digest == next.digest)
        return next
    }
}

@Suite("The history of the agreement")
struct AgreementHistoryTests {
    private var world = AgreementWorld()

    private func wider(_ before: ConsortiumAgreement, name: String = "bank-d") -> ConsortiumAgreement {
        Agreed.next(before) { $0.members.append(Agreed.entry(name, joined: 20_000)) }
    }

    @Test("begins with the founding version in force, which everyone may sign once")
    func founding() throws {
        var world = AgreementWorld()
        let founding = world.history.inForce
        #expect(founding.agreement == Agreed.founding() && founding.missing.isEmpty)
        #expect(founding.unsigned == founding.agreement.authors && founding.inForce == nil)
        for author in founding.agreement.authors {
            #expect(try world.sign(founding.agreement, by: author.description) == nil)
        }
        #expect(world.history.inForce.unsigned.isEmpty && world.history.versions.count == 1)
        #expect(try world.sign(founding.agreement, by: "member/bank-a") == .replayed)
        #expect(try world.sign(founding.agreement, by: "member/bank-d") == .notAsked(Agreed.author("member/bank-d")))
        #expect(
            try world.sign(founding.agreement, by: "member/bank-b", copy: 1)
                == .badSignature(Agreed.author("member/bank-b")))
        #expect(try world.propose(founding.agreement) == .alreadyProposed(1))
    }

    @Test("puts a version in force with the last signature that it waits for, and not before")
    func inForce() throws {
        var world = AgreementWorld()
        let next = wider(Agreed.founding())
        #expect(try world.propose(next, by: "operator/bernd") == nil)
        let open = try #require(world.history.proposals.first)
        #expect(open.author == Agreed.author("operator/bernd") && open.proposed == world.time)
        for (author, missing) in [
            ("member/bank-d", 2), ("member/bank-a", 2), ("operator/anna", 1), ("member/bank-c", 0),
        ] {
            #expect(world.history.inForce.agreement.version == 1)
            #expect(try world.sign(next, by: author) == nil)
            let version = world.history.proposal(next.digest) ?? world.history.inForce
            #expect(version.missing.count == missing && version.signed[Agreed.author(author)] == world.time)
        }
        let now = world.history.inForce
        #expect(now.digest == next.digest && now.inForce == world.time && world.history.proposals.isEmpty)
        #expect(world.history.versions.map(\.agreement.version) == [1, 2])
        #expect(world.history.inForce(at: world.time - 1).agreement.version == 1)
        #expect(world.history.inForce(at: world.time).agreement.version == 2)
        #expect(world.history.inForce(at: .min).agreement.version == 1)
        // Whoever was asked may still sign; it changes nothing but that.
        #expect(now.unsigned.map(\.description) == ["member/bank-b", "operator/bernd"])
        #expect(try world.sign(next, by: "member/bank-b") == nil)
        #expect(world.history.inForce.unsigned.map(\.description) == ["operator/bernd"])
        #expect(world.history.version(next.digest)?.signed.count == 5 && world.history.version(.zero) == nil)
        #expect(world.history.identity(of: Agreed.author("member/bank-d")) != nil)
    }

    @Test("counts a person once, whatever it says again")
    func once() throws {
        var world = AgreementWorld()
        let next = wider(Agreed.founding())
        _ = try world.propose(next)
        #expect(try world.propose(next) == .replayed)
        #expect(try world.propose(next, by: "member/bank-a") == .alreadyProposed(2))
        let author = Agreed.author("member/bank-a")
        #expect(try world.sign(next, by: "member/bank-a") == nil)
        #expect(try world.sign(next, by: "member/bank-a") == .replayed)
        // The same in other bytes: with a field that nobody knows.
        let said = try AgreementWorld.record(.signature(AgreementSignature(of: next)), by: author)
        var wire = try #require(WireAgreementRecord(decoding: said))
        wire.body += [0xF8, 0x07, 0x01]
        let name = Array(author.description.utf8)
        wire.signature = Data(
            try Agreed.key(author).sign(
                UInt64(name.count).bigEndianBytes + name + Array(wire.body), context: "cordon/agreement/signature/v1"))
        #expect(try world.refusal(wire.encoded) == .alreadySigned(author))
        #expect(world.history.proposals[0].signed.count == 1)
    }

    @Test("refuses what nobody signed, what another signed, and who is not asked")
    func strangers() throws {
        var world = AgreementWorld()
        let next = wider(Agreed.founding())
        let coordinator = Agreed.author("coordinator")
        let proposal = AgreementStatement.proposal(AgreementProposal(next))
        #expect(
            try world.refusal(try AgreementWorld.record(proposal, by: coordinator, copy: 1))
                == .badSignature(coordinator))
        var unsigned = try #require(WireAgreementRecord(decoding: try AgreementWorld.record(proposal, by: coordinator)))
        unsigned.signature = Data()
        #expect(try world.refusal(unsigned.encoded) == .badSignature(coordinator))
        #expect(throws: AgreementMistake.otherConsortium) {
            try world.take(try AgreementWorld.record(proposal, by: coordinator, consortium: "other"))
        }
        let stranger = Agreed.author("member/bank-d")
        #expect(try world.propose(next, by: "member/bank-d") == .unknownAuthor(stranger))
        #expect(try world.propose(next) == nil)
        #expect(try world.sign(next, by: "coordinator") == .notAsked(coordinator))
        #expect(try world.sign(next, by: "party/party-0") == .notAsked(.party(.zero)))
        #expect(try world.sign(next, by: "member/bank-e") == .notAsked(Agreed.author("member/bank-e")))
        #expect(try world.sign(next, by: "member/bank-d", copy: 1) == .badSignature(stranger))
        // A signature of one purpose is none of another.
        let signature = AgreementStatement.signature(AgreementSignature(of: next))
        var wire = try #require(WireAgreementRecord(decoding: try AgreementWorld.record(signature, by: stranger)))
        let name = Array(stranger.description.utf8)
        wire.signature = Data(
            try Agreed.key(stranger).sign(
                UInt64(name.count).bigEndianBytes + name + Array(wire.body), context: "cordon/agreement/proposal/v1"))
        #expect(try world.refusal(wire.encoded) == .badSignature(stranger))
        #expect(world.history.proposals[0].signed.isEmpty)
    }

    @Test("of two proposals of one number the one whose signatures come first is in force, and the other is over")
    func fork() throws {
        var world = AgreementWorld()
        let (one, other) = (wider(Agreed.founding()), wider(Agreed.founding(), name: "bank-e"))
        #expect(try world.propose(one) == nil)
        #expect(try world.propose(other) == nil)
        for author in ["member/bank-d", "member/bank-a", "operator/anna"] {
            #expect(try world.sign(one, by: author) == nil)
        }
        // Who signed one may sign the other.
        for author in ["member/bank-e", "member/bank-a", "operator/anna", "member/bank-b"] {
            #expect(try world.sign(other, by: author) == nil)
        }
        #expect(world.history.inForce.digest == other.digest && world.history.proposals.isEmpty)
        #expect(try world.sign(one, by: "member/bank-b") == .forked(2, inForce: other.digest))
        let third = wider(Agreed.founding(), name: "bank-f")
        #expect(try world.propose(third) == .forked(2, inForce: other.digest))
        #expect(try world.propose(other, by: "member/bank-a") == .alreadyProposed(2))
    }

    @Test("refuses versions that are over, that leave out a number, or that go on from another")
    func numbers() throws {
        var world = AgreementWorld()
        let first = Agreed.founding()
        let second = try world.agree { $0.members[0].budget = .unlimited }
        let third = try world.agree { $0.members[0].budget = .daily(3) }
        #expect(try world.sign(second, by: "member/bank-c") == .older(2, inForce: 3))
        #expect(try world.sign(first, by: "member/bank-c") == .older(1, inForce: 3))
        #expect(try world.propose(second, by: "member/bank-a") == .older(2, inForce: 3))
        var skipping = Agreed.next(third) { $0.members[0].budget = .daily(4) }
        skipping.version = 5
        #expect(try world.propose(skipping) == .skipped(5, due: 4))
        #expect(try world.sign(skipping, by: "member/bank-a") == .skipped(5, due: 4))
        skipping.version = 4
        skipping.previous = second.digest
        #expect(try world.propose(skipping) == .otherPrevious)
        #expect(try world.sign(skipping, by: "member/bank-a") == .unknownVersion(4))
        #expect(try world.propose(third.next) == .defect(.nothing))
        skipping.previous = third.digest
        #expect(try world.propose(skipping) == nil)
    }

    @Test("refuses a version that is none, at the reading of its record")
    func defects() throws {
        var world = AgreementWorld()
        let twice = Agreed.next(Agreed.founding()) { $0.members[0].identity = Agreed.identity(.coordinator) }
        #expect(throws: AgreementMistake.version(.sameIdentity(.coordinator, Agreed.author("member/bank-a")))) {
            try world.take(try AgreementWorld.record(.proposal(AgreementProposal(twice)), by: .coordinator))
        }
        let gone = Agreed.next(Agreed.founding()) { $0.members.removeLast() }
        #expect(try world.propose(gone) == .defect(.entry(Agreed.member("bank-c"))))
    }

    @Test("takes so many proposals of one author for one number, and again so many for the next")
    func flood() throws {
        var world = AgreementWorld()
        for round in 0..<2 {
            for number in 1...AgreementHistory.mostProposals {
                let next = Agreed.next(world.history.inForce.agreement) {
                    $0.members[0].budget = .daily(10_000 * (round + 1) + number)
                }
                #expect(try world.propose(next, by: "member/bank-a") == nil)
            }
            let one = Agreed.next(world.history.inForce.agreement) { $0.members[0].budget = .daily(7) }
            #expect(try world.propose(one, by: "member/bank-a") == .tooMany(Agreed.author("member/bank-a")))
            _ = try world.agree { $0.members[0].budget = .daily(8 + round) }
        }
    }

    @Test("who left has no say any more, and who joined has one")
    func membership() throws {
        var world = AgreementWorld()
        let member = Agreed.author("member/bank-a")
        let left = Agreed.next(Agreed.founding()) { $0.members[0].departure = Agreed.departure() }
        #expect(try world.propose(left, by: "member/bank-a") == nil)
        #expect(try world.sign(left, by: "member/bank-b") == .notAsked(Agreed.author("member/bank-b")))
        #expect(try world.sign(left, by: "member/bank-a") == nil)
        #expect(world.history.inForce.digest == left.digest && world.history.identity(of: member) == nil)
        let next = Agreed.next(left) { $0.members[1].budget = .unlimited }
        #expect(try world.propose(next, by: "member/bank-a") == .unknownAuthor(member))
        #expect(try world.propose(next, by: "member/bank-b") == nil)
        #expect(try world.sign(next, by: "member/bank-a") == .notAsked(member))
        let joined = try world.agree { $0.members.append(Agreed.entry("bank-d", joined: 20_000)) }
        #expect(try world.propose(Agreed.next(joined) { $0.approvals = 2 }, by: "member/bank-d") == nil)
    }

    @Test("goes by identities of key epochs, but for those that the agreement has given since")
    func identities() throws {
        var world = AgreementWorld()
        let (a, b) = (Agreed.author("member/bank-a"), Agreed.author("member/bank-b"))
        let newer = [a: Agreed.identity(a, copy: 1), b: Agreed.identity(b, copy: 1)]
        world.history.adopt(newer, agreement: world.history.inForce.digest)
        let next = wider(Agreed.founding())
        #expect(try world.propose(next, by: "member/bank-a") == .badSignature(a))
        #expect(try world.refusal(try AgreementWorld.record(.proposal(AgreementProposal(next)), by: a, copy: 1)) == nil)
        #expect(try world.sign(next, by: "member/bank-a") == .badSignature(a))
        #expect(try world.sign(next, by: "member/bank-a", copy: 1) == nil)
        for name in ["member/bank-c", "operator/anna", "member/bank-d"] {
            #expect(try world.sign(next, by: name) == nil)
        }
        #expect(world.history.inForce.digest == next.digest)
        // The identity of bank-a was stolen: the others give it another.
        let given = Agreed.next(next) { $0.members[0].identity = Agreed.identity(a, copy: 2) }
        #expect(try world.propose(given) == nil)
        #expect(try world.sign(given, by: "member/bank-a", copy: 1) == .badSignature(a))
        #expect(try world.sign(given, by: "member/bank-a", copy: 2) == nil)
        for name in ["member/bank-c", "member/bank-d", "operator/anna"] {
            #expect(try world.sign(given, by: name) == nil)
        }
        #expect(try world.sign(given, by: "member/bank-b", copy: 1) == nil)
        #expect(world.history.inForce.digest == given.digest)
        #expect(world.history.identity(of: a) == Agreed.identity(a, copy: 2))
        // An epoch that was ordered before knows nothing of it.
        world.history.adopt(newer, agreement: next.digest)
        #expect(world.history.identity(of: a) == Agreed.identity(a, copy: 2))
        #expect(world.history.identity(of: b) == Agreed.identity(b, copy: 1))
        world.history.adopt([a: Agreed.identity(a, copy: 3)], agreement: given.digest)
        #expect(world.history.identity(of: a) == Agreed.identity(a, copy: 3))
        let before = world.history
        world.history.adopt([a: Agreed.identity(a, copy: 4)], agreement: .zero)
        #expect(world.history == before)
    }
}
