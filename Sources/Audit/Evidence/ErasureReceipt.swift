package import Foundation
package import Keys
package import Manifests
import Records

/// What a role says that it erased of a member, or of a time: a file of JSON, which stands in the role's audit log by its digest
/// and is checked without a network. It is the role's own word: that nothing was kept elsewhere no file can show.
package struct ErasureReceipt: Sendable, Hashable, Codable {
    /// A kind of thing that was dropped, and how many.
    package struct Line: Sendable, Hashable, Codable {
        package var what: String
        package var count: Int

        package init(_ what: String, _ count: Int) {
            self.what = what
            self.count = count
        }
    }

    package static let format = "cordon/erasure/v1"

    package private(set) var format = Self.format
    package private(set) var consortium: String
    package private(set) var role: String
    /// Of a member; nil for all members'.
    package private(set) var member: String?
    /// Of what is older than this day, `2026-11-30`; nil for all of it.
    package private(set) var until: String?
    package private(set) var dropped: [Line]
    /// What this does not erase, a sentence each, with what becomes of it.
    package private(set) var remains: [String]
    /// Base64: the entry, the way to a head, the head.
    package private(set) var entry = Data()
    package private(set) var entryPath: [Data] = []
    package private(set) var head = Data()

    /// Writes what was erased to a role's audit log, and makes the receipt.
    ///
    /// - Returns: nil where the log can't be written to.
    package init?(
        consortium: String, role: SyncAuthor, member: String?, until: String?, dropped: [Line], remains: [String],
        audit: AuditLog
    ) {
        self.consortium = consortium
        self.role = role.description
        self.member = member
        self.until = until
        self.dropped = dropped
        self.remains = remains
        var fields: [AuditField: String] = [.count: "\(dropped.reduce(0) { $0 + $1.count })"]
        fields[.member] = member
        fields[.object] = until.map { "what is older than \($0)" }
        guard let sealed = audit.seal(AuditEvent(.erased, of: subject, fields)) else { return nil }
        entry = Data(sealed.entry)
        entryPath = sealed.path.map { Data($0.bytes) }
        head = Data(sealed.head)
    }

    /// The digest of all that it says.
    private var subject: Digest32 {
        func text(_ text: String?) -> [UInt8] { Array((text ?? "").utf8) }
        return Digest32(
            of: [text(format), text(consortium), text(role), text(member), text(until)]
                + dropped.flatMap { [text($0.what), Int64($0.count).bigEndianBytes] } + [[]] + remains.map(text))
    }

    /// The file.
    package var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array((try? encoder.encode(self)) ?? Data())
    }

    /// Reads a file; nil for one that is no receipt of an erasure.
    package init?(json: [UInt8]) {
        guard let receipt = try? JSONDecoder().decode(ErasureReceipt.self, from: Data(json)) else { return nil }
        self = receipt
    }

    /// Why it shows nothing.
    package enum Fault: Error, Sendable, Hashable {
        case otherVersion
        case otherConsortium
        case head(AuditHeadRefusal)
        /// The entry is not in the role's log as the role signed it.
        case notInLog
        /// The entry is of something else: the receipt was altered.
        case altered
    }

    /// Checks that the role of the roster signed for all that it says.
    ///
    /// - Returns: when, by the role's clock, in microseconds since 1970.
    package func verify(
        consortium: String, keys: (SyncAuthor) -> VerifyingKey?
    ) throws(Fault) -> (role: SyncAuthor, microseconds: Int64) {
        guard format == Self.format else { throw .otherVersion }
        guard self.consortium == consortium else { throw .otherConsortium }
        let signed: AuditHead
        do throws(AuditHeadRefusal) {
            signed = try AuditHead(verifying: Array(head), consortium: consortium, keys: keys)
        } catch { throw .head(error) }
        let path = entryPath.compactMap { MerkleHash($0) }
        guard let entry = AuditEntry(Array(self.entry)), entry.role == signed.role, path.count == entryPath.count,
            InclusionProof(index: entry.number, size: signed.standing.size, path: path)
                .verifies(MerkleHash(leaf: Array(self.entry)), in: signed.standing.root)
        else { throw .notInLog }
        guard entry.event.kind == .erased, entry.event.subject == subject, signed.role.description == role else {
            throw .altered
        }
        return (signed.role, entry.microseconds)
    }
}

extension ErasureReceipt.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherVersion: "it is no receipt of an erasure, or of a newer version"
        case .otherConsortium: "it is of another consortium than the roster's"
        case .head(let refusal): "the head of the role's audit log does not count: \(refusal)"
        case .notInLog: "its entry is not in the role's audit log as the role signed it"
        case .altered: "the role signed for something else: the receipt was altered"
        }
    }
}
