import Records
import Support
import Testing
import Tokens

@Suite("Proofs that a batch was multiplied by one key")
struct EqualityProofTests {
    /// A statement that is true, its key and a proof of it.
    private struct Proven {
        let key: Scalar
        let publicKey: GroupElement
        let blinded: [GroupElement]
        let evaluated: [GroupElement]
        let proof: EqualityProof

        init(count: Int, seed: UInt64, nonce: Scalar = Scalar(99)) throws {
            var generator = SplitMix64(seed)
            let secretKey = TokenScalar(using: &generator)
            key = number(secretKey)
            publicKey = GroupElement.generator(times: secretKey)
            blinded = (0..<count).map { _ in GroupElement.generator(times: TokenScalar(using: &generator)) }
            evaluated = GroupElement.multiply(blinded, by: secretKey)
            let statement = try EqualityStatement(
                suite: suite, publicKey: publicKey, blinded: blinded, evaluated: evaluated)
            proof = try statement.prove(key: secretKey, nonce: secret(nonce))
        }

        func holds(
            suite: OPRFSuite = suite, publicKey: GroupElement? = nil, blinded: [GroupElement]? = nil,
            evaluated: [GroupElement]? = nil, proof: EqualityProof? = nil
        ) throws -> Bool {
            try EqualityStatement(
                suite: suite, publicKey: publicKey ?? self.publicKey, blinded: blinded ?? self.blinded,
                evaluated: evaluated ?? self.evaluated
            ).holds(proof ?? self.proof)
        }
    }

    private static let suite = OPRFSuite(.verifiable)
    static let counts = [1, 2, 3, 7, 64, 65]

    @Test("hold for the statement that they are of", arguments: counts)
    func complete(count: Int) throws {
        #expect(try Proven(count: count, seed: UInt64(count)).holds())
    }

