package import Records

/// One party's share of the token key: the value at `party.abscissa` of a line that nobody knows. Two shares are the key.
package struct TokenKeyShare: ~Copyable, Sendable {
    package let party: PartyID
    /// The public side, in which this party's share is the secret times G.
    package let publicKey: TokenPublicKey
    /// The value of the line at the party; never sent, and never zero.
    let secret: TokenScalar

    /// - Throws: `keyInconsistent` where the secret is not the party's for that public key.
    package init(party: PartyID, secret: consuming TokenScalar, publicKey: TokenPublicKey) throws(TokenError) {
        guard GroupElement.generator(times: secret) == publicKey[party] else { throw .keyInconsistent }
        self.party = party
        self.publicKey = publicKey
        self.secret = secret
    }

    init(unchecked party: PartyID, secret: consuming TokenScalar, publicKey: TokenPublicKey) {
        self.party = party
        self.publicKey = publicKey
        self.secret = secret
    }

    /// For the key store alone, which seals it.
    package borrowing func withSecretBytes<R>(_ body: ([UInt8]) throws -> R) rethrows -> R {
        try secret.withSecretBytes(body)
    }

    /// The share times each blinded element, and one proof for all of them.
    ///
    /// - Parameters:
    ///   - blinded: 1 to 1,024.
    ///   - generator: gives the proof's nonce; a number that it gives twice gives the share away.
    /// - Throws: `wrongBatchSize`.
    /// - Cost: a multiplication and a third an element.
    package borrowing func evaluate(
        _ blinded: [GroupElement], in context: TokenContext, using generator: inout some RandomNumberGenerator
    ) throws(TokenError) -> PartialEvaluation {
        guard PartialEvaluation.batch.contains(blinded.count) else { throw .wrongBatchSize }
        let evaluated = GroupElement.multiply(blinded, by: secret)
        let statement = try EqualityStatement(
            suite: context.proofs(of: party), publicKey: publicKey[party], blinded: blinded, evaluated: evaluated)
        let proof = try statement.prove(key: secret, nonce: TokenScalar(using: &generator))
        return PartialEvaluation(party: party, epoch: context.epoch, elements: evaluated, proof: proof)
    }
}

/// What one party answers: its share times each blinded element, in their order.
package struct PartialEvaluation: Sendable, Hashable {
    package let party: PartyID
    package let epoch: TokenEpoch
    /// One element for each that was blinded, still under the member's blinds.
    package let elements: [GroupElement]
    /// One proof for all elements that the party's own share was used (Chaum and Pedersen 1992, batched).
    package let proof: EqualityProof

    /// Elements in one request.
    package static let batch = 1...1024

    package init(party: PartyID, epoch: TokenEpoch, elements: [GroupElement], proof: EqualityProof) {
        self.party = party
        self.epoch = epoch
        self.elements = elements
        self.proof = proof
    }

    /// - Throws: `staleEpoch`, `wrongBatchSize`, `proofInvalid`: each the answering party's fault.
    package func check(
        of blinded: [GroupElement], key: TokenPublicKey, in context: TokenContext
    ) throws(TokenError) {
        guard epoch == context.epoch else { throw .staleEpoch(current: context.epoch) }
        let statement = try EqualityStatement(
            suite: context.proofs(of: party), publicKey: key[party], blinded: blinded, evaluated: elements)
        guard statement.holds(proof) else { throw .proofInvalid(party) }
    }
}
