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

    /// Nil for a number that no frame has.
    fileprivate init?(tag: UInt8, _ payload: [UInt8]) {
        switch tag {
        case 1: self = .entry(payload)
        case 2: self = .head(payload)
        case 3: self = .seen(payload)
        default: return nil
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
        guard at < bytes.count else { return .end }
        guard let (frame, hash, end) = whole(at) else { return isTorn ? .torn : .damaged }
        at = end
        return .frame(frame, hash)
    }

    /// The frame at a place, with the hash of its payload and where it ends; nil where there is no whole one.
    private func whole(_ place: Int) -> (frame: AuditFrame, hash: MerkleHash, end: Int)? {
        guard let end = end(place), end <= bytes.count else { return nil }
        let payload = [UInt8](UnsafeRawBufferPointer(rebasing: bytes[place + Self.lead..<end]))
        guard let frame = AuditFrame(tag: bytes[place + 4], payload) else { return nil }
        let hash = frame.hash
        guard hash.bytes.prefix(4).elementsEqual(bytes[place + 5..<place + 9]) else { return nil }
        return (frame, hash, end)
    }

    /// Where a frame would end by its length; nil where that is too much, or not all there.
    private func end(_ place: Int) -> Int? {
        guard bytes.count - place >= Self.lead else { return nil }
        let count = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
        return count <= Self.longest ? place + Self.lead + count : nil
    }

    /// Whether what follows may be a write that a crash ended: the file's last one, whose end, or whose content, is not there.
    private var isTorn: Bool {
        guard bytes.count - at >= Self.lead, bytes[at...].contains(where: { $0 != 0 }) else { return true }
        // A wrong length may lead to the file's end from anywhere. But then whole frames follow.
        guard let end = end(at), end >= bytes.count, (1...3).contains(bytes[at + 4]) else { return false }
        return !(at + 1..<bytes.count).contains { whole($0) != nil }
    }
}
