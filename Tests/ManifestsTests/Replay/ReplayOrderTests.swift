import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("Orders to compute a decision again")
final class ReplayOrderTests {
    private let keys: [SyncAuthor: [UInt8]]
    private let terms: SyncTerms
    private let member = MemberID("bank-a")!
    private let auditor = HPKEPrivateKey()
    private static let operators = ["anna", "bert"].compactMap { OperatorID($0) }

    init() {
        let authors: [SyncAuthor] =
            [.coordinator, .member(MemberID("bank-a")!), .member(MemberID("bank-b")!)]
            + PartyID.allCases.map { .party($0) } + Self.operators.map { .operator($0) }
        let keys = Dictionary(uniqueKeysWithValues: authors.map { ($0, SigningKey().rawRepresentation!) })
        func key(_ author: SyncAuthor) -> VerifyingKey { SigningKey(bytes: keys[author]!)!.verifyingKey }
        self.keys = keys
        terms = SyncTerms(
            consortium: "c", coordinator: key(.coordinator),
            parties: Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, key(.party($0))) }),
            members: ["bank-a", "bank-b"].reduce(into: [:]) { $0[MemberID($1)!] = key(.member(MemberID($1)!)) },
            operators: Dictionary(uniqueKeysWithValues: Self.operators.map { ($0, key(.operator($0))) }), approvals: 2)
    }

    private func order(consortium: String = "c") -> ReplayOrder {
        ReplayOrder(
            consortium: consortium, member: member, partition: 1, offset: 44,
            event: EventID([UInt8](repeating: 5, count: 16))!, agreed: Digest32(of: [[1]]), model: Digest32(of: [[2]]),
            auditor: auditor.publicKey, expires: 1_900_000_000)
    }

    private func record(_ order: ReplayOrder, by authors: [SyncAuthor]) -> [UInt8] {
        var wire = WireReplayRecord()
        wire.order.body = .init(order.body)
        wire.order.signatures = authors.map { try! order.signature(by: $0, key: SigningKey(bytes: keys[$0]!)!) }
        return wire.encoded
    }

    private var all: [SyncAuthor] { [.coordinator, .member(member)] + Self.operators.map { .operator($0) } }

    private func answer(_ word: ReplayAnswer.Word, by party: PartyID, order: Digest32, key: SyncAuthor? = nil)
        -> [UInt8]
    {
        var wire = WireReplayRecord()
        wire.answer = try! ReplayAnswer(party: party, order: order, word: word).signed(
            consortium: "c", key: SigningKey(bytes: keys[key ?? .party(party)]!)!)
        return wire.encoded
    }

    @Test("one counts with the signatures of coordinator, member and enough operators, once")
    func counts() throws {
        var history = ReplayHistory(terms)
        let record = record(order(), by: all)
        try history.apply(record, time: 5)
        try history.apply(record, time: 5)
        #expect(history.jobs.count == 1 && history.jobs[0].order == order() && history.jobs[0].isOpen)
        #expect(history.job(order().digest) != nil && history.job(.zero) == nil)
    }

    @Test(
        "one that lacks a signature, has one twice or of the wrong person, or of another consortium is refused by name")
    func refused() throws {
        var history = ReplayHistory(terms)
        func refusal(_ record: [UInt8]) -> ReplayRefusal? {
            do throws(ReplayRefusal) {
                try history.apply(record, time: 5)
                return nil
            } catch { return error }
        }
        let (anna, bert) = (SyncAuthor.operator(Self.operators[0]), SyncAuthor.operator(Self.operators[1]))
        #expect(refusal(record(order(), by: [.member(member), anna, bert])) == .notSigned(.coordinator))
        #expect(refusal(record(order(), by: [.coordinator, anna, bert])) == .notSigned(.member(member)))
        #expect(
            refusal(record(order(), by: [.coordinator, .member(MemberID("bank-b")!), anna, bert]))
                == .notSigned(.member(member)))
        #expect(refusal(record(order(), by: [.coordinator, .member(member), anna])) == .approvals(1, least: 2))
        #expect(refusal(record(order(), by: [.coordinator, .member(member), anna, anna])) == .approvals(1, least: 2))
        #expect(refusal(record(order(consortium: "d"), by: all)) == .otherConsortium)
        var stranger = order()
        stranger.member = MemberID("bank-z")!
        #expect(refusal(record(stranger, by: [.coordinator, anna, bert])) == .unknownMember)
        // Signatures of an order are of no other.
        var moved = order()
        moved.offset += 1
        var wire = WireReplayRecord(decoding: record(order(), by: all))!
        wire.order.body = .init(moved.body)
        #expect(refusal(wire.encoded) == .notSigned(.coordinator))
        #expect(refusal([1, 2, 3]) == .malformed && refusal([]) == .malformed)
        wire.order.body = .init(order().body.dropLast())
        #expect(refusal(wire.encoded) == .malformed)
        #expect(history.jobs.isEmpty)
    }

    @Test("one counts by the terms of when it came: the agreement has to name what it opens, and whoever signs")
    func ofTheirTime() throws {
        var (closed, later) = (terms, terms)
        closed.opened = [.histograms, .trainings]
        later.members[member] = nil
        var history = ReplayHistory(terms)
        history.adopt([.init(from: 10, terms: closed), .init(from: 20, terms: later)])
        let record = record(order(), by: all)
        #expect(throws: ReplayRefusal.notAgreed) { try history.apply(record, time: 10) }
        #expect(throws: ReplayRefusal.notAgreed) { try history.apply(record, time: 19) }
        #expect(throws: ReplayRefusal.unknownMember) { try history.apply(record, time: 20) }
        #expect(history.jobs.isEmpty)
        try history.apply(record, time: 9)
        #expect(history.jobs.count == 1)
    }

    @Test("answers are the party's own, of an order that there is, and the first counts; a refusal ends it")
    func answers() throws {
        var history = ReplayHistory(terms)
        try history.apply(record(order(), by: all), time: 5)
        let digest = order().digest
        let share = try ReplayAnswer(party: .one, to: order(), share: [1, 2], ringBits: 16, steps: 0)
        #expect(throws: ReplayRefusal.notSigned(.party(.one))) {
            try history.apply(answer(share.word, by: .one, order: digest, key: .party(.two)), time: 5)
        }
        #expect(throws: ReplayRefusal.malformed) {
            try history.apply(answer(share.word, by: .one, order: .zero), time: 5)
        }
        try history.apply(answer(share.word, by: .one, order: digest), time: 5)
        try history.apply(answer(.refused(.rowsGone), by: .one, order: digest), time: 5)
        #expect(history.job(digest)?.answers == [.one: share.word])
        #expect(history.job(digest)?.isOpen == true && history.job(digest)?.isRefused == false)
        try history.apply(answer(.refused(.modelGone), by: .zero, order: digest), time: 5)
        #expect(history.job(digest)?.isOpen == false && history.job(digest)?.isRefused == true)
    }

    @Test("a share opens for the auditor of its order alone, as its party's alone")
    func shares() throws {
        let answer = try ReplayAnswer(party: .two, to: order(), share: [7, 8], ringBits: 16, steps: 0)
        #expect(try answer.open(auditor) == [7, 8])
        #expect(throws: HPKEError.notAuthentic) { try answer.open(HPKEPrivateKey()) }
        var other = order()
        other.offset += 1
        for moved in [
            ReplayAnswer(party: .one, order: order().digest, word: answer.word),
            ReplayAnswer(party: .two, order: other.digest, word: answer.word),
        ] {
            #expect(throws: HPKEError.notAuthentic) { try moved.open(auditor) }
        }
        #expect(try ReplayAnswer(party: .two, order: .zero, word: .refused(.expired)).open(auditor) == nil)
        #expect(ReplayCode.allCases.allSatisfy { !"\($0)".isEmpty && ReplayCode(rawValue: $0.rawValue) == $0 })
    }
}
