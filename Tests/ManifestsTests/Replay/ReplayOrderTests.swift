import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("Orders to compute a decision again")
struct ReplayOrderTests {
    private let terms = SyncKeys.terms(approvals: 2)
    private let member = ReplaySamples.member
    private let all = ReplaySamples.signers

    private func order(_ offset: Int64 = 44) -> ReplayOrder { ReplaySamples.order(offset) }

    private func record(_ order: ReplayOrder, by authors: [SyncAuthor]) -> [UInt8] {
        ReplaySamples.record(order, by: authors)
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
        let (anna, bernd) = (ReplaySamples.operators[0], ReplaySamples.operators[1])
        #expect(refusal(record(order(), by: [.member(member), anna, bernd])) == .notSigned(.coordinator))
        #expect(refusal(record(order(), by: [.coordinator, anna, bernd])) == .notSigned(.member(member)))
        #expect(
            refusal(record(order(), by: [.coordinator, .member(MemberID("bank-b")!), anna, bernd]))
                == .notSigned(.member(member)))
        #expect(refusal(record(order(), by: [.coordinator, .member(member), anna])) == .approvals(1, least: 2))
        #expect(refusal(record(order(), by: [.coordinator, .member(member), anna, anna])) == .approvals(1, least: 2))
        #expect(refusal(record(ReplaySamples.order(consortium: "d"), by: all)) == .otherConsortium)
        var stranger = order()
        stranger.member = MemberID("bank-z")!
        #expect(refusal(record(stranger, by: [.coordinator, anna, bernd])) == .unknownMember)
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
            try history.apply(ReplaySamples.record(share.word, by: .one, to: digest, key: .party(.two)), time: 5)
        }
        #expect(throws: ReplayRefusal.malformed) {
            try history.apply(ReplaySamples.record(share.word, by: .one, to: .zero), time: 5)
        }
        try history.apply(ReplaySamples.record(share.word, by: .one, to: digest), time: 5)
        try history.apply(ReplaySamples.record(.refused(.rowsGone), by: .one, to: digest), time: 5)
        #expect(history.job(digest)?.answers == [.one: share.word])
        #expect(history.job(digest)?.isOpen == true && history.job(digest)?.isRefused == false)
        try history.apply(ReplaySamples.record(.refused(.modelGone), by: .zero, to: digest), time: 5)
        #expect(history.job(digest)?.isOpen == false && history.job(digest)?.isRefused == true)
    }

    @Test("a share opens for its order's auditor, in its order and party alone, and a refusal holds none")
    func shares() throws {
        for party in PartyID.allCases {
            let answer = try ReplayAnswer(party: party, to: order(), share: [9, 8, 7], ringBits: 32, steps: 3)
            #expect(try answer.open(ReplaySamples.auditor) == [9, 8, 7] && answer.order == order().digest)
            #expect(throws: HPKEError.notAuthentic) { try answer.open(HPKEPrivateKey()) }
            for other in [
                ReplayAnswer(party: party.next, order: answer.order, word: answer.word),
                ReplayAnswer(party: party, order: order(45).digest, word: answer.word),
            ] {
                #expect(throws: HPKEError.notAuthentic) { try other.open(ReplaySamples.auditor) }
            }
            let refused = ReplayAnswer(party: party, order: order().digest, word: .refused(.expired))
            #expect(try refused.open(ReplaySamples.auditor) == nil)
        }
    }

    @Test("each code of a refusal is said, and read as itself")
    func codes() {
        #expect(ReplayCode.allCases.allSatisfy { !"\($0)".isEmpty && ReplayCode(rawValue: $0.rawValue) == $0 })
    }
}
