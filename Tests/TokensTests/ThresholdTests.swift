import Records
import Support
import Testing
import Tokens

@Suite("Tokens by two of three parties")
struct ThresholdTests {
    let consortium: Consortium

    init() throws { consortium = try Consortium(seed: 20) }

    private func blind(_ inputs: [[UInt8]], seed: UInt64 = 1) throws -> ([GroupElement], TokenScalars.Box) {
        var generator = SplitMix64(seed)
        let blinds = TokenScalars(count: inputs.count, using: &generator)
        let blinded = try TokenContext.tokens.blind(inputs, by: blinds)
        return (blinded, TokenScalars.Box(blinds))
    }

    @Test("any two give the same tokens, in any order, and so do three", arguments: pairs)
    func anyTwo(parties: [PartyID]) throws {
        let tokens = try consortium.tokens(inputs, by: parties)
        #expect(try tokens == consortium.tokens(inputs))
        #expect(Set(tokens).count == inputs.count)
    }

    @Test("a token is what a holder of the whole key computes, and its output is RFC 9497's")
    func wholeKey() throws {
        let key = consortium.wholeKey()
        let suite = OPRFSuite(.verifiable)
        for (input, token) in zip(inputs, try consortium.tokens(inputs)) {
            #expect(try token.output(for: input) == suite.evaluate(input, key: key))
            let element = try #require(GroupElement(suite.hashToGroup(input)))
            #expect(token.bytes == element.multiplied(by: key).compressed)
        }
    }

    @Test("the same identifier is blinded differently each time, and its token is the same")
    func blinding() throws {
        let input = Array("4111111111111111".utf8)
        let (first, _) = try blind([input, input], seed: 1)
        let (second, _) = try blind([input, input], seed: 2)
        #expect(Set(first + second).count == 4)
        let tokens = try consortium.tokens([input, input], blindSeed: 1)
        #expect(tokens[0] == tokens[1])
        #expect(try consortium.tokens([input], blindSeed: 2)[0] == tokens[0])
    }

    @Test(
        "a party that answers with another share is named, and the others' tokens stand", arguments: PartyID.allCases
    )
    func lyingParty(liar: PartyID) throws {
        let (blinded, blinds) = try blind(inputs)
        let stranger = try Consortium(seed: 21)
        var answers: [PartialEvaluation] = []
        for party in PartyID.allCases {
            answers.append(try party == liar ? stranger.answer(party, blinded) : consortium.answer(party, blinded))
        }
        let sorted = [answers.remove(at: liar.rawValue)] + answers
        let combined = try consortium.publicKey.combine(
            sorted, of: blinded, blinds: blinds.scalars, in: consortium.context)
        #expect(combined.faults == [liar: .proofInvalid(liar)])
        #expect(!combined.used.contains(liar) && combined.used.count == 2)
        #expect(try combined.tokens == consortium.tokens(inputs))
        let error = refusal { () throws(TokenError) in
            _ = try consortium.publicKey.combine(
                Array(sorted.prefix(2)), of: blinded, blinds: blinds.scalars, in: consortium.context)
        }
        #expect(error == .proofInvalid(liar))
    }

    @Test("one element of a batch changed, two swapped or one too few name the party")
    func changedElement() throws {
        let (blinded, blinds) = try blind(inputs)
        let good = try consortium.answer(.zero, blinded)
        var changed = good.elements
        changed[3] = .generator
        var swapped = good.elements
        swapped.swapAt(0, 1)
        let short = Array(good.elements.dropLast())
        for (elements, expected) in [
            (changed, TokenError.proofInvalid(.zero)), (swapped, .proofInvalid(.zero)), (short, .wrongBatchSize),
        ] {
            let bad = PartialEvaluation(party: .zero, epoch: good.epoch, elements: elements, proof: good.proof)
            let combined = try consortium.publicKey.combine(
                [bad, consortium.answer(.one, blinded), consortium.answer(.two, blinded)], of: blinded,
                blinds: blinds.scalars, in: consortium.context)
            #expect(combined.faults == [.zero: expected])
            #expect(try combined.tokens == consortium.tokens(inputs))
        }
    }

    @Test("a proof is of its party, epoch and consortium alone")
    func contexts() throws {
        let (blinded, _) = try blind(inputs)
        let answer = try consortium.answer(.zero, blinded)
        func refused(_ answer: PartialEvaluation, _ context: TokenContext) -> TokenError? {
            refusal { () throws(TokenError) in
                try answer.check(of: blinded, key: consortium.publicKey, in: context)
            }
        }
        #expect(refused(answer, consortium.context) == nil)
        let next = TokenContext(consortium: consortium.context.consortium, epoch: TokenEpoch(2))
        #expect(refused(answer, next) == .staleEpoch(current: TokenEpoch(2)))
        let relabelled = PartialEvaluation(
            party: .zero, epoch: TokenEpoch(2), elements: answer.elements, proof: answer.proof)
        #expect(refused(relabelled, next) == .proofInvalid(.zero))
        #expect(
            refused(answer, TokenContext(consortium: Array("other".utf8), epoch: TokenEpoch(1))) == .proofInvalid(.zero)
        )
        let moved = PartialEvaluation(party: .one, epoch: answer.epoch, elements: answer.elements, proof: answer.proof)
        #expect(refused(moved, consortium.context) == .proofInvalid(.one))
    }

    @Test("one party is too few, and one party twice is malformed")
    func tooFew() throws {
        let (blinded, blinds) = try blind(inputs)
        let answer = try consortium.answer(.two, blinded)
        func refused(_ answers: [PartialEvaluation]) -> TokenError? {
            refusal { () throws(TokenError) in
                _ = try consortium.publicKey.combine(
                    answers, of: blinded, blinds: blinds.scalars, in: consortium.context)
            }
        }
        #expect(refused([]) == .tooFewParties)
        #expect(refused([answer]) == .tooFewParties)
        #expect(refused([answer, answer]) == .malformed)
    }

    @Test("a batch of none and one of more than 1,024 are refused")
    func batchSizes() throws {
        #expect(throws: TokenError.wrongBatchSize) { try consortium.answer(.zero, []) }
        #expect(throws: TokenError.wrongBatchSize) {
            try consortium.answer(.zero, [GroupElement](repeating: .generator, count: 1025))
        }
    }

    @Test("a token is 33 bytes, is read again, and is never printed")
    func printing() throws {
        let token = try consortium.tokens([[1]])[0]
        #expect(token.bytes.count == EntityToken.byteCount)
        #expect(try EntityToken(bytes: token.bytes) == token)
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), "\([token])", dumped] {
            #expect(!text.contains(hex(Array(token.bytes[1..<5]))) && text.contains("EntityToken(33 bytes)"))
        }
        #expect(throws: TokenError.pointIsIdentity) { try EntityToken(bytes: [0]) }
    }
}

extension TokenScalars {
    /// Lets a test hand a batch of blinds about.
    final class Box {
        let scalars: TokenScalars
        init(_ scalars: consuming TokenScalars) { self.scalars = scalars }
    }
}
