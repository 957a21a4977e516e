package import Keys
package import Records
package import Secrets
package import Tokens

/// What a party makes of a record.
package enum TokenReply: Sendable {
    /// To be appended; the member's rate is charged, and the batch is to be remembered.
    case evaluated(value: [UInt8], elements: Int, batch: TokenBatchID)
    /// To be appended; nothing else changes.
    case refused(value: [UInt8], TokenError)
    /// No answer; nothing changes.
    case dropped(RecordFault)
}

/// A party's answers to records of `<member>.blinded`: a pure function of the record, its time, the batches that were
/// answered and the rates that were used. The same record at the same time gives the same bytes, as long as its epoch
/// is answered.
package struct TokenResponder: ~Copyable {
    private var evaluator: TokenEvaluator
    private let secret: SecretKey
    /// How old a batch may be, and how far ahead of the party's clock, in milliseconds. Batches are remembered for as long.
    package let window: Int64

    package var party: PartyID { evaluator.party }

    /// - Parameters:
    ///   - secret: of this party alone. A proof's nonce is drawn from it and all that the proof speaks of, as RFC 6979 draws a
    ///     signature's: one nonce never serves two statements, and a batch that is answered again gets the same bytes.
    ///   - window: at most a day.
    package init(
        evaluator: consuming TokenEvaluator, secret: consuming SecretKey, window: Duration = .seconds(600)
    ) {
        precondition((.seconds(1) ... .seconds(86_400)).contains(window), "a window from a second to a day")
        self.evaluator = evaluator
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
    ///   - isAnswered: whether this batch of the member was evaluated before.
    package mutating func reply<E: Error>(
        to value: [UInt8]?, from topic: MemberID, at now: Int64,
        session find: (MemberID, UInt32) throws(E) -> Session?,
        isAnswered: (MemberID, TokenBatchID) throws(E) -> Bool
    ) throws(E) -> TokenReply {
        let unverified: UnverifiedBlindedBatch
        do throws(RecordFault) {
            unverified = try UnverifiedBlindedBatch(reading: value ?? [], from: topic)
        } catch { return .dropped(error) }
        guard let session = try find(unverified.member, unverified.sessionEpoch) else {
            return .dropped(.unknownSession)
        }
        let batch: BlindedBatch
        do throws(RecordFault) {
            batch = try unverified.verified(by: session)
        } catch { return .dropped(error) }
        if try isAnswered(batch.member, batch.id) { return .dropped(.repeated) }
        do throws(TokenError) {
            let evaluation = try evaluate(batch, at: now)
            return .evaluated(
                value: EvaluatedBatch.record(
                    .success(evaluation), to: batch, epoch: evaluation.epoch, session: session),
                elements: evaluation.elements.count, batch: batch.id)
        } catch {
            return .refused(
                value: EvaluatedBatch.record(
                    .failure(error), to: batch, epoch: evaluator.epoch, session: session), error)
        }
    }

    /// - Throws: in this order `unknownMember`, `requestExpired`, `staleEpoch`, what `BlindedBatch.request()` does,
    ///   `rateExhausted`.
    private mutating func evaluate(_ batch: BlindedBatch, at now: Int64) throws(TokenError) -> PartialEvaluation {
        guard evaluator.isMember(batch.member) else { throw .unknownMember }
        guard batch.id.time >= oldest(of: batch.member, at: now), batch.id.time <= now + window else {
            throw .requestExpired
        }
        // Before elements are decoded, which is what costs.
        let publicKey = try evaluator.publicKey(of: batch.epoch)
        let request = try batch.request()
        var nonces = DerivedNumbers(
            secret,
            for: [Array("cordon/token-proof/v1".utf8), publicKey.digest, batch.digest])
        return try evaluator.evaluate(request, of: batch.member, at: now, using: &nonces)
    }
}
