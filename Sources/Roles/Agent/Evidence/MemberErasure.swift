package import Audit
import Foundation
import Manifests
package import Records

/// The erasing of what a member's agents keep, when they do not run: its keys but its identity, and their state. What is sealed
/// under these keys, wherever it lies, opens no more.
package struct MemberErasure {
    private let member: MemberID
    private let consortium: String
    private let keys: String
    private let state: String?

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - keys: the member's folder of keys.
    ///   - state: the agents' folder; nil where it is elsewhere.
    package init(_ member: MemberID, consortium: String, keys: String, state: String?) {
        self.member = member
        self.consortium = consortium
        self.keys = keys
        self.state = state
    }

    /// The key that stays, by which the receipt is signed.
    private static let identity = "identity.key"

    package func erase(audit: AuditLog) throws -> ErasureReceipt? {
        let keyFiles = try files(keys).filter { $0.hasSuffix(".key") && $0 != Self.identity }
        let stateFiles = try state.map { try files($0).filter { $0.contains(".sqlite") } } ?? []
        for file in keyFiles { try overwrite(keys + "/" + file) }
        for file in stateFiles { try FileManager.default.removeItem(atPath: (state ?? "") + "/" + file) }
        return ErasureReceipt(
            consortium: consortium, role: .member(member), member: member.name, until: nil,
            dropped: [
                .init("keys: sessions, ids of events, windows, at rest, rejected originals", keyFiles.count),
                .init("state files of agents", stateFiles.count),
            ], remains: Self.remains, audit: audit)
    }

    private static let remains = [
        "the member's own topics, in the clear (transactions, decisions, alerts): they are the member's to remove",
        "what the parties keep: each of them erases it, and gives a receipt of its own",
        "boxes on the log: the parties can open them until they erase the keys of their epoch",
        "the member's identity, which signs this",
    ]

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// Writes over a file's bytes before it goes. A file system that copies on writing, or a disk that spreads them, may keep the
    /// old ones all the same.
    private func overwrite(_ path: String) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let length = try handle.seekToEnd()
        try handle.seek(toOffset: 0)
        try handle.write(contentsOf: Data(count: Int(length)))
        try handle.synchronize()
        try handle.close()
        try FileManager.default.removeItem(atPath: path)
    }
}
