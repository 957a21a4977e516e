package import Audit
import Foundation
package import Keys
import Manifests
package import Records

/// The erasing of what a member's agents keep, when they do not run: its keys but its identities, and their state. What is sealed
/// under these keys, wherever it lies, opens no more.
package struct MemberErasure {
    private let member: MemberID
    private let consortium: String
    private let keystore: FileKeystore
    private let state: String?

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - keystore: the member's.
    ///   - state: the agents' folder; nil where it is elsewhere.
    package init(_ member: MemberID, consortium: String, keystore: FileKeystore, state: String?) {
        self.member = member
        self.consortium = consortium
        self.keystore = keystore
        self.state = state
    }

    /// - Throws: what is wrong with the identity, by which the receipt is signed and which stays, before anything is erased.
    package func erase(audit: AuditLog) throws -> ErasureReceipt? {
        _ = try keystore.signingKey()
        // Of a member that changes its identity there are two.
        let keys = keystore.files().filter { KeyKind.of(file: $0)?.kind.name != "identity" }
            .map { String($0.dropLast(".key".count)) }
        let stateFiles = try state.map { state in
            try FileManager.default.contentsOfDirectory(atPath: state).filter { $0.contains(".sqlite") }
                .map { state + "/" + $0 }
        }
        for key in keys { try keystore.erase(key) }
        for file in stateFiles ?? [] { try FileManager.default.removeItem(atPath: file) }
        return ErasureReceipt(
            consortium: consortium, role: .member(member), member: member.name, until: nil,
            dropped: [
                .init("keys: sessions, ids of events, windows, at rest, rejected originals", keys.count),
                .init("state files of agents", stateFiles?.count ?? 0),
            ], remains: Self.remains, audit: audit)
    }

    private static let remains = [
        "the member's own topics, in the clear (transactions, decisions, alerts): they are the member's to remove",
        "what the parties keep: each of them erases it, and gives a receipt of its own",
        "boxes on the log: the parties can open them until they erase the keys of their epoch",
        "the member's identity, which signs this",
        "backups of the key folder, which open what the keys opened: they are the member's to remove",
    ]
}
