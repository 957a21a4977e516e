import Foundation
package import Keys
package import Manifests
import Records

/// The size and hash of a role's log, as another role has seen it.
package struct SeenHead: Sendable, Hashable {
    package let size: Int
    package let root: MerkleHash

    package init(size: Int, root: MerkleHash) {
        self.size = size
        self.root = root
    }
}

/// The head of a role's audit log, signed by the role. It is over all that stands before it in the file, and names the newest
/// heads of others that the role has seen: who signs two histories contradicts a head that somebody else has signed for.
package struct AuditHead: Sendable, Hashable {
    package let role: SyncAuthor
    /// How many entries the log has, and their tree's hash.
    package let standing: SeenHead
    /// By the role's clock.
    package let microseconds: Int64
    /// The hash of all that stands before it in the file (`AuditTrail`); nil where nothing does.
    package let trail: MerkleHash?
    package let seen: [SyncAuthor: SeenHead]

    private static let schema: UInt32 = 1
    private static let context = "cordon/audit/head/v1"
    /// The most bytes of a head's record.
    static let recordBytes = 65_536

    package init(
        role: SyncAuthor, standing: SeenHead, microseconds: Int64, trail: MerkleHash?,
        seen: [SyncAuthor: SeenHead] = [:]
    ) {
        self.role = role
        self.standing = standing
        self.microseconds = microseconds
        self.trail = trail
        self.seen = seen
    }

    /// The head's record.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster, so that a head counts in no other.
    ///   - key: the role's.
    package func record(consortium: String, key: borrowing SigningKey) throws(SigningError) -> [UInt8] {
        var body = WireAuditHeadBody()
        body.schema = Self.schema
        body.consortium = consortium
        body.role = role.description
        body.size = UInt64(standing.size)
        body.root = Data(standing.root.bytes)
        body.time = microseconds
        body.trail = Data(trail?.bytes ?? [])
        body.seen = seen.sorted { $0.key.description < $1.key.description }.map { role, seen in
            var wire = WireSeenHead()
            wire.role = role.description
            wire.size = UInt64(seen.size)
            wire.root = Data(seen.root.bytes)
            return wire
        }
        let bytes = body.encoded
        var head = WireAuditHead()
        head.body = Data(bytes)
        head.signature = Data(try key.sign(bytes, context: Self.context))
        return head.encoded
    }

    /// Reads a head's record and checks its signature.
    ///
    /// - Parameter keys: of the roster; nil for a role that it does not name.
    package init(
        verifying record: [UInt8], consortium: String, keys: (SyncAuthor) -> VerifyingKey?
    ) throws(AuditHeadRefusal) {
        guard record.count <= Self.recordBytes, let wire = WireAuditHead(decoding: record), wire.encoded == record,
            let body = WireAuditHeadBody(decoding: Array(wire.body)), body.schema == Self.schema,
            body.encoded == Array(wire.body), let role = SyncAuthor(body.role), let size = Int(exactly: body.size),
            let root = MerkleHash(body.root)
        else { throw .malformed }
        guard body.consortium == consortium else { throw .otherConsortium }
        guard let key = keys(role) else { throw .unknownRole(role) }
        guard key.verifies(Array(wire.signature), over: Array(wire.body), context: Self.context) else {
            throw .badSignature(role)
        }
        var trail: MerkleHash?
        if !body.trail.isEmpty {
            guard let hash = MerkleHash(body.trail) else { throw .malformed }
            trail = hash
        }
        var seen: [SyncAuthor: SeenHead] = [:]
        for other in body.seen {
            guard let author = SyncAuthor(other.role), author != role, seen[author] == nil,
                let size = Int(exactly: other.size),
                let root = MerkleHash(other.root)
            else { throw .malformed }
            seen[author] = SeenHead(size: size, root: root)
        }
        self.init(
            role: role, standing: SeenHead(size: size, root: root), microseconds: body.time, trail: trail,
            seen: seen)
    }
}

/// Why a head's record does not count.
package enum AuditHeadRefusal: Error, Sendable, Hashable {
    case malformed
    case otherConsortium
    case unknownRole(SyncAuthor)
    case badSignature(SyncAuthor)
}

extension AuditHeadRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it is no head of an audit log, or of a newer version"
        case .otherConsortium: "it is of another consortium than the roster's"
        case .unknownRole(let role): "the roster has no \(role)"
        case .badSignature(let role): "\(role) of the roster did not sign it"
        }
    }
}
