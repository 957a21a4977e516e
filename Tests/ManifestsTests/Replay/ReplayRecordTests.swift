import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

/// Records of decisions that are computed again, field by field, and in any order.
@Suite("Records of decisions that are computed again")
struct ReplayRecordTests {
    private let terms = SyncKeys.terms(approvals: 2)

    private func order(_ offset: Int64 = 44) -> ReplayOrder { ReplaySamples.order(offset) }

    private func record(_ order: ReplayOrder) -> [UInt8] { ReplaySamples.record(order) }

    @Test("a body is read in exactly the form that is signed, with each field as it may be")
    func body() throws {
        for (offset, partition, expires) in [(0, 0, 0), (44, 7, -1), (.max, 70_000, .max)] as [(Int64, Int, Int64)] {
            var order = order(offset)
            (order.partition, order.expires) = (partition, expires)
            #expect(ReplayOrder(body: order.body) == order)
        }
        let sound = try #require(WireReplayOrderBody(decoding: order().body))
        for change in [
            { $0.schema = 0 }, { $0.schema = 2 }, { $0.member = "" }, { $0.member = "Bank A" }, { $0.offset = -1 },
            { $0.eventID = Data() }, { $0.eventID = Data(count: 17) }, { $0.agreedDigest = Data(count: 31) },
            { $0.modelDigest = Data() }, { $0.auditor = Data() }, { $0.auditor = Data(count: 5) },
        ] as [(inout WireReplayOrderBody) -> Void] {
            var body = sound
            change(&body)
            #expect(ReplayOrder(body: body.encoded) == nil)
        }
        // Another encoding of the same message is none, else one order had two digests.
        #expect(ReplayOrder(body: order().body + [0xF8, 0x07, 0x01]) == nil && ReplayOrder(body: []) == nil)
        for count in order().body.indices {
            // What is cut behind a field is another order, with another digest.
            #expect(ReplayOrder(body: Array(order().body.prefix(count)))?.digest != order().digest)
        }
    }

    @Test("any byte of a signed order changed leaves no order that counts, or the same one")
    func damaged() throws {
        let sound = record(order())
        for at in sound.indices {
            var changed = sound
            changed[at] ^= 0x11
            var history = ReplayHistory(terms)
            guard (try? history.apply(changed, time: 5)) != nil else { continue }
            // A change in what nobody reads, such as a signature that is not needed, is none.
            #expect(history.jobs.map(\.order) == [order()], "byte \(at)")
        }
    }

    @Test("an answer is read with each field as it may be, and refused where one says what none may")
    func answers() throws {
        func read(_ change: (inout WireReplayAnswerBody) -> Void, by author: SyncAuthor = .party(.one)) throws
            -> ReplayAnswer
        {
            let answer = ReplayAnswer(
                party: .one, order: order().digest,
                word: .share(encapsulated: [1], ciphertext: [2, 3], ringBits: 32, steps: 5))
            let key = SyncKeys.key(author)
            var wire = try answer.signed(consortium: "demo", key: key)
            var body = try #require(WireReplayAnswerBody(decoding: Array(wire.body)))
            change(&body)
            wire.body = Data(body.encoded)
            wire.signature = Data(try key.sign(body.encoded, context: "cordon/replay/answer/v1"))
            return try ReplayAnswer(verifying: wire, terms: terms)
        }
        #expect(
            try read { _ in }.word == .share(encapsulated: [1], ciphertext: [2, 3], ringBits: 32, steps: 5),
            "it is signed as the party does")
        for code in ReplayCode.allCases {
            #expect(try read { $0.refusal = code.rawValue }.word == .refused(code))
        }
        for (refusal, change) in [
            (.malformed, { $0.schema = 2 }), (.malformed, { $0.party = 3 }), (.malformed, { $0.orderDigest = Data() }),
            (.malformed, { $0.refusal = "tired" }), (.otherConsortium, { $0.consortium = "d" }),
            (.notSigned(.party(.two)), { $0.party = 2 }),
        ] as [(ReplayRefusal, (inout WireReplayAnswerBody) -> Void)] {
            #expect(throws: refusal) { try read(change) }
        }
        #expect(throws: ReplayRefusal.notSigned(.party(.one))) { try read({ _ in }, by: .coordinator) }
    }

    @Test(
        "records in any order, some of them twice, come to the first answers of each order's parties",
        arguments: 0..<5 as Range<UInt64>)
    func fold(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let orders = (0..<4).map { order(Int64($0)) }
        var history = ReplayHistory(terms)
        // What a reader of plain lists knows.
        var seen: [Digest32] = []
        var answers: [Digest32: [PartyID: ReplayAnswer.Word]] = [:]
        for _ in 0..<150 {
            let order = orders[Int(random.next() % 4)]
            if random.next() % 4 == 0 {
                try history.apply(record(order), time: 5)
                if !seen.contains(order.digest) { seen.append(order.digest) }
            } else {
                let party = PartyID.allCases[Int(random.next() % 3)]
                let word: ReplayAnswer.Word =
                    random.next() % 6 == 0
                    ? .refused(ReplayCode.allCases[Int(random.next() % 5)])
                    : .share(encapsulated: random.bytes(2), ciphertext: random.bytes(2), ringBits: 16, steps: 0)
                let record = ReplaySamples.record(word, by: party, to: order.digest)
                if seen.contains(order.digest) {
                    try history.apply(record, time: 5)
                    if answers[order.digest]?[party] == nil { answers[order.digest, default: [:]][party] = word }
                } else {
                    #expect(throws: ReplayRefusal.malformed) { try history.apply(record, time: 5) }
                }
            }
            #expect(history.jobs.map(\.digest) == seen)
            for job in history.jobs {
                let said = answers[job.digest] ?? [:]
                #expect(job.answers == said && history.job(job.digest)?.answers == said)
                let isRefused = said.values.contains { if case .refused = $0 { true } else { false } }
                #expect(job.isRefused == isRefused && job.isOpen == (said.count < 3 && !isRefused))
            }
        }
    }

    @Test("each field of an order is part of its digest, so that an answer is to one order")
    func digests() throws {
        let sound = order()
        var orders = [sound]
        for change in [
            { $0.consortium = "d" }, { $0.member = MemberID("bank-b")! }, { $0.partition = 2 }, { $0.offset = 45 },
            { $0.event = EventID([UInt8](repeating: 6, count: 16))! }, { $0.agreed = Digest32(of: [[3]]) },
            { $0.model = Digest32(of: [[3]]) }, { $0.auditor = HPKEPrivateKey().publicKey }, { $0.expires += 1 },
        ] as [(inout ReplayOrder) -> Void] {
            var other = sound
            change(&other)
            orders.append(other)
            // Signatures on one are none on the other.
            var wire = WireReplayRecord()
            let signed = try #require(WireReplayRecord(decoding: record(sound)))
            wire.order.signatures = signed.order.signatures
            wire.order.body = .init(other.body)
            var history = ReplayHistory(terms)
            #expect(throws: ReplayRefusal.self) { try history.apply(wire.encoded, time: 5) }
        }
        #expect(Set(orders.map(\.digest)).count == orders.count)
    }
}
