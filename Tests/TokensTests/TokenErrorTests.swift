import Foundation
import Records
import Support
import Testing
import Tokens

@Suite("What the token protocol says of refusals")
struct TokenErrorTests {
    static let codes: [(error: TokenError, code: String)] = [
        (.malformed, "malformed"), (.pointNotOnCurve, "point_not_on_curve"), (.pointIsIdentity, "point_is_identity"),
        (.coordinateNotCanonical, "coordinate_not_canonical"), (.scalarOutOfRange, "scalar_out_of_range"),
        (.scalarIsZero, "scalar_is_zero"), (.wrongBatchSize, "wrong_batch_size"), (.tooFewParties, "too_few_parties"),
        (.proofInvalid(.one), "proof_invalid"), (.dealingInvalid(.two), "dealing_invalid"),
        (.contributionInvalid(.zero), "contribution_invalid"), (.keyInconsistent, "key_inconsistent"),
        (.staleEpoch(current: .first), "stale_epoch"), (.rateExhausted(until: 5), "rate_exhausted"),
        (.unknownMember, "unknown_member"), (.unexpectedAnswer(.one), "unexpected_answer"),
        (.requestExpired, "request_expired"), (.unknownKind, "unknown_kind"),
    ]

    @Test("each error has its published code, and docs/TOKENS.md has it among its codes", arguments: codes)
    func published(error: TokenError, code: String) throws {
        #expect(error.code == code)
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/TOKENS.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("Codes") })
        #expect(section.contains("`\(code)`"))
    }

    @Test("the code is the same whoever is named, and errors that name others are not equal")
    func parties() {
        for (first, second) in [
            (TokenError.proofInvalid(.zero), TokenError.proofInvalid(.one)),
            (.dealingInvalid(.zero), .dealingInvalid(.two)), (.contributionInvalid(.one), .contributionInvalid(.two)),
            (.unexpectedAnswer(.zero), .unexpectedAnswer(.one)),
            (.staleEpoch(current: .first), .staleEpoch(current: TokenEpoch(2))),
            (.rateExhausted(until: 1), .rateExhausted(until: 2)),
        ] {
            #expect(first.code == second.code && first != second)
        }
    }

    @Test("coordinates of a token are read as its 33 bytes are, and bytes of neither kind are refused")
    func tokens() throws {
        let token = try Consortium(seed: 80).tokens([[1, 2, 3]])[0]
        #expect(try EntityToken(coordinates: token.coordinates) == token)
        #expect(try EntityToken(coordinates: token.coordinates).bytes == token.bytes)
        #expect(token.coordinates.prefix(32) == token.bytes.dropFirst())
        for count in 0...70 {
            let bytes = Array((token.coordinates + token.bytes).prefix(count))
            let compressed = refusal { () throws(TokenError) in _ = try EntityToken(bytes: bytes) }
            let whole = refusal { () throws(TokenError) in _ = try EntityToken(coordinates: bytes) }
            #expect(compressed != nil)
            #expect(whole == (count == 64 ? nil : .malformed))
        }
        let zeros = [UInt8](repeating: 0, count: 64)
        #expect(throws: TokenError.pointNotOnCurve) { try EntityToken(coordinates: zeros) }
        #expect(throws: TokenError.coordinateNotCanonical) {
            try EntityToken(coordinates: [UInt8](repeating: 255, count: 64))
        }
    }

    @Test("kept levels take the place of all that was counted, and strangers' are left out")
    func levels() throws {
        let consortium = try Consortium(seed: 81)
        let known = try #require(MemberID("bank-a"))
        let other = try #require(MemberID("bank-b"))
        let stranger = try #require(MemberID("bank-z"))
        let share = try TokenKeyShare(party: .zero, secret: copied(consortium.zero), publicKey: consortium.publicKey)
        let limit = RateLimit(elementsPerSecond: 10, burst: 1024)
        var evaluator = TokenEvaluator(
            share: share, context: consortium.context, limits: [known: limit, other: limit])
        #expect(evaluator.isMember(known) && evaluator.isMember(other) && !evaluator.isMember(stranger))
        #expect(evaluator.level(of: known) == nil && evaluator.level(of: stranger) == nil)
        var generator = SplitMix64(82)
        let request = TokenRequest(epoch: .first, blinded: [.generator, .generator])
        _ = try evaluator.evaluate(request, of: known, at: 7, using: &generator)
        #expect(evaluator.level(of: known) == RateLevel(thousandths: 1_022_000, time: 7))
        let kept = RateLevel(thousandths: 1999, time: 100)
        evaluator.restore([other: kept, stranger: kept])
        #expect(evaluator.level(of: other) == kept)
        #expect(evaluator.level(of: known) == nil && evaluator.level(of: stranger) == nil)
        #expect(throws: TokenError.rateExhausted(until: 101)) {
            try evaluator.evaluate(request, of: other, at: 100, using: &generator)
        }
        #expect(throws: TokenError.unknownMember) {
            try evaluator.evaluate(request, of: stranger, at: 100, using: &generator)
        }
    }

    @Test("of several faults of a request the first is told: member, count, rate, epoch")
    func order() throws {
        let consortium = try Consortium(seed: 83)
        let known = try #require(MemberID("bank-a"))
        let stranger = try #require(MemberID("bank-z"))
        let share = try TokenKeyShare(party: .one, secret: copied(consortium.one), publicKey: consortium.publicKey)
        var evaluator = TokenEvaluator(
            share: share, context: consortium.context,
            limits: [known: RateLimit(elementsPerSecond: 1, burst: 1024)])
        evaluator.restore([known: RateLevel(thousandths: 0, time: 0)])
        var generator = SplitMix64(84)
        let (none, one) = ([GroupElement](), [GroupElement.generator])
        for (member, epoch, blinded, error) in [
            (stranger, UInt64(9), none, TokenError.unknownMember), (stranger, 1, one, .unknownMember),
            (known, 9, none, .wrongBatchSize), (known, 1, none, .wrongBatchSize),
            (known, 9, one, .rateExhausted(until: 1000)), (known, 1, one, .rateExhausted(until: 1000)),
        ] {
            #expect(throws: error) {
                let request = TokenRequest(epoch: TokenEpoch(epoch), blinded: blinded)
                _ = try evaluator.evaluate(request, of: member, at: 0, using: &generator)
            }
            #expect(evaluator.level(of: known) == RateLevel(thousandths: 0, time: 0))
        }
        // What the rate allows is charged, whatever its epoch.
        for epoch in [UInt64(9), 0] {
            evaluator.restore([known: RateLevel(thousandths: 1000, time: 0)])
            #expect(throws: TokenError.staleEpoch(current: .first)) {
                let request = TokenRequest(epoch: TokenEpoch(epoch), blinded: one)
                _ = try evaluator.evaluate(request, of: known, at: 0, using: &generator)
            }
            #expect(evaluator.level(of: known) == RateLevel(thousandths: 0, time: 0))
        }
    }
}
