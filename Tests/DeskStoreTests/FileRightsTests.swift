import Desk
import DeskStore
import Foundation
import Policy
import Support
import Testing

/// Who may read a desk's files.
struct FileRightsTests {
    private let folder = try! TemporaryFolder()

    private func rights() throws -> [String: Int] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
                return (name, (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0)
            })
    }

    @Test(
        "what a desk keeps is its owner's alone, also what SQLite puts beside it, and where the files were others' to read"
    )
    func files() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        for _ in 0..<2 {
            let index = try DeskIndex(path: folder.path("desk.sqlite"), member: DeskSamples.member)
            let sessions = try SessionFile(path: folder.path("sessions.sqlite"))
            let webhooks = try WebhookStore(path: folder.path("webhooks.sqlite"))
            _ = try index.apply(DeskBatch(inputs: [], positions: []))
            try sessions.remove([1])
            _ = try webhooks.take()
            let rights = try rights()
            #expect(rights.count == 9)
            #expect(rights.allSatisfy { $0.value == 0o600 }, "\(rights)")
            withExtendedLifetime((index, sessions, webhooks)) {}
            for name in ["desk.sqlite", "sessions.sqlite", "webhooks.sqlite"] {
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path(name))
            }
        }
    }
}
