import EventLogs
import Foundation
import Records
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

@Suite("What a member takes for a party's answer")
struct AnswerTests {
    let world: TokenWorld

    init() throws { world = try TokenWorld() }

    private func fault(_ value: [UInt8], topic: MemberID = bankA) throws -> RecordFault? {
        let sessions = try world.sessions(topic)
        do throws(RecordFault) {
            _ = try UnverifiedEvaluatedBatch(reading: value, from: topic).verified(by: sessions)
            return nil
        } catch { return error }
    }

    @Test("only the party itself, of this session, to this member")
    func authentic() throws {
        let good = try world.rawAnswer(.one) { $0.refusal = "malformed" }
        #expect(try fault(good) == nil)
        var changed = good
        changed[good.count / 2] ^= 1
        #expect(try fault(changed) == .notAuthentic)
        #expect(try fault(world.rawAnswer(.one, tagParty: .zero) { _ in }) == .notAuthentic)
        #expect(try fault(world.rawAnswer(.one, member: bankB) { $0.member = "bank-a" }) == .notAuthentic)
        #expect(try fault(good, topic: bankB) == .misdirected)
        #expect(try fault(world.rawAnswer(.one) { $0.party = 3 }) == .misdirected)
        #expect(try fault(world.rawAnswer(.one) { $0.sessionEpoch = 2 }) == .unknownSession)
        #expect(try fault(world.rawAnswer(.one) { $0.schema = 2 }) == .unreadable)
        #expect(try fault(world.rawAnswer(.one) { $0.batchID = Data([1]) }) == .unreadable)
        #expect(try fault([UInt8](repeating: 0, count: 60_000)) == .oversized)
    }

    @Test("what a party says by a code, a member reads; what no party may say is malformed")
    func codes() throws {
        let readable: [TokenError] = [
            .malformed, .pointNotOnCurve, .pointIsIdentity, .coordinateNotCanonical, .wrongBatchSize, .unknownMember,
            .requestExpired, .unknownKind, .staleEpoch(current: TokenEpoch(7)), .rateExhausted(until: 1234),
        ]
        let sessions = try world.sessions(bankA)
        func answer(_ code: String) throws -> PartyAnswer {
            let value = try world.rawAnswer(.two) {
                $0.refusal = code
                $0.tokenEpoch = 7
                $0.retryAt = 1234
            }
            return try UnverifiedEvaluatedBatch(reading: value, from: bankA).verified(by: sessions).answer
        }
        for error in readable { #expect(try answer(error.code) == .failure(.two, error)) }
        #expect(try answer("proof_invalid") == .failure(.two, .malformed))
        #expect(try answer("no such code") == .failure(.two, .malformed))
    }

    @Test("an authentic answer that is none is its party's fault")
    func faulty() throws {
        let metrics = Metrics()
        let client = try world.client(metrics: metrics)
        let call = try client.call(for: cards(1), deadline: world.clock.now + .seconds(1))
        let value = try #require(try world.records(Topics.blinded(bankA)).first?.value)
        let batch = try #require(WireBlindedBatch(decoding: value))
        let id = try #require(WireBlindedBody(decoding: Array(batch.body))).batchID
        // Answers another request under this one's name.
        let other = try world.rawAnswer(.zero) {
            $0.batchID = id
            $0.requestDigest = Data(repeating: 0, count: 32)
            $0.refusal = "rate_exhausted"
        }
        let broken = try world.rawAnswer(.one) {
            $0.batchID = id
            $0.requestDigest = requestDigest(value)
            $0.elements = Data([UInt8](repeating: 0, count: 33))
            $0.proof = Data([UInt8](repeating: 0, count: 64))
        }
        // The first counts, so the second of party 0 is dropped.
        try world.append([other, other, broken], to: Topics.evaluations(bankA))
        let results = try #require(try client.results(of: call, until: world.clock.now))
        #expect(results.faults == [.zero: .malformed, .one: .pointIsIdentity])
        #expect(throws: TokenFailure.impossible(faults: results.faults)) { try results.tokens() }
        #expect(
            metrics.value(
                "cordon_token_refusals_total", .init("party", "party-1"), .init("reason", "point_is_identity"))
                == 1)
        #expect(metrics.value("cordon_token_records_dropped_total", .init("reason", "repeated")) == 1)
    }
}
