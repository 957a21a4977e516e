package import Records

/// What a party says of one score that it computed: of which sealed record, under which plan, by which model, and, hidden, its
/// share. Its hash is a leaf of a tree whose root stands in the party's audit log.
package struct ScoreStatement: Sendable, Hashable {
    package var party: PartyID
    package var member: MemberID
    /// The transaction's place in its member's topic.
    package var source: SourcePosition
    /// The place of the sealed record in `consortium.sealed`.
    package var partition: Int
    package var offset: Int64
    /// The digest of that record (`ScoreStatement.digest(ofRecord:)`).
    package var record: Digest32
    /// The plan of the batch that it was scored in.
    package var plan: Digest32
    /// What the parties agreed on of that batch.
    package var agreed: Digest32
    package var model: Digest32
    /// Bits of a share's ring, 16 or 32.
    package var ringBits: Int
    /// How many steps a rounded score has; 0 of an exact one.
    package var steps: Int
    /// To the party's share (`commitment(to:nonce:)`).
    package var commitment: Digest32

    package init(
        party: PartyID, member: MemberID, source: SourcePosition, partition: Int, offset: Int64, record: Digest32,
        plan: Digest32, agreed: Digest32, model: Digest32, ringBits: Int, steps: Int, commitment: Digest32
    ) {
        self.party = party
        self.member = member
        self.source = source
        self.partition = partition
        self.offset = offset
        self.record = record
        self.plan = plan
        self.agreed = agreed
        self.model = model
        self.ringBits = ringBits
        self.steps = steps
        self.commitment = commitment
    }

    private static let label = Array("cordon/score/statement/v1".utf8)
    private static let recordLabel = part("cordon/score/record/v1")
    private static let shareLabel = part("cordon/score/share/v1")

    /// A label as a part of what is hashed.
    private static func part(_ label: String) -> [UInt8] { label.utf8.count.bigEndianBytes + label.utf8 }

    /// The leaf's hash. Of a label, then party (1), the member's name behind its length (1), source partition (4), offset (8) and
    /// index (4), partition (4) and offset (8) of the sealed record, the digests of record, plan, agreement and model, bits (1),
    /// steps (4), commitment; numbers big-endian.
    package var leaf: MerkleHash {
        var bytes = Self.label
        bytes.reserveCapacity(320)
        bytes.append(UInt8(party.rawValue))
        bytes.append(UInt8(truncatingIfNeeded: member.name.utf8.count))
        bytes += member.name.utf8
        func add(_ number: some FixedWidthInteger) { number.withBigEndianBytes { bytes.append(contentsOf: $0) } }
        add(UInt32(truncatingIfNeeded: source.partition))
        add(source.offset)
        add(UInt32(truncatingIfNeeded: source.index))
        add(UInt32(truncatingIfNeeded: partition))
        add(offset)
        record.write(to: &bytes)
        plan.write(to: &bytes)
        agreed.write(to: &bytes)
        model.write(to: &bytes)
        bytes.append(UInt8(truncatingIfNeeded: ringBits))
        add(UInt32(truncatingIfNeeded: steps))
        commitment.write(to: &bytes)
        return MerkleHash(leaf: bytes)
    }

    /// The digest by which a sealed record is named.
    package static func digest(ofRecord record: [UInt8]) -> Digest32 {
        var hash = SHA256Stream()
        hash.add(recordLabel)
        hash.add(part: record)
        return Digest32(hash)
    }

    /// The commitment to a share: who has not the nonce learns nothing of it, and no other share fits it.
    ///
    /// - Parameters:
    ///   - share: as it lies in the party's box.
    ///   - nonce: 32 bytes that party and member alone can tell, others for each score.
    package static func commitment(to share: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer) -> Digest32 {
        var hash = SHA256Stream()
        hash.add(shareLabel)
        hash.add(part: nonce)
        hash.add(part: share)
        return Digest32(hash)
    }

    /// The same of what lies elsewhere.
    package static func commitment(to share: some Sequence<UInt8>, nonce: [UInt8]) -> Digest32 {
        Array(share).withUnsafeBytes { share in nonce.withUnsafeBytes { commitment(to: share, nonce: $0) } }
    }
}
