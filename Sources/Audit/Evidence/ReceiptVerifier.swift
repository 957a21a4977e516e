import Foundation
package import Keys
package import Manifests
package import Records

/// Why a receipt shows nothing.
package enum ReceiptFault: Error, Sendable, Hashable {
    /// It is no receipt, or of another version.
    case notAReceipt
    case otherConsortium
    /// A field holds something that no receipt has.
    case malformed(String)
    /// There is not one word of each party.
    case missing(PartyID)
    case head(PartyID, AuditHeadRefusal)
    /// The head is of another role's log.
    case otherRole(PartyID)
    /// The entry is not the last of the head's.
    case notInLog(PartyID)
    /// The entry is not of scores.
    case otherEntry(PartyID)
    /// The tree that the entry names has not this record's statements, or they have not this one: something that it says was
    /// altered.
    case notStated(PartyID)
    /// The share is not the one that the party committed to.
    case otherShare(PartyID)
    /// The shares are of no score.
    case noScore
    /// The decision is of another transaction or score, by the name of the field.
    case otherDecision(String)
}

/// What a receipt was found to show.
package struct VerifiedReceipt: Sendable, Hashable {
    /// What the three shares add up to.
    package enum Score: Sendable, Hashable {
        /// In units of the model's last fraction bit.
        case exact(Int64)
        case step(Int, of: Int)
    }

    /// One party's entry.
    package struct Entry: Sendable, Hashable {
        package var party: PartyID
        package var number: Int
        /// When the party wrote it, by its own clock, in microseconds since 1970.
        package var microseconds: Int64
        package var head: SeenHead
        package var subject: Digest32
    }

    package var score: Score
    package var entries: [Entry]
    /// The member's own id of the transaction, its decision and the model's version, as the decision says.
    package var transaction: String
    package var decision: String
    package var modelVersion: String
}

extension VerifiedReceipt.Score {
    /// What three shares are of.
    ///
    /// - Parameters:
    ///   - shares: additive, little-endian, of a ring of 16 or 32 bits; or an XOR share each of a rounded score's bits.
    ///   - steps: of a rounded score; 0 of an exact one.
    /// - Throws: `noScore`.
    package init(_ shares: [[UInt8]], ringBits: Int, steps: Int) throws(ReceiptFault) {
        let width = steps == 0 ? ringBits / 8 : (steps - 1 + 7) / 8
        guard shares.count == PartyID.allCases.count, shares.allSatisfy({ $0.count == width }) else { throw .noScore }
        guard steps > 0 else {
            let sum = shares.reduce(UInt32(0)) { sum, share in
                sum &+ share.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            }
            self = .exact(
                ringBits == 16 ? Int64(Int16(truncatingIfNeeded: sum)) : Int64(Int32(truncatingIfNeeded: sum)))
            return
        }
        let bits = (0..<width).map { shares[0][$0] ^ shares[1][$0] ^ shares[2][$0] }
        let set = bits.reduce(0) { $0 + $1.nonzeroBitCount }
        // A bit for each threshold that is reached, from the lowest on.
        let isThermometer = bits.enumerated().allSatisfy { index, byte in
            byte == UInt8(truncatingIfNeeded: 1 << min(max(set - 8 * index, 0), 8) - 1)
        }
        guard set < steps, isThermometer else { throw .noScore }
        self = .step(set, of: steps)
    }
}

extension VerifiedReceipt.Score: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exact(let raw): "\(raw)"
        case .step(let step, let steps): "step \(step) of \(steps)"
        }
    }
}

