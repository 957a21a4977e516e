package import Foundation
import Records

/// What shows to somebody without the log how a decision's score came about: what each of the three parties signed for it, its
/// share of the score, and the decision itself. A file of JSON, which is checked without a network (`ReceiptVerifier`).
package struct DecisionReceipt: Sendable, Hashable, Codable {
    /// What one party says, with the way from there to a signed head of its audit log.
    package struct Word: Sendable, Hashable, Codable {
        package var party: String
        /// Base64, as all bytes here; little-endian for an exact score, least significant bit first for a rounded one.
        package var share: Data
        package var nonce: Data
        package var commitment: Data
        /// Of the statement among its record's, and of the record among the entry's.
        package var statementPlace: Place
        package var recordPlace: Place
        package var entry: Data
        package var entryPath: [Data]
        package var head: Data
    }

    /// An inclusion proof (RFC 9162, section 2.1.3).
    package struct Place: Sendable, Hashable, Codable {
        package var index: Int
        package var size: Int
        package var path: [Data]

        package init(_ proof: InclusionProof) {
            index = proof.index
            size = proof.size
            path = proof.path.map { Data($0.bytes) }
        }

        /// Nil where a hash is none.
        var proof: InclusionProof? {
            let hashes = path.compactMap { MerkleHash($0) }
            return hashes.count == path.count ? InclusionProof(index: index, size: size, path: hashes) : nil
        }
    }

    /// The place of a record in a topic, and of which of its parts, from 0.
    package struct Position: Sendable, Hashable, Codable {
        package var partition: Int
        package var offset: Int64
        package var index: Int?

        package init(partition: Int, offset: Int64, index: Int? = nil) {
            self.partition = partition
            self.offset = offset
            self.index = index
        }
    }

    package static let format = "cordon/receipt/v1"

    package var format: String
    package var consortium: String
    package var member: String
    /// The decision's record, a CloudEvent, as it is on the member's topic.
    package var decision: String
    /// Of the transaction, in the member's topic.
    package var source: Position
    /// Of the sealed record, in `consortium.sealed`.
    package var sealed: Position
    /// Digests, base64: of the sealed record, of the batch's plan, of what was agreed on, of the model's manifest.
    package var record: Data
    package var plan: Data
    package var agreed: Data
    package var model: Data
    package var ringBits: Int
    /// Of a rounded score; 0 of an exact one.
    package var steps: Int
    package var parties: [Word]

    /// Puts a receipt together.
    ///
    /// - Parameters:
    ///   - words: of each party the statement, its place, the record that it is in, the share and its nonce. They have to be of
    ///     one score; what is not shows when the receipt is checked.
    /// - Returns: nil where there are none.
    package init?(
        consortium: String, decision: String,
        words: [(
            statement: ScoreStatement, place: InclusionProof, evidence: ScoreEvidence, share: [UInt8], nonce: [UInt8]
        )]
    ) {
        guard let first = words.first?.statement else { return nil }
        format = Self.format
        self.consortium = consortium
        member = first.member.name
        self.decision = decision
        source = Position(
            partition: first.source.partition, offset: first.source.offset,
            index: first.source.index == 0 ? nil : first.source.index)
        sealed = Position(partition: first.partition, offset: first.offset)
        record = Data(first.record.bytes)
        plan = Data(first.plan.bytes)
        agreed = Data(first.agreed.bytes)
        model = Data(first.model.bytes)
        ringBits = first.ringBits
        steps = first.steps
        parties = words.map { word in
            Word(
                party: word.statement.party.name, share: Data(word.share), nonce: Data(word.nonce),
                commitment: Data(word.statement.commitment.bytes), statementPlace: Place(word.place),
                recordPlace: Place(word.evidence.place), entry: Data(word.evidence.entry.entry),
                entryPath: word.evidence.entry.path.map { Data($0.bytes) }, head: Data(word.evidence.entry.head))
        }
    }

    /// The file.
    package var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Text, numbers and bytes: nothing that JSON has no form for.
        return Array((try? encoder.encode(self)) ?? Data())
    }

    /// Reads a file; nil for one that is no receipt.
    package init?(json: [UInt8]) {
        guard let receipt = try? JSONDecoder().decode(DecisionReceipt.self, from: Data(json)) else { return nil }
        self = receipt
    }

    /// The statement that a party has to have signed for; nil where the receipt's fields are none. A statement has 32 bits of a
    /// partition and of an index: a receipt with more would say another place than the parties signed for.
    func statement(of party: PartyID, commitment: Data) -> ScoreStatement? {
        guard let member = MemberID(member), let record = Digest32(record), let plan = Digest32(plan),
            let agreed = Digest32(agreed), let model = Digest32(model), let commitment = Digest32(commitment),
            [16, 32].contains(ringBits), (0...Int(Int32.max)).contains(steps),
            [source.partition, source.index ?? 0, sealed.partition].allSatisfy({ UInt32(exactly: $0) != nil })
        else { return nil }
        return ScoreStatement(
            party: party, member: member,
            source: SourcePosition(partition: source.partition, offset: source.offset, index: source.index ?? 0),
            partition: sealed.partition, offset: sealed.offset, record: record, plan: plan, agreed: agreed,
            model: model, ringBits: ringBits, steps: steps, commitment: commitment)
    }
}
