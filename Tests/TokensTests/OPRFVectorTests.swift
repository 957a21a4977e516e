import Support
import Testing
import Tokens

@Suite("The oblivious function of RFC 9497, P256-SHA256")
struct OPRFVectorTests {
    struct Group: Decodable {
        let mode: UInt8
        let seed: String
        let keyInfo: String
        let skSm: String
        let pkSm: String?
        let vectors: [Vector]
    }

    struct Vector: Decodable {
        struct Proof: Decodable {
            let proof: String
            let r: String
        }
        let Batch: Int
        let Blind: String
        let BlindedElement: String
        let EvaluationElement: String
        let Input: String
        let Output: String
        let Proof: Proof?
    }

    private func group(_ mode: OPRFSuite.Mode) throws -> Group {
        let groups = try vectors("rfc9497/p256-sha256.json", as: [Group].self)
        return try #require(groups.first { $0.mode == mode.rawValue })
    }

    private func list(_ text: String) throws -> [[UInt8]] { try text.split(separator: ",").map { try bytes($0) } }

    @Test("the seed gives appendix A.3's key pair", arguments: OPRFSuite.Mode.allCases)
    func keys(mode: OPRFSuite.Mode) throws {
        let group = try group(mode)
        let key = try OPRFSuite(mode).deriveKey(seed: bytes(group.seed), info: bytes(group.keyInfo))
        #expect(key.withSecretBytes(hex) == group.skSm)
        if let publicKey = group.pkSm { #expect(hex(GroupElement.generator(times: key).compressed) == publicKey) }
        #expect((mode == .verifiable) == (group.pkSm != nil))
    }

    @Test("blinding, evaluation and output are appendix A.3's, in batches too", arguments: OPRFSuite.Mode.allCases)
    func evaluation(mode: OPRFSuite.Mode) throws {
        let group = try group(mode)
        let suite = OPRFSuite(mode)
        let key = try TokenScalar(bytes: bytes(group.skSm))
        #expect(group.vectors.map(\.Batch) == (mode == .oblivious ? [1, 1] : [1, 1, 2]))
        for vector in group.vectors {
            let inputs = try list(vector.Input)
            let blinds = try TokenScalars(bytes: list(vector.Blind))
            let blinded = try suite.blind(inputs, by: blinds)
            #expect(try blinded.map(\.compressed) == list(vector.BlindedElement))
            let evaluated = suite.blindEvaluate(blinded, key: key)
            #expect(try evaluated.map(\.compressed) == list(vector.EvaluationElement))
            let unblinded = suite.unblind(evaluated, blinds: blinds)
            let outputs = zip(inputs, unblinded).map { suite.output(input: $0, element: $1) }
            #expect(try outputs == list(vector.Output))
            #expect(try inputs.map { try suite.evaluate($0, key: key) } == list(vector.Output))
        }
    }

    private func statement(_ vector: Vector, _ group: Group) throws -> EqualityStatement {
        try EqualityStatement(
            suite: OPRFSuite(.verifiable),
            publicKey: GroupElement(compressed: bytes(#require(group.pkSm))),
            blinded: list(vector.BlindedElement).map { try GroupElement(compressed: $0) },
            evaluated: list(vector.EvaluationElement).map { try GroupElement(compressed: $0) })
    }

    @Test("proofs are appendix A.3.2's and hold")
    func proofs() throws {
        let group = try group(.verifiable)
        let key = try TokenScalar(bytes: bytes(group.skSm))
        for vector in group.vectors {
            let statement = try statement(vector, group)
            let known = try #require(vector.Proof)
            let proof = try statement.prove(key: key, nonce: TokenScalar(bytes: bytes(known.r)))
            #expect(hex(proof.bytes) == known.proof)
            #expect(try statement.holds(EqualityProof(bytes: bytes(known.proof))))
        }
    }

    @Test("a proof with any bit of it changed does not hold, nor does one of another statement")
    func changed() throws {
        let group = try group(.verifiable)
        let statements = try group.vectors.map { try statement($0, group) }
        let proofs = try group.vectors.map { try EqualityProof(bytes: bytes(#require($0.Proof).proof)) }
        for byte in [0, 31, 32, 63] {
            var changed = proofs[2].bytes
            changed[byte] ^= 1
            #expect(try !statements[2].holds(EqualityProof(bytes: changed)))
        }
        #expect(!statements[0].holds(proofs[1]) && !statements[1].holds(proofs[0]))
        let (a, b) = (statements[2].blinded, statements[2].evaluated)
        for (blinded, evaluated) in [(a, Array(b.reversed())), ([a[0], a[0]], b), (a, [b[0], b[0]])] {
            let other = try EqualityStatement(
                suite: OPRFSuite(.verifiable), publicKey: statements[2].publicKey, blinded: blinded,
                evaluated: evaluated)
            #expect(!other.holds(proofs[2]))
        }
    }

    @Test("a statement of unequal counts, or of none, is refused")
    func counts() {
        let one = [GroupElement.generator]
        for (blinded, evaluated) in [(one, []), ([], one), ([], []), (one, one + one)] {
            let error = refusal { () throws(TokenError) in
                _ = try EqualityStatement(
                    suite: OPRFSuite(.verifiable), publicKey: .generator, blinded: blinded, evaluated: evaluated)
            }
            #expect(error == .wrongBatchSize)
        }
    }

    @Test("inputs and seeds of a wrong length are refused")
    func lengths() {
        var generator = SplitMix64(5)
        let suite = OPRFSuite(.verifiable)
        let long = [UInt8](repeating: 7, count: 0x1_0000)
        let blinds = TokenScalars(count: 1, using: &generator)
        #expect(refusal { () throws(TokenError) in _ = try suite.blind([long], by: blinds) } == .malformed)
        #expect(refusal { () throws(TokenError) in _ = try suite.deriveKey(seed: [1, 2], info: []) } == .malformed)
    }
}
