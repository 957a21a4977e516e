package import Audit
package import Keys
package import Records
import Sealing

/// The making of one decision's receipt, at its member: from the records of `<member>.scores` and `<member>.evidence`, in any
/// order. Only the member can, since it alone opens the three parties' shares.
package struct ReceiptMaker {
    /// What is missing for a receipt.
    package enum Gap: Error, Sendable, Hashable {
        /// There are not three parties' shares of one score.
        case noScore
        /// These parties have signed for no score of this transaction that has three shares.
        case notSigned([PartyID])
    }

    private struct Score {
        var shares: [PartyID: [UInt8]] = [:]
        var signed: [PartyID: (statement: ScoreStatement, place: InclusionProof, evidence: ScoreEvidence)] = [:]
        var nonces: [PartyID: [UInt8]] = [:]
    }

    private let consortium: String
    private let member: MemberID
    private let source: SourcePosition
    private let sessions: (PartyID, UInt32) -> Session?
    /// What came of the transaction, by what the parties agreed on; and in which order.
    private var scores: [Digest32: Score] = [:]
    private var order: [Digest32] = []

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - source: of the transaction.
    ///   - sessions: the member's session with a party in an epoch.
    package init(
        consortium: String, member: MemberID, source: SourcePosition, sessions: @escaping (PartyID, UInt32) -> Session?
    ) {
        self.consortium = consortium
        self.member = member
        self.source = source
        self.sessions = sessions
    }

    /// Takes a record of `<member>.scores`; one that is of other transactions, or does not open, changes nothing.
    package mutating func take(scores bytes: [UInt8]) {
        guard let record = WireScoreShares(decoding: bytes), case let headerBytes = Array(record.header),
            let header = WireScoreHeader(decoding: headerBytes), header.schema == 1, header.member == member.name,
            let party = PartyID(rawValue: Int(header.party)), let agreed = Digest32(header.planDigest),
            let index = header.sources.firstIndex(where: { SourcePosition($0) == source }),
            let session = sessions(party, header.sessionEpoch),
            let shares = try? SealedBox.open(
                Array(record.box), salted: [scoreBoxLabel, agreed.bytes], under: session.scoreBoxes,
                associated: headerBytes),
            shares.count % header.sources.count == 0
        else { return }
        let width = shares.count / header.sources.count
        let nonce = session.scoreNonce(agreed, source)
        note(agreed) { score in
            score.shares[party] = Array(shares[index * width..<(index + 1) * width])
            score.nonces[party] = nonce
        }
    }

    /// Takes a record of `<member>.evidence`, likewise. Whether it holds is for who checks the receipt.
    package mutating func take(evidence bytes: [UInt8]) {
        guard let evidence = ScoreEvidence(decoding: bytes), evidence.member == member else { return }
        for batch in evidence.batches {
            guard let (statement, place) = evidence.statement(on: source, agreed: batch.agreed) else { continue }
            note(batch.agreed) { $0.signed[evidence.party] = (statement, place, evidence) }
        }
    }

    private mutating func note(_ agreed: Digest32, _ body: (inout Score) -> Void) {
        if scores[agreed] == nil { order.append(agreed) }
        body(&scores[agreed, default: Score()])
    }

    /// The receipt.
    ///
    /// - Parameter decision: the record of the member's decision, as its topic has it.
    package func receipt(of decision: String) throws(Gap) -> DecisionReceipt {
        let whole = order.compactMap { scores[$0] }.filter { $0.shares.count == PartyID.allCases.count }
        guard let first = whole.first else { throw .noScore }
        guard let score = whole.first(where: { $0.signed.count == PartyID.allCases.count }) else {
            throw .notSigned(PartyID.allCases.filter { first.signed[$0] == nil })
        }
        let words = PartyID.allCases.compactMap { party in
            score.signed[party].map { signed in
                (
                    statement: signed.statement, place: signed.place, evidence: signed.evidence,
                    share: score.shares[party] ?? [], nonce: score.nonces[party] ?? []
                )
            }
        }
        guard let receipt = DecisionReceipt(consortium: consortium, decision: decision, words: words) else {
            throw .noScore
        }
        return receipt
    }
}

extension ReceiptMaker.Gap: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noScore:
            "the topic of scores has not the three parties' shares of this score any more, or they do not open"
        case .notSigned(let parties):
            "\(parties.map(\.name).joined(separator: ", ")) "
                + "\(parties.count == 1 ? "has" : "have") not signed for this score: parties sign once a minute; one that keeps no audit "
                + "log signs for nothing"
        }
    }
}
