import Records
import Support
import Testing
import Tokens

private let bankA = MemberID("bank-a")!
private let bankB = MemberID("bank-b")!
private let bankC = MemberID("bank-c")!

@Suite("A member's requests and a party's answers")
struct ProtocolTests {
    let consortium: Consortium
    let identifiers: [Identifier]
    static let limit = RateLimit(elementsPerSecond: 10, burst: 1024)

    init() throws {
        consortium = try Consortium(seed: 40)
        identifiers = try ["4111111111111111", "5555555555554444"].map { try IdentifierRules().identifier(.card, $0) }
    }

    private func batch(seed: UInt64 = 41) throws -> TokenRequestBatch {
        var generator = SplitMix64(seed)
        return try TokenRequestBatch(
            identifiers, key: consortium.publicKey, context: consortium.context, using: &generator)
    }

    private func evaluator(epoch: UInt64 = 1) throws -> TokenEvaluator {
        let share = try TokenKeyShare(
            party: .zero, secret: copied(consortium.zero), publicKey: consortium.publicKey)
        return TokenEvaluator(
            share: share, context: TokenContext(consortium: consortium.context.consortium, epoch: TokenEpoch(epoch)),
            limits: [bankA: Self.limit, bankB: Self.limit])
    }

    private func answer(_ party: PartyID, _ request: TokenRequest) throws -> PartyAnswer {
        .evaluation(try consortium.answer(party, request.blinded))
    }

    @Test("a batch waits for two parties and then has the tokens, whichever they are", arguments: pairs)
    func twoAnswers(parties: [PartyID]) throws {
        let expected = try consortium.tokens(identifiers.map(\.hashInput))
        var batch = try batch()
        #expect(try batch.receive(answer(parties[0], batch.request)) == .waiting)
        #expect(try batch.receive(answer(parties[1], batch.request)) == .tokens(expected))
        #expect(batch.faults.isEmpty)
        // What comes late changes nothing.
        #expect(try batch.receive(answer(parties[0], batch.request)) == .tokens(expected))
        #expect(batch.progress == .tokens(expected))
    }

    @Test("a party that is down or lies is named, and the other two do", arguments: PartyID.allCases)
    func oneFails(party: PartyID) throws {
        let expected = try consortium.tokens(identifiers.map(\.hashInput))
        let stranger = try Consortium(seed: 42)
        let others = PartyID.allCases.filter { $0 != party }
        for isDown in [true, false] {
            var batch = try batch()
            let bad: PartyAnswer =
                isDown
                ? .failure(party, .tooFewParties) : .evaluation(try stranger.answer(party, batch.request.blinded))
            #expect(try batch.receive(answer(others[0], batch.request)) == .waiting)
            #expect(try batch.receive(bad) == .waiting)
            #expect(try batch.receive(answer(others[1], batch.request)) == .tokens(expected))
            #expect(batch.faults == [party: isDown ? .tooFewParties : .proofInvalid(party)])
        }
    }

    @Test("two parties that fail end a batch; a second answer of one is refused")
    func ends() throws {
        var batch = try batch()
        let first = try answer(.one, batch.request)
        #expect(try batch.receive(first) == .waiting)
        #expect(throws: TokenError.unexpectedAnswer(.one)) { try batch.receive(first) }
        #expect(try batch.receive(.failure(.zero, .malformed)) == .waiting)
        #expect(throws: TokenError.unexpectedAnswer(.zero)) { try batch.receive(.failure(.zero, .malformed)) }
        #expect(try batch.receive(.failure(.two, .staleEpoch(current: TokenEpoch(2)))) == .impossible)
        #expect(try batch.receive(answer(.two, batch.request)) == .impossible)
        #expect(batch.faults == [.zero: .malformed, .two: .staleEpoch(current: TokenEpoch(2))])
    }

    @Test("the same identifiers are blinded differently in each batch")
    func blinding() throws {
        let first = try batch(seed: 1).request.blinded
        let second = try batch(seed: 2).request.blinded
        #expect(Set(first + second).count == 4)
    }