/// The check of a receipt by the roster's keys alone.
package struct ReceiptVerifier {
    private let consortium: String
    private let keys: (SyncAuthor) -> VerifyingKey?

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - keys: of the roster.
    package init(consortium: String, keys: @escaping (SyncAuthor) -> VerifyingKey?) {
        self.consortium = consortium
        self.keys = keys
    }

    package func verify(_ receipt: DecisionReceipt) throws(ReceiptFault) -> VerifiedReceipt {
        guard receipt.format == DecisionReceipt.format else { throw .notAReceipt }
        guard receipt.consortium == consortium else { throw .otherConsortium }
        var entries: [VerifiedReceipt.Entry] = []
        var shares: [[UInt8]] = []
        guard receipt.parties.count <= PartyID.allCases.count else { throw .malformed("parties") }
        for party in PartyID.allCases {
            guard let word = receipt.parties.first(where: { $0.party == party.name }) else { throw .missing(party) }
            entries.append(try verify(word, of: party, receipt))
            shares.append(Array(word.share))
        }
        let score = try VerifiedReceipt.Score(shares, ringBits: receipt.ringBits, steps: receipt.steps)
        let decision = try Self.decision(receipt, score)
        return VerifiedReceipt(
            score: score, entries: entries, transaction: decision.data.transaction,
            decision: decision.data.decision, modelVersion: decision.data.modelVersion)
    }

    private func verify(
        _ word: DecisionReceipt.Word, of party: PartyID, _ receipt: DecisionReceipt
    ) throws(ReceiptFault) -> VerifiedReceipt.Entry {
        let head: AuditHead
        do throws(AuditHeadRefusal) {
            head = try AuditHead(verifying: Array(word.head), consortium: consortium, keys: keys)
        } catch { throw .head(party, error) }
        guard head.role == .party(party) else { throw .otherRole(party) }
        guard let entry = AuditEntry(Array(word.entry)) else { throw .malformed("entry of \(party)") }
        let path = word.entryPath.compactMap { MerkleHash($0) }
        let proof = InclusionProof(index: entry.number, size: head.standing.size, path: path)
        guard path.count == word.entryPath.count, entry.role == head.role, entry.number == head.standing.size - 1,
            proof.verifies(MerkleHash(leaf: Array(word.entry)), in: head.standing.root)
        else { throw .notInLog(party) }
        guard entry.event.kind == .scores, let subject = entry.event.subject, let root = MerkleHash(subject.bytes)
        else {
            throw .otherEntry(party)
        }
        guard let statement = receipt.statement(of: party, commitment: word.commitment),
            let place = word.statementPlace.proof, let record = word.recordPlace.proof
        else { throw .malformed("statement of \(party)") }
        guard let own = place.root(of: statement.leaf), record.verifies(ScoreEvidence.leaf(own), in: root) else {
            throw .notStated(party)
        }
        guard word.nonce.count == 32,
            ScoreStatement.commitment(to: word.share, nonce: Array(word.nonce)) == statement.commitment
        else { throw .otherShare(party) }
        return VerifiedReceipt.Entry(
            party: party, number: entry.number, microseconds: entry.microseconds, head: head.standing, subject: subject)
    }

    /// What of a decision's event is held against the parties' words.
    private struct Decision: Decodable {
        struct Detail: Decodable {
            var transaction: String
            var decision: String
            var rawScore: Int64
            var modelVersion: String
            var source: DecisionReceipt.Position
        }

        var data: Detail
    }

    private static func decision(
        _ receipt: DecisionReceipt, _ score: VerifiedReceipt.Score
    ) throws(ReceiptFault) -> Decision {
        guard let decision = try? JSONDecoder().decode(Decision.self, from: Data(receipt.decision.utf8)) else {
            throw .malformed("decision")
        }
        let (said, source) = (decision.data.source, receipt.source)
        guard said.partition == source.partition, said.offset == source.offset, said.index ?? 0 == source.index ?? 0
        else {
            throw .otherDecision("source")
        }
        if case .exact(let raw) = score, raw != decision.data.rawScore { throw .otherDecision("rawScore") }
        return decision
    }
}

extension ReceiptFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAReceipt: "the file is no receipt, or of a newer version"
        case .otherConsortium: "the receipt is of another consortium than the roster's"
        case .malformed(let field): "the receipt is damaged: its \(field) is none"
        case .missing(let party): "the receipt has no word of \(party)"
        case .head(let party, let refusal): "the head of \(party)'s audit log does not count: \(refusal)"
        case .otherRole(let party): "the head that is to be \(party)'s is of another role's audit log"
        case .notInLog(let party): "the entry is not in \(party)'s audit log as \(party) signed it"
        case .otherEntry(let party): "the entry of \(party)'s audit log is not of scores"
        case .notStated(let party):
            "\(party) has not stated this: a digest, a position or a proof of the receipt was altered, or it is of another score"
        case .otherShare(let party): "the share is not the one that \(party) committed to"
        case .noScore: "the three shares are of no score"
        case .otherDecision(let field): "the decision is not of this score: its \(field) is another"
        }
    }
}
