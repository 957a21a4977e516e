import Records

/// A piece of an audit log's file.
package enum AuditFrame: Sendable, Hashable {
    /// The bytes of an `AuditEntry`.
    case entry([UInt8])
    /// The record of an `AuditHead` that the role signed over all entries before.
    case head([UInt8])
    /// The record of another role's head, which the role's next head names.
    case seen([UInt8])

    /// The number before the payload.
    private var tag: UInt8 {
        switch self {
        case .entry: 1
        case .head: 2
        case .seen: 3
        }
    }

    private var payload: [UInt8] {
        switch self {
        case .entry(let bytes), .head(let bytes), .seen(let bytes): bytes
        }
    }

    /// The leaf hash of what is in it.
    var hash: MerkleHash { MerkleHash(leaf: payload) }

    /// The frame in the file: its payload's length (4 bytes, big-endian), what it is (1 byte), the first four bytes of the
    /// payload's leaf hash, the payload.
    package var bytes: [UInt8] {
        precondition(payload.count <= AuditFrames.longest, "a frame has at most 65,536 bytes")
        return UInt32(payload.count).bigEndianBytes + [tag] + hash.bytes.prefix(4) + payload
    }
}

/// A reader of an audit log's file, frame by frame.
package struct AuditFrames {
    /// The first bytes of every file.
    package static let magic = Array("cordon/audit/log/v1\n".utf8)
    static let longest = AuditHead.recordBytes
    /// The bytes before a payload.
    private static let lead = 9

    /// What stands at a place of the file.
    package enum Next: Sendable, Hashable {
        /// With the hash of its payload.
        case frame(AuditFrame, MerkleHash)
        case end
        /// The file ends within a frame, as after a crash in the middle of a write.
        case torn
        /// The bytes are no frame.
        case damaged
    }

    private let bytes: UnsafeRawBufferPointer
    /// Where the next frame begins: all before is whole.
    package private(set) var at: Int

    /// Nil where the file does not begin as one does.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.starts(with: Self.magic) else { return nil }
        self.bytes = bytes
        at = Self.magic.count
    }

    /// Reads a frame and goes on behind it; stays where there is none.
    package mutating func next() -> Next {
        let left = bytes.count - at
        guard left > 0 else { return .end }
        guard left >= Self.lead else { return .torn }
        let count = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
        guard count <= Self.longest else { return .damaged }
        guard left >= Self.lead + count else { return .torn }
        let payload = [UInt8](UnsafeRawBufferPointer(rebasing: bytes[at + Self.lead..<at + Self.lead + count]))
        let hash = MerkleHash(leaf: payload)
        let frame: AuditFrame
        switch bytes[at + 4] {
        case 1: frame = .entry(payload)
        case 2: frame = .head(payload)
        case 3: frame = .seen(payload)
        default: return isZero(from: at) ? .torn : .damaged
        }
        guard hash.bytes.prefix(4).elementsEqual(bytes[at + 5..<at + 9]) else {
            // The last one may not have been written to its end, where the file's length was stored before its content.
            return left == Self.lead + count ? .torn : .damaged
        }
        at += Self.lead + count
        return .frame(frame, hash)
    }

    /// Whether nothing but zeros follows: what a file system may leave where a crash came between a file's length and its content.
    private func isZero(from place: Int) -> Bool { bytes[place...].allSatisfy { $0 == 0 } }
}
