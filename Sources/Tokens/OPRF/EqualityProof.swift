/// A proof that a batch was multiplied by the logarithm of a public key (RFC 9497, section 2.2): one for any batch.
package struct EqualityProof: Sendable, Hashable {
    /// The challenge.
    package let c: Scalar
    /// The response.
    package let s: Scalar

    package static let byteCount = 2 * Scalar.byteCount

    package init(c: Scalar, s: Scalar) {
        self.c = c
        self.s = s
    }

    /// - Parameter bytes: 64, the challenge first.
    /// - Throws: `malformed`, `scalarOutOfRange`.
    package init(bytes: [UInt8]) throws(TokenError) {
        guard bytes.count == Self.byteCount else { throw .malformed }
        c = try Scalar(bytes: Array(bytes.prefix(Scalar.byteCount)))
        s = try Scalar(bytes: Array(bytes.suffix(Scalar.byteCount)))
    }

    /// The 64 bytes of the encoding: the challenge, then the response, each with the most significant byte first.
    package var bytes: [UInt8] { c.bytes + s.bytes }
}

/// What a proof speaks of: that `evaluated[i] = k·blinded[i]` for the k of `publicKey = k·G`, in a context that is part of
/// every hash.
package struct EqualityStatement: Sendable {
    /// The public key k·G, of the party whose proof it is.
    package let publicKey: GroupElement
    /// What the key was applied to, 1 to 65,535 elements.
    package let blinded: [GroupElement]
    /// What came of it: one element for each that was blinded, in their order.
    package let evaluated: [GroupElement]
    let suite: OPRFSuite

    /// - Throws: `wrongBatchSize` unless both are of one count, from 1 to 65,535.
    package init(
        suite: OPRFSuite, publicKey: GroupElement, blinded: [GroupElement], evaluated: [GroupElement]
    ) throws(TokenError) {
        guard blinded.count == evaluated.count, (1...0xFFFF).contains(blinded.count) else { throw .wrongBatchSize }
        self.suite = suite
        self.publicKey = publicKey
        self.blinded = blinded
        self.evaluated = evaluated
    }

    /// RFC 9497, section 2.2.1, `GenerateProof`, with `ComputeCompositesFast`.
    ///
    /// - Parameters:
    ///   - key: the logarithm of `publicKey`.
    ///   - nonce: fresh and uniform; a nonce used for two statements gives the key away.
    /// - Cost: a third of a multiplication an element, and five.
    package func prove(key: borrowing TokenScalar, nonce: borrowing TokenScalar) throws(TokenError) -> EqualityProof {
        guard let composite = GroupElement(GroupElement.sum(blinded, times: coefficients())) else {
            throw .pointIsIdentity
        }
        let c = challenge(
            composite, composite.multiplied(by: key), GroupElement.generator(times: nonce),
            composite.multiplied(by: nonce))
        let s = key.lend { key in nonce.lend { nonce in nonce - c * key } }
        return EqualityProof(c: c, s: s)
    }

    /// RFC 9497, section 2.2.2, `VerifyProof`, with `ComputeComposites`.
    ///
    /// - Cost: two thirds of a multiplication an element, and two.
    package func holds(_ proof: EqualityProof) -> Bool {
        let coefficients = coefficients()
        guard let m = GroupElement(GroupElement.sum(blinded, times: coefficients)),
            let z = GroupElement(GroupElement.sum(evaluated, times: coefficients)),
            let t2 = GroupElement(GroupElement.sum([.generator, publicKey], times: [proof.s, proof.c])),
            let t3 = GroupElement(GroupElement.sum([m, z], times: [proof.s, proof.c]))
        else { return false }
        return challenge(m, z, t2, t3) == proof.c
    }

    /// The d of RFC 9497, section 2.2.1: unforeseeable before the whole statement stands.
    private func coefficients() -> [Scalar] {
        let seed = SHA256.hash(
            OPRFSuite.prefixed(publicKey.compressed) + OPRFSuite.prefixed(suite.tag("Seed-")))
        let start = OPRFSuite.prefixed(seed)
        let end = Array("Composite".utf8)
        return blinded.indices.map { at in
            var transcript = start
            transcript += [UInt8(at >> 8), UInt8(at & 255)]
            transcript += OPRFSuite.prefixed(blinded[at].compressed)
            transcript += OPRFSuite.prefixed(evaluated[at].compressed)
            transcript += end
            return suite.hashToScalar(transcript)
        }
    }

    /// The c of RFC 9497, section 2.2.1: a hash of the key, both composites and both commitments.
    private func challenge(_ m: GroupElement, _ z: GroupElement, _ t2: GroupElement, _ t3: GroupElement) -> Scalar {
        let transcript = [publicKey, m, z, t2, t3].flatMap { OPRFSuite.prefixed($0.compressed) }
        return suite.hashToScalar(transcript + Array("Challenge".utf8))
    }
}
