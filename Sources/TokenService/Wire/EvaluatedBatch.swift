import Foundation
package import Keys
package import Records
import Sealing
package import Tokens

/// A record of `<member>.evaluations` as it was read: nothing of it is to be believed before `verified`.
package struct UnverifiedEvaluatedBatch: Sendable {
    package let party: PartyID
    package let id: TokenBatchID
    private let body: WireEvaluatedBody
    private let bytes: [UInt8]
    private let tag: [UInt8]

    /// - Parameter topic: whose topic it was read from.
    /// - Throws: `oversized`, `unreadable`, `misdirected`.
    package init(reading value: [UInt8], from topic: MemberID) throws(RecordFault) {
        guard value.count <= UnverifiedBlindedBatch.byteLimit else { throw .oversized }
        guard let record = WireEvaluatedBatch(decoding: value),
            let body = WireEvaluatedBody(decoding: Array(record.body)), body.schema == 1,
            let id = TokenBatchID(bytes: Array(body.batchID))
        else { throw .unreadable }
        guard body.member == topic.name, let party = PartyID(rawValue: Int(body.party)) else { throw .misdirected }
        self.party = party
        self.id = id
        self.body = body
        bytes = Array(record.body)
        tag = Array(record.tag)
    }

    /// - Throws: `unknownSession` for another epoch's; `notAuthentic`.
    package func verified(by sessions: TokenSessions) throws(RecordFault) -> EvaluatedBatch {
        guard body.sessionEpoch == sessions.epoch else { throw .unknownSession }
        guard body.member == sessions.member.name,
            RecordTag.isValid(tag, of: bytes, under: sessions[party].evaluationTags)
        else { throw .notAuthentic }
        return EvaluatedBatch(
            party: party, id: id, requestDigest: Array(body.requestDigest), answer: Self.answer(body, party))
    }

    private static func answer(_ body: WireEvaluatedBody, _ party: PartyID) -> PartyAnswer {
        let epoch = TokenEpoch(body.tokenEpoch)
        guard body.refusal.isEmpty else {
            return .failure(
                party, TokenError(refusal: body.refusal, by: party, epoch: epoch, retryAt: body.retryAt))
        }
        do throws(TokenError) {
            return .evaluation(
                PartialEvaluation(
                    party: party, epoch: epoch, elements: try [GroupElement](concatenated: Array(body.elements)),
                    proof: try EqualityProof(bytes: Array(body.proof))))
        } catch {
            return .failure(party, error)
        }
    }
}

/// What one party answers to one batch. What can't be read of an authentic answer is that party's fault, and a failure.
package struct EvaluatedBatch: Sendable {
    package let party: PartyID
    package let id: TokenBatchID
    package let requestDigest: [UInt8]
    package let answer: PartyAnswer

    fileprivate init(party: PartyID, id: TokenBatchID, requestDigest: [UInt8], answer: PartyAnswer) {
        self.party = party
        self.id = id
        self.requestDigest = requestDigest
        self.answer = answer
    }

    /// The record of an answer.
    ///
    /// - Parameters:
    ///   - epoch: of the party's own key.
    ///   - session: in which `batch` was asked.
    package static func record(
        _ result: Result<PartialEvaluation, TokenError>, to batch: BlindedBatch, epoch: TokenEpoch, session: Session
    ) -> [UInt8] {
        var body = WireEvaluatedBody()
        body.schema = 1
        body.party = UInt32(session.party.rawValue)
        body.member = session.member.name
        body.sessionEpoch = session.epoch
        body.batchID = Data(batch.id.bytes)
        body.requestDigest = Data(batch.digest)
        body.tokenEpoch = epoch.number
        switch result {
        case .success(let evaluation):
            body.elements = Data(evaluation.elements.flatMap(\.compressed))
            body.proof = Data(evaluation.proof.bytes)
        case .failure(let error):
            body.refusal = error.code
            if case .rateExhausted(let until) = error { body.retryAt = until }
        }
        let bytes = body.encoded
        var record = WireEvaluatedBatch()
        record.body = Data(bytes)
        record.tag = Data(RecordTag.make(bytes, under: session.evaluationTags))
        return record.encoded
    }
}

extension TokenError {
    /// What a party says by a code; `malformed` where a party has no business to say it, or a newer one says what is not known
    /// here.
    init(refusal code: String, by party: PartyID, epoch: TokenEpoch, retryAt: Int64) {
        let plain: [TokenError] = [
            .malformed, .pointNotOnCurve, .pointIsIdentity, .coordinateNotCanonical, .wrongBatchSize, .unknownMember,
            .requestExpired, .unknownKind, .staleEpoch(current: epoch), .rateExhausted(until: retryAt),
        ]
        self = plain.first { $0.code == code } ?? .malformed
    }
}