    @Test("fail for each element that is changed, exchanged or left out", arguments: [1, 2, 5])
    func elements(count: Int) throws {
        let proven = try Proven(count: count, seed: 100 + UInt64(count))
        for at in 0..<count {
            for change in [
                { (element: GroupElement) in GroupElement(element.point + .generator)! },
                { GroupElement(-$0.point)! }, { GroupElement($0.point.doubled)! },
            ] {
                var (blinded, evaluated) = (proven.blinded, proven.evaluated)
                blinded[at] = change(blinded[at])
                #expect(try !proven.holds(blinded: blinded))
                evaluated[at] = change(evaluated[at])
                #expect(try !proven.holds(evaluated: evaluated))
                // What is true, but was not proven.
                let other = GroupElement.multiply(blinded, by: secret(proven.key))
                #expect(try !proven.holds(blinded: blinded, evaluated: other))
            }
            for other in 0..<at {
                var (blinded, evaluated) = (proven.blinded, proven.evaluated)
                blinded.swapAt(at, other)
                #expect(try !proven.holds(blinded: blinded))
                evaluated.swapAt(at, other)
                #expect(try !proven.holds(evaluated: evaluated))
                #expect(try !proven.holds(blinded: blinded, evaluated: evaluated))
            }
        }
        #expect(
            try !proven.holds(
                blinded: proven.blinded + [proven.blinded[0]], evaluated: proven.evaluated + [proven.evaluated[0]]))
        if count > 1 {
            #expect(
                try !proven.holds(
                    blinded: Array(proven.blinded.dropLast()), evaluated: Array(proven.evaluated.dropLast())))
        }
    }

    @Test("fail for another public key and for another mode's hashes")
    func context() throws {
        let proven = try Proven(count: 3, seed: 7)
        #expect(try !proven.holds(publicKey: .generator))
        #expect(try !proven.holds(publicKey: GroupElement(proven.publicKey.point + .generator)))
        #expect(try !proven.holds(publicKey: GroupElement(-proven.publicKey.point)))
        #expect(try !proven.holds(suite: OPRFSuite(.oblivious)))
    }

    @Test("fail where any bit of challenge or response is another")
    func bits() throws {
        let proven = try Proven(count: 2, seed: 8)
        for byte in 0..<EqualityProof.byteCount {
            var changed = proven.proof.bytes
            changed[byte] ^= 1 << UInt8(byte % 8)
            // Some changes leave the range of scalars, and are refused before.
            guard let proof = try? EqualityProof(bytes: changed) else { continue }
            #expect(try !proven.holds(proof: proof), "byte \(byte)")
        }
        let zero = Scalar(0)
        for (c, s) in [(proven.proof.s, proven.proof.c), (zero, zero), (zero, proven.proof.s), (proven.proof.c, zero)] {
            #expect(try !proven.holds(proof: EqualityProof(c: c, s: s)))
        }
    }

    @Test("can't be made with another key than the public one's")
    func wrongKey() throws {
        let proven = try Proven(count: 2, seed: 9)
        let wrong = secret(proven.key + Scalar(1))
        for evaluated in [proven.evaluated, GroupElement.multiply(proven.blinded, by: wrong)] {
            let statement = try EqualityStatement(
                suite: Self.suite, publicKey: proven.publicKey, blinded: proven.blinded, evaluated: evaluated)
            #expect(!statement.holds(try statement.prove(key: wrong, nonce: secret(Scalar(5)))))
        }
    }

    @Test("of a batch with a false member fail, though its sum is the right one")
    func batched() throws {
        let proven = try Proven(count: 2, seed: 10)
        // The two errors cancel each other wherever elements are only added up.
        let (first, second) = (proven.evaluated[0].point, proven.evaluated[1].point)
        let evaluated = [GroupElement(first + .generator)!, GroupElement(second - .generator)!]
        let statement = try EqualityStatement(
            suite: Self.suite, publicKey: proven.publicKey, blinded: proven.blinded, evaluated: evaluated)
        #expect(!statement.holds(proven.proof))
        #expect(!statement.holds(try statement.prove(key: secret(proven.key), nonce: secret(Scalar(5)))))
    }

    @Test("respond with the nonce less the challenge times the key, so that one nonce twice gives the key away")
    func response() throws {
        let nonce = Scalar(0x1234_5678)
        let first = try Proven(count: 1, seed: 11, nonce: nonce)
        #expect(first.proof.s == nonce - first.proof.c * first.key)
        let statement = try EqualityStatement(
            suite: Self.suite, publicKey: first.publicKey, blinded: [.generator], evaluated: [first.publicKey])
        let second = try statement.prove(key: secret(first.key), nonce: secret(nonce))
        let key = (first.proof.s - second.s) * (second.c - first.proof.c).inverse
        #expect(key == first.key)
        #expect(try Proven(count: 1, seed: 11, nonce: Scalar(5)).proof != first.proof)
        #expect(try Proven(count: 1, seed: 11, nonce: nonce).proof == first.proof)
    }

    @Test("are RFC 9497's, recomputed with OpenSSL's hashes, numbers and points", arguments: [1, 3])
    func recomputed(count: Int) throws {
        let proven = try Proven(count: count, seed: 12, nonce: Scalar(77))
        let expected = Self.proof(
            key: proven.key.bytes, publicKey: proven.publicKey.compressed, blinded: proven.blinded.map(\.compressed),
            evaluated: proven.evaluated.map(\.compressed), nonce: Scalar(77).bytes)
        #expect(hex(proven.proof.bytes) == hex(expected))
    }

    /// RFC 9497, section 2.2.1, line by line.
    private static func proof(
        key: [UInt8], publicKey: [UInt8], blinded: [[UInt8]], evaluated: [[UInt8]], nonce: [UInt8]
    ) -> [UInt8] {
        let context = Array("OPRFV1-".utf8) + [1] + Array("-P256-SHA256".utf8)
        func prefixed(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes }
        func scalar(_ message: [UInt8]) -> [UInt8] {
            OpenSSLCurve.hashToScalar(message, tag: Array("HashToScalar-".utf8) + context)
        }
        let seed = OpenSSLCurve.sha256(prefixed(publicKey) + prefixed(Array("Seed-".utf8) + context))
        var terms: [(scalar: [UInt8], point: [UInt8])] = []
        for at in blinded.indices {
            let transcript =
                prefixed(seed) + [UInt8(at >> 8), UInt8(at & 255)] + prefixed(blinded[at]) + prefixed(evaluated[at])
            terms.append((scalar(transcript + Array("Composite".utf8)), blinded[at]))
        }
        let m = OpenSSLCurve.sum(terms)!
        let z = OpenSSLCurve.sum([(key, m)])!
        let t2 = OpenSSLCurve.generator(times: nonce)!
        let t3 = OpenSSLCurve.sum([(nonce, m)])!
        let c = scalar([publicKey, m, z, t2, t3].flatMap(prefixed) + Array("Challenge".utf8))
        return c + OpenSSLCurve.subtract(nonce, OpenSSLCurve.multiply(c, key))
    }

    @Test("are 64 bytes of two numbers below the order, and nothing else")
    func decoding() throws {
        let (last, order) = ((Scalar(0) - Scalar(1)).bytes, OpenSSLCurve.order)
        let zero = ScalarTests.zero
        func refused(_ bytes: [UInt8]) -> TokenError? {
            refusal { () throws(TokenError) in _ = try EqualityProof(bytes: bytes) }
        }
        for count in Array(0...130) where count != 64 {
            #expect(refused([UInt8](repeating: 0, count: count)) == .malformed)
        }
        #expect(refused(order + last) == .scalarOutOfRange && refused(last + order) == .scalarOutOfRange)
        #expect(refused([UInt8](repeating: 255, count: 64)) == .scalarOutOfRange)
        for (c, s) in [(last, zero), (zero, last), (zero, zero)] {
            let proof = try EqualityProof(bytes: c + s)
            #expect(proof.c.bytes == c && proof.s.bytes == s && proof.bytes == c + s)
        }
    }

    @Test("speak of 65,535 elements at most")
    func most() throws {
        let most = [GroupElement](repeating: .generator, count: 0xFFFF)
        _ = try EqualityStatement(suite: Self.suite, publicKey: .generator, blinded: most, evaluated: most)
        let error = refusal { () throws(TokenError) in
            let more = most + [.generator]
            _ = try EqualityStatement(suite: Self.suite, publicKey: .generator, blinded: more, evaluated: more)
        }
        #expect(error == .wrongBatchSize)
    }
}
