import Foundation
import Keys
import Records
import Support
import Testing
import TokenService
import Tokens

@Suite("A party's answer as a record")
struct EvaluatedBatchTests {
    private let sessions: AgreedSessions
    private let key: SharedKey
    private let context = TokenContext(consortium: Array("test".utf8), epoch: TokenEpoch(1))

    init() throws {
        sessions = try AgreedSessions()
        key = try SharedKey(seed: 5)
    }

    /// What a member asked, as a party reads it, and what it asked with.
    private func batch(_ count: Int, seed: UInt64 = 3) throws -> BlindedBatch {
        var generator = SplitMix64(seed)
        let request = TokenRequest(epoch: TokenEpoch(1), blinded: try elements(count, using: &generator))
        let id = TokenBatchID(time: 1_735_689_600_000, using: &generator)
        let (value, _) = try BlindedBatch.record(
            request, id: id, sessions: sessions.member, consortium: context.consortium)
        return try UnverifiedBlindedBatch(reading: value, from: bankA).verified(
            by: TokenWorld.identity(bankA).verifyingKey, in: context.consortium)
    }

    private func evaluation(of batch: BlindedBatch, by party: PartyID) throws -> PartialEvaluation {
        var generator = SplitMix64(9)
        return try key.share(party).evaluate(batch.request().blinded, in: context, using: &generator)
    }

    private func record(
        _ result: Result<PartialEvaluation, TokenError>, to batch: BlindedBatch, by party: PartyID, epoch: UInt64 = 1
    ) throws -> [UInt8] {
        EvaluatedBatch.record(result, to: batch, epoch: TokenEpoch(epoch), session: try sessions.party(party))
    }

    private func read(_ value: [UInt8]) throws -> EvaluatedBatch {
        try UnverifiedEvaluatedBatch(reading: value, from: bankA).verified(by: sessions.member)
    }

    @Test("an evaluation comes back as it was made", arguments: PartyID.allCases, [1, 5])
    func evaluated(party: PartyID, count: Int) throws {
        let batch = try batch(count)
        let made = try evaluation(of: batch, by: party)
        let answer = try read(record(.success(made), to: batch, by: party))
        #expect(answer.party == party && answer.id == batch.id && answer.requestDigest == batch.digest)
        guard case .evaluation(let found) = answer.answer else {
            Issue.record("no evaluation")
            return
        }
        #expect(found.party == party && found.epoch == TokenEpoch(1))
        #expect(found.elements.map(\.compressed) == made.elements.map(\.compressed))
        #expect(found.proof.bytes == made.proof.bytes)
    }

    /// Codes that a party may say, with what they come back as from a party whose own epoch is the seventh.
    private static let said: [(error: TokenError, read: TokenError)] = [
        (.malformed, .malformed), (.pointNotOnCurve, .pointNotOnCurve), (.pointIsIdentity, .pointIsIdentity),
        (.coordinateNotCanonical, .coordinateNotCanonical), (.wrongBatchSize, .wrongBatchSize),
        (.unknownMember, .unknownMember), (.requestExpired, .requestExpired), (.unknownKind, .unknownKind),
        (.staleEpoch(current: TokenEpoch(7)), .staleEpoch(current: TokenEpoch(7))),
        // The epoch is the party's own, whatever the error says.
        (.staleEpoch(current: TokenEpoch(9)), .staleEpoch(current: TokenEpoch(7))),
        (.rateExhausted(until: 0), .rateExhausted(until: 0)),
        (.rateExhausted(until: .max), .rateExhausted(until: .max)),
        (.rateExhausted(until: -1), .rateExhausted(until: -1)),
        // What no party has business to say.
        (.tooFewParties, .malformed), (.proofInvalid(.one), .malformed), (.dealingInvalid(.two), .malformed),
        (.keyInconsistent, .malformed), (.scalarIsZero, .malformed), (.unexpectedAnswer(.zero), .malformed),
    ]