    @Test("a batch holds 1 to 1,024 identifiers")
    func sizes() throws {
        for count in [0, 1025] {
            #expect(throws: TokenError.wrongBatchSize) {
                var generator = SplitMix64(1)
                _ = try TokenRequestBatch(
                    [Identifier](repeating: identifiers[0], count: count), key: consortium.publicKey,
                    context: consortium.context, using: &generator)
            }
        }
    }

    @Test("a party answers its members alone, for its epoch and for batches of a lawful size")
    func refusals() throws {
        var evaluator = try evaluator()
        var generator = SplitMix64(43)
        let request = TokenRequest(epoch: TokenEpoch(1), blinded: [.generator])
        let answer = try evaluator.evaluate(request, of: bankA, at: 0, using: &generator)
        try answer.check(of: [.generator], key: consortium.publicKey, in: consortium.context)
        #expect(throws: TokenError.unknownMember) {
            try evaluator.evaluate(request, of: bankC, at: 0, using: &generator)
        }
        for stale in [0, 2] as [UInt64] {
            #expect(throws: TokenError.staleEpoch(current: TokenEpoch(1))) {
                try evaluator.evaluate(
                    TokenRequest(epoch: TokenEpoch(stale), blinded: [.generator]), of: bankA, at: 0,
                    using: &generator)
            }
        }
        for count in [0, 1025] {
            let blinded = [GroupElement](repeating: .generator, count: count)
            #expect(throws: TokenError.wrongBatchSize) {
                try evaluator.evaluate(
                    TokenRequest(epoch: TokenEpoch(1), blinded: blinded), of: bankA, at: 0, using: &generator)
            }
        }
    }

    @Test("a member's rate is its own, and a refusal costs none of it and says when to come again")
    func rates() throws {
        var evaluator = try evaluator()
        var generator = SplitMix64(44)
        let most = TokenRequest(epoch: TokenEpoch(1), blinded: [GroupElement](repeating: .generator, count: 1000))
        let some = TokenRequest(epoch: TokenEpoch(1), blinded: [GroupElement](repeating: .generator, count: 25))
        _ = try evaluator.evaluate(most, of: bankA, at: 5000, using: &generator)
        // 24 are left; the 25th comes in 100 ms.
        for _ in 0..<2 {
            #expect(throws: TokenError.rateExhausted(until: 5100)) {
                try evaluator.evaluate(some, of: bankA, at: 5000, using: &generator)
            }
        }
        #expect(throws: TokenError.rateExhausted(until: 5100)) {
            try evaluator.evaluate(some, of: bankA, at: 5099, using: &generator)
        }
        _ = try evaluator.evaluate(some, of: bankB, at: 5000, using: &generator)
        _ = try evaluator.evaluate(some, of: bankA, at: 5100, using: &generator)
    }

    @Test("a bucket fills no further than its burst, in any stretch of time, and never for a clock that goes back")
    func bucket() throws {
        let limit = RateLimit(elementsPerSecond: 3, burst: 1024)
        for now in [1_000_000_000, Int64.max] {
            var bucket = RateBucket(limit, at: .min)
            try bucket.take(1024, at: .min)
            try bucket.take(1024, at: now)
            #expect(refusal { () throws(TokenError) in try bucket.take(1, at: now - 1_000_000) } != nil)
        }
        // What was kept goes on, within a limit that may have become another.
        var kept = RateBucket(limit, from: RateLevel(thousandths: 1500, time: 100))
        #expect(kept.current == RateLevel(thousandths: 1500, time: 100))
        try kept.take(1, at: 100)
        #expect(refusal { () throws(TokenError) in try kept.take(1, at: 100) } == .rateExhausted(until: 267))
        let above = RateBucket(limit, from: RateLevel(thousandths: .max, time: 0))
        #expect(above.current.thousandths == limit.burst * 1000)
        let below = RateBucket(limit, from: RateLevel(thousandths: .min, time: 0))
        #expect(below.current.thousandths == 0)
        var slow = RateBucket(limit, at: 0)
        try slow.take(1024, at: 0)
        // A third of a second in steps of a millisecond is one element, to the millisecond.
        for now in Int64(1)...333 {
            #expect(refusal { () throws(TokenError) in try slow.take(1, at: now) } == .rateExhausted(until: 334))
        }
        try slow.take(1, at: 334)
        #expect(refusal { () throws(TokenError) in try slow.take(1, at: 334) } == .rateExhausted(until: 667))
    }

    @Test("after a rotation a party answers for the new epoch and the one before, with one rate for both")
    func rotation() throws {
        var generator = SplitMix64(45)
        let update = try update(1, &generator)
        var evaluator = try evaluator()
        func request(_ epoch: UInt64, _ count: Int = 1) -> TokenRequest {
            TokenRequest(epoch: TokenEpoch(epoch), blinded: [GroupElement](repeating: .generator, count: count))
        }
        _ = try evaluator.evaluate(request(1, 1000), of: bankA, at: 0, using: &generator)
        let moved = update.moved(consortium.zero)
        let key = moved.publicKey
        evaluator.rotate(to: moved)
        #expect(evaluator.epoch == TokenEpoch(2))
        #expect(try evaluator.publicKey(of: TokenEpoch(2)) == key)
        #expect(try evaluator.publicKey(of: .first) == consortium.publicKey)
        let next = TokenContext(consortium: consortium.context.consortium, epoch: TokenEpoch(2))
        try evaluator.evaluate(request(2, 12), of: bankA, at: 0, using: &generator).check(
            of: [GroupElement](repeating: .generator, count: 12), key: key, in: next)
        try evaluator.evaluate(request(1, 12), of: bankA, at: 0, using: &generator).check(
            of: [GroupElement](repeating: .generator, count: 12), key: consortium.publicKey, in: consortium.context)
        for epoch in [UInt64(1), 2] {
            #expect(throws: TokenError.rateExhausted(until: 100)) {
                try evaluator.evaluate(request(epoch), of: bankA, at: 0, using: &generator)
            }
        }
        // Another one on, and the first is none of its business.
        evaluator.rotate(to: try self.update(2, &generator).moved(update.moved(consortium.zero)))
        #expect(throws: TokenError.staleEpoch(current: TokenEpoch(3))) {
            try evaluator.evaluate(request(1), of: bankB, at: 0, using: &generator)
        }
        _ = try evaluator.evaluate(request(2), of: bankB, at: 0, using: &generator)
        _ = try evaluator.evaluate(request(3), of: bankB, at: 0, using: &generator)
    }

    private func update(_ epoch: UInt64, _ generator: inout SplitMix64) throws -> TokenUpdate {
        let context = TokenContext(consortium: consortium.context.consortium, epoch: TokenEpoch(epoch))
        return try TokenUpdate(contributedBy: &generator, context: context)
    }

    @Test("a restart answers for both epochs that a party has shares of")
    func restart() throws {
        var generator = SplitMix64(46)
        let update = try update(1, &generator)
        let moved = update.moved(consortium.zero)
        let key = moved.publicKey
        let share = try TokenKeyShare(party: .zero, secret: copied(consortium.zero), publicKey: consortium.publicKey)
        let evaluator = TokenEvaluator(
            share: moved, previous: share,
            context: TokenContext(consortium: consortium.context.consortium, epoch: TokenEpoch(2)), limits: [:])
        #expect(try evaluator.publicKey(of: TokenEpoch(2)) == key)
        #expect(try evaluator.publicKey(of: .first) == consortium.publicKey)
        #expect(
            refusal { () throws(TokenError) in _ = try evaluator.publicKey(of: TokenEpoch(3)) }
                == .staleEpoch(current: TokenEpoch(2)))
    }

    @Test("every refusal has a code of its own")
    func codes() {
        let errors: [TokenError] = [
            .malformed, .pointNotOnCurve, .pointIsIdentity, .coordinateNotCanonical, .scalarOutOfRange, .scalarIsZero,
            .wrongBatchSize, .tooFewParties, .proofInvalid(.zero), .dealingInvalid(.zero), .contributionInvalid(.zero),
            .keyInconsistent, .staleEpoch(current: TokenEpoch(0)), .rateExhausted(until: 0), .unknownMember,
            .unexpectedAnswer(.zero), .requestExpired, .unknownKind,
        ]
        #expect(Set(errors.map(\.code)).count == errors.count)
    }
}
