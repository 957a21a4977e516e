package import Keys
package import Records
package import Secrets
package import Tokens

/// What a party makes of a record.
package struct TokenReply: Sendable {
    package enum Outcome: Sendable {
        /// To be appended.
        case evaluated([UInt8], elements: Int)
        /// To be appended.
        case refused([UInt8], TokenError)
        /// No answer.
        case dropped(RecordFault)
    }

    package let outcome: Outcome
    /// The batch that the member's rate was charged for, which is to be remembered; nil where nothing changes.
    package let charged: TokenBatchID?

    init(_ outcome: Outcome, charged: TokenBatchID? = nil) {
        self.outcome = outcome
        self.charged = charged
    }
}

/// A party's answers to records of `<member>.blinded`: a pure function of the record, its time, the batches that were
/// answered and the rates that were used. The same record at the same time gives the same bytes, as long as its epoch
/// is answered.
package struct TokenResponder: ~Copyable {
    private var evaluator: TokenEvaluator
    private let identities: [MemberID: VerifyingKey]
    private let secret: SecretKey
    /// How old a batch may be, and how far ahead of the party's clock, in milliseconds. Batches are remembered for as long.
    package let window: Int64

    package var party: PartyID { evaluator.party }

    /// - Parameters:
    ///   - identities: of the roster's members, who sign their batches.
    ///   - secret: of this party alone. A proof's nonce is drawn from it and all that the proof speaks of, as RFC 6979 draws a
    ///     signature's: one nonce never serves two statements, and a batch that is answered again gets the same bytes.
    ///   - window: at most a day.
    package init(
        evaluator: consuming TokenEvaluator, identities: [MemberID: VerifyingKey], secret: consuming SecretKey,
        window: Duration = .seconds(600)
    ) {
        precondition((.seconds(1) ... .seconds(86_400)).contains(window), "a window from a second to a day")
        self.evaluator = evaluator
        self.identities = identities
        self.secret = secret
        self.window = Int64(window / .milliseconds(1))
    }

    /// The newest that is answered.
    package var epoch: TokenEpoch { evaluator.epoch }

    package mutating func rotate(to share: consuming TokenKeyShare) { evaluator.rotate(to: share) }

    package func level(of member: MemberID) -> RateLevel? { evaluator.level(of: member) }

    package mutating func restore(_ levels: [MemberID: RateLevel]) { evaluator.restore(levels) }

    /// From when on batches of this member are answered, in milliseconds since 1970; older ones need not be remembered.
    package func oldest(of member: MemberID, at now: Int64) -> Int64 {
        max(now, evaluator.level(of: member)?.time ?? now) - window
    }

    /// - Parameters:
    ///   - value: the record's.
    ///   - topic: whose topic it stands in.
    ///   - now: milliseconds since 1970.
    ///   - session: finds a member's session by its epoch.
    ///   - isCharged: whether this batch of the member was charged before.
    package mutating func reply<E: Error>(
        to value: [UInt8]?, from topic: MemberID, at now: Int64,
        session find: (MemberID, UInt32) throws(E) -> Session?,
        isCharged: (MemberID, TokenBatchID) throws(E) -> Bool
    ) throws(E) -> TokenReply {
        let batch: BlindedBatch
        do throws(RecordFault) {
            batch = try verified(value ?? [], from: topic)
        } catch { return TokenReply(.dropped(error)) }
        if try isCharged(batch.member, batch.id) { return TokenReply(.dropped(.repeated)) }
        // Whether it is charged hangs on nothing that a member can have differ between parties: not on its session.
        let request = Result { () throws(TokenError) in try self.charge(batch, at: now) }
        let charged = (try? request.get()).map { _ in batch.id }
        guard let session = try find(batch.member, batch.sessionEpoch) else {
            return TokenReply(.dropped(.unknownSession), charged: charged)
        }
        do throws(TokenError) {
            let evaluation = try evaluate(try request.get(), batch)
            return TokenReply(
                .evaluated(
                    EvaluatedBatch.record(.success(evaluation), to: batch, epoch: evaluation.epoch, session: session),
                    elements: evaluation.elements.count),
                charged: charged)
        } catch {
            return TokenReply(
                .refused(
                    EvaluatedBatch.record(.failure(error), to: batch, epoch: evaluator.epoch, session: session), error),
                charged: charged)
        }
    }

    private func verified(_ value: [UInt8], from topic: MemberID) throws(RecordFault) -> BlindedBatch {
        let unverified = try UnverifiedBlindedBatch(reading: value, from: topic)
        guard let identity = identities[unverified.member] else { throw .notAuthentic }
        return try unverified.verified(by: identity, in: evaluator.consortium)
    }

    /// Charges a batch.
    ///
    /// - Returns: what it asks for.
    /// - Throws: in this order `unknownMember`, `requestExpired`, what `BlindedBatch.request()` does, `rateExhausted`; none of them
    ///   costs anything.
    private mutating func charge(_ batch: BlindedBatch, at now: Int64) throws(TokenError) -> TokenRequest {
        guard evaluator.isMember(batch.member) else { throw .unknownMember }
        guard batch.id.time >= oldest(of: batch.member, at: now), batch.id.time <= now + window else {
            throw .requestExpired
        }
        let request = try batch.request()
        try evaluator.charge(request, to: batch.member, at: now)
        return request
    }

    /// - Throws: `staleEpoch`.
    private func evaluate(_ request: TokenRequest, _ batch: BlindedBatch) throws(TokenError) -> PartialEvaluation {
        let publicKey = try evaluator.publicKey(of: batch.epoch)
        var nonces = DerivedNumbers(
            secret,
            for: [Array("cordon/token-proof/v1".utf8), publicKey.digest, batch.digest])
        return try evaluator.evaluate(request, using: &nonces)
    }
}
