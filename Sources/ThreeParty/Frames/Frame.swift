package import Records

/// A message between two parties, before anything in it is believed.
///
/// Layout, integers big-endian (docs/PROTOCOL.md): version, kind, sender, protocol (one byte each); stream (4); batch (8);
/// digest (32); payload. The transport puts a 4-byte length before it.
package struct Frame: Sendable {
    /// What a frame says within its protocol, which declares the kinds that it has (`LinkProtocol`).
    package struct Kind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package var description: String {
            LinkProtocol.all.lazy.compactMap { $0.kinds[self] }.first ?? "frame kind \(rawValue)"
        }
    }

    /// The first byte of every frame; another one is refused.
    package static let version: UInt8 = 3
    /// Bytes before the payload: 4 of one byte each, 4 of the stream, 8 of the batch and 32 of the digest.
    package static let headerBytes = 48
    /// Larger frames are refused: a batch of 4,096 transactions, 1,000 trees of depth 4 and a 32-bit ring fits.
    package static let limit = 1 << 28

    package var kind: Kind
    /// The party that says it sent the frame; the TLS transport holds that against the link.
    package var sender: PartyID
    package var stream: StreamID
    /// Grows with every batch that a leader proposes.
    package var batch: UInt64
    /// What the sender computes: a plan's digest, or an agreed one. A receiver that computes something else stops the
    /// batch.
    package var digest: Digest32
    /// At most `limit` bytes less the header; their shape depends on the kind.
    package var payload: [UInt8]

    package init(
        kind: Kind, sender: PartyID, stream: StreamID, batch: UInt64, digest: Digest32, payload: [UInt8]
    ) {
        self.kind = kind
        self.sender = sender
        self.stream = stream
        self.batch = batch
        self.digest = digest
        self.payload = payload
    }

    /// The `headerBytes` before the payload.
    package var header: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.headerBytes)
        out += [Self.version, kind.rawValue, UInt8(sender.rawValue), stream.protocol]
        stream.number.withBigEndianBytes { out += $0 }
        batch.withBigEndianBytes { out += $0 }
        return out + digest.bytes
    }

    /// The whole frame, without the transport's length before it.
    package var encoded: [UInt8] { header + payload }

    /// Reads a whole frame; all bytes behind the header are payload.
    ///
    /// - Throws: as `init(header:payload:)`.
    package init(decoding bytes: [UInt8]) throws(FrameError) {
        guard bytes.count >= Self.headerBytes else { throw .truncated(bytes: bytes.count) }
        try self.init(header: bytes[..<Self.headerBytes], payload: Array(bytes[Self.headerBytes...]))
    }

    /// - Parameter header: `headerBytes` bytes, from index 0 on.
    /// - Throws: `truncated` for another length, then `version`, `protocol`, `kind` and `sender` in that order, each
    ///   with the byte that is not known.
    package init(header: ArraySlice<UInt8>, payload: [UInt8]) throws(FrameError) {
        guard header.count == Self.headerBytes, header.startIndex == 0, let digest = Digest32(header[16...]) else {
            throw .truncated(bytes: header.count)
        }
        guard header[0] == Self.version else { throw .version(header[0]) }
        guard let known = LinkProtocol.all.first(where: { $0.id == header[3] }) else { throw .protocol(header[3]) }
        guard known.kinds[Kind(rawValue: header[1])] != nil else { throw .kind(header[1]) }
        guard let sender = PartyID(rawValue: Int(header[2])) else { throw .sender(header[2]) }
        self.init(
            kind: Kind(rawValue: header[1]), sender: sender,
            stream: StreamID(protocol: header[3], number: UInt32(bigEndianBytes: header[4..<8])),
            batch: UInt64(bigEndianBytes: header[8..<16]), digest: digest, payload: payload)
    }
}

/// Why bytes are not a frame. The connection they came on is closed: a peer that can't frame can't be followed.
package enum FrameError: Error, Sendable, Hashable {
    /// Fewer bytes than a header has.
    case truncated(bytes: Int)
    /// More bytes than `Frame.limit`.
    case tooLong(bytes: Int)
    case version(UInt8)
    /// A protocol that this version does not speak.
    case `protocol`(UInt8)
    /// A kind that the frame's protocol does not have.
    case kind(UInt8)
    /// A number that is no party's.
    case sender(UInt8)
}

extension FrameError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let bytes): "\(bytes) bytes, fewer than a header has"
        case .tooLong(let bytes): "\(bytes) bytes, more than a frame may have"
        case .version(let version): "version \(version), which this one does not speak"
        case .protocol(let number): "protocol \(number), which this version does not speak"
        case .kind(let kind): "kind \(kind), which its protocol does not have"
        case .sender(let number): "a sender \(number), which is no party"
        }
    }
}