    @Test("a refusal comes back by its code, with the time or epoch that goes with it", arguments: said)
    func refused(error: TokenError, read expected: TokenError) throws {
        let batch = try batch(1)
        let answer = try read(record(.failure(error), to: batch, by: .one, epoch: 7))
        #expect(answer.answer == .failure(.one, expected) && answer.requestDigest == batch.digest)
    }

    @Test("that is cut off anywhere is taken from nobody", arguments: [true, false])
    func truncated(isRefusal: Bool) throws {
        let batch = try batch(2)
        let result: Result<PartialEvaluation, TokenError> =
            isRefusal ? .failure(.rateExhausted(until: 5)) : .success(try evaluation(of: batch, by: .two))
        let value = try record(result, to: batch, by: .two)
        for count in 0..<value.count {
            #expect(throws: RecordFault.self, "after \(count) bytes") { try read(Array(value.prefix(count))) }
        }
        _ = try read(value)
    }

    @Test("with a bit changed anywhere is taken from nobody")
    func changed() throws {
        let batch = try batch(1)
        let value = try record(.success(evaluation(of: batch, by: .zero)), to: batch, by: .zero)
        for at in value.indices {
            var changed = value
            changed[at] ^= UInt8(1 << (at % 8))
            #expect(throws: RecordFault.self, "byte \(at)") { try read(changed) }
        }
    }

    /// A true answer's body, changed and tagged again by the party itself.
    private func answer(_ change: (inout WireEvaluatedBody) -> Void) throws -> PartyAnswer {
        let batch = try batch(2)
        let value = try record(.success(evaluation(of: batch, by: .one)), to: batch, by: .one)
        let record = try #require(WireEvaluatedBatch(decoding: value))
        var body = try #require(WireEvaluatedBody(decoding: Array(record.body)))
        change(&body)
        return try read(sessions.answer(body.encoded, of: .one).encoded).answer
    }

    @Test("whose elements or proof can't be read is a failure of its party")
    func unreadable() throws {
        let point = GroupElement.generator.compressed
        #expect(try answer { $0.elements = Data() } == .failure(.one, .wrongBatchSize))
        #expect(try answer { $0.elements.removeLast() } == .failure(.one, .malformed))
        #expect(try answer { $0.elements += [0] } == .failure(.one, .malformed))
        #expect(
            try answer { $0.elements = Data(point + [UInt8](repeating: 0, count: 33)) }
                == .failure(.one, .pointIsIdentity))
        #expect(try answer { $0.elements = Data((0..<1025).flatMap { _ in point }) } == .failure(.one, .wrongBatchSize))
        let whole = try #require(
            { () -> EqualityProof? in
                if case .evaluation(let evaluation) = try answer({ _ in }) { evaluation.proof } else { nil }
            }())
        for count in 0..<whole.bytes.count {
            #expect(try answer { $0.proof = Data(whole.bytes.prefix(count)) } == .failure(.one, .malformed))
        }
        #expect(try answer { $0.proof += [0] } == .failure(.one, .malformed))
        // Scalars of all ones are above the group's order.
        #expect(
            try answer { $0.proof = Data(repeating: 0xFF, count: whole.bytes.count) }
                == .failure(.one, .scalarOutOfRange))
        // A refusal counts, whatever stands beside it.
        #expect(try answer { $0.refusal = "unknown_kind" } == .failure(.one, .unknownKind))
    }

    @Test("of another session's epoch is of an unknown session, and one for another member misdirected")
    func directions() throws {
        let batch = try batch(1)
        let value = try record(.failure(.malformed), to: batch, by: .one)
        let later = try AgreedSessions(epoch: 2).member
        #expect(throws: RecordFault.unknownSession) {
            try UnverifiedEvaluatedBatch(reading: value, from: bankA).verified(by: later)
        }
        let stranger = try AgreedSessions().member
        #expect(throws: RecordFault.notAuthentic) {
            try UnverifiedEvaluatedBatch(reading: value, from: bankA).verified(by: stranger)
        }
        #expect(throws: RecordFault.misdirected) { try UnverifiedEvaluatedBatch(reading: value, from: bankB) }
    }
}
