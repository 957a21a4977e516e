package import Records

/// The bytes that a dealer gives a new host, piece by piece as that asks for them: it may ask for a piece again, and go on after
/// either was killed.
package struct DealSource: Sendable, Unprinted {
    /// Bytes of a piece.
    package static let pieceBytes = 1 << 18

    private let party: PartyID
    private let deal: Digest32
    private let number: UInt32
    private let bytes: [UInt8]

    /// - Parameters:
    ///   - deal: the digest of what orders the deal: the same at all parties.
    ///   - number: which of its objects, counted from 0.
    package init(party: PartyID, deal: Digest32, number: UInt32, bytes: [UInt8]) {
        self.party = party
        self.deal = deal
        self.number = number
        self.bytes = bytes
    }

    private var pieces: Int { max(1, (bytes.count + Self.pieceBytes - 1) / Self.pieceBytes) }

    /// The answer to a question; nil for one of another deal or object, or for a piece that there is not.
    package func answer(_ ask: Frame) -> Frame? {
        guard ask.kind == .dealAsk, ask.digest == deal, ask.batch == UInt64(number), ask.payload.count == 4 else {
            return nil
        }
        let piece = Int(UInt32(bigEndianBytes: ask.payload))
        guard piece < pieces else { return nil }
        let start = piece * Self.pieceBytes
        let payload =
            UInt32(piece).bigEndianBytes + UInt32(pieces).bigEndianBytes
            + bytes[start..<min(start + Self.pieceBytes, bytes.count)]
        return Frame(
            kind: .dealPiece, sender: party, stream: .deal, batch: UInt64(number), digest: deal, payload: payload)
    }
}

/// The pieces that a new host has of one dealer's object.
package struct DealSink: Sendable, Unprinted {
    private let party: PartyID
    package let dealer: PartyID
    private let deal: Digest32
    private let number: UInt32
    /// Bytes at most: what a dealer may make this party hold.
    private let limit: Int
    private var received: [UInt8] = []
    private var next = 0
    private var pieces: Int?

    package init(party: PartyID, dealer: PartyID, deal: Digest32, number: UInt32, limit: Int = 1 << 32) {
        self.party = party
        self.dealer = dealer
        self.deal = deal
        self.number = number
        self.limit = limit
    }

    /// All bytes; nil where some are missing.
    package var bytes: [UInt8]? { next == pieces ? received : nil }

    /// What asks for the next piece; nil where none is missing.
    package var ask: Frame? {
        guard bytes == nil else { return nil }
        return Frame(
            kind: .dealAsk, sender: party, stream: .deal, batch: UInt64(number), digest: deal,
            payload: UInt32(next).bigEndianBytes)
    }

    /// Takes a piece. What comes again, or is of another deal, is passed over.
    package mutating func receive(_ frame: Frame) throws(RefreshError) {
        guard frame.kind == .dealPiece, frame.sender == dealer, frame.digest == deal, frame.batch == UInt64(number)
        else { return }
        guard frame.payload.count >= 8 else { throw .malformed(dealer) }
        let piece = Int(UInt32(bigEndianBytes: frame.payload[..<4]))
        let pieces = Int(UInt32(bigEndianBytes: frame.payload[4..<8]))
        guard piece < pieces, pieces == self.pieces ?? pieces else { throw .malformed(dealer) }
        guard piece == next else { return }
        let bytes = frame.payload[8...]
        // All pieces but the last are whole.
        guard bytes.count <= DealSource.pieceBytes, piece == pieces - 1 || bytes.count == DealSource.pieceBytes,
            received.count + bytes.count <= limit
        else { throw .malformed(dealer) }
        received += bytes
        self.pieces = pieces
        next += 1
    }
}

extension PairKeys {
    /// A dealer's tag of what both dealers hold and the receiver must not get, under the key of the two dealers: it tells the
    /// receiver whether they hold the same, and nothing else.
    ///
    /// - Parameters:
    ///   - receiver: a neighbour of this party.
    ///   - withheld: the digest of what they hold.
    package borrowing func dealTag(_ party: PartyID, to receiver: PartyID, deal: Digest32, withheld: Digest32)
        -> [UInt8]
    {
        let digest = Digest32(of: [Array("cordon/deal/tag/v1".utf8), deal.bytes, withheld.bytes])
        return receiver == party.next
            ? withPrevious.bytes(.dealTag, digest: digest, count: 32)
            : withNext.bytes(.dealTag, digest: digest, count: 32)
    }
}
