import Foundation
import Keys
import Logging
import Roles
import Stages
import Support
import Telemetry
import Testing

@Suite("The watch over a role's keys")
struct KeyWatchTests {
    private let folder: TemporaryFolder
    private let store: FileKeystore
    private let lines = CapturedLines()
    private let metrics = Metrics()
    private let clock = ManualClock()
    private var now: Int64 { clock.microseconds / 1_000_000 }

    init() throws {
        folder = try TemporaryFolder()
        store = FileKeystore(directory: folder.path("keys"))
        try store.store(HPKEPrivateKey())
        try store.store(HPKEPrivateKey(), "hpke-2")
        try store.store(SigningKey())
    }

    private func age(_ file: String, days: Int64) throws {
        let date = Date(timeIntervalSince1970: TimeInterval(now - days * 86_400))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder.path("keys/" + file))
    }

    private func watch() throws -> KeyWatch {
        KeyWatch(store, clock: clock, metrics: metrics, logger: lines.logger())
    }

    @Test("tells each key's age and expiry, and warns of those that are due, once, never of what they hold")
    func warns() throws {
        try age("hpke.key", days: 400)
        try age("hpke-2.key", days: 340)
        try age("identity.key", days: 340)
        let watch = try watch()
        for _ in 0..<3 { #expect(try watch.turn(until: clock.now) == .rest(.seconds(1))) }
        let (old, new) = (Metrics.Label("epoch", ""), Metrics.Label("epoch", "2"))
        let hpke = Metrics.Label("key", "HPKE")
        #expect(metrics.value(.keyAge, hpke, old) == 400 * 86_400)
        #expect(metrics.value(.keyAge, hpke, new) == 340 * 86_400)
        #expect(metrics.value(.keyExpiry, hpke, new) == Double(now + 25 * 86_400))
        #expect(metrics.value(.keyExpiry, .init("key", "identity"), old) == Double(now + 390 * 86_400))
        let entries = lines.entries
        #expect(entries.map(\.level) == [.warning, .warning])
        #expect(
            entries.map(\.message) == [
                "a key is to be replaced: every key epoch", "a key should have been replaced: every key epoch",
            ])
        #expect(entries[0].metadata.contains("25") && entries[1].metadata.contains("-35"))
    }

    @Test("says what is wrong with a keystore, and goes on")
    func broken() throws {
        let path = try folder.write("nothing", to: "keys/protection")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let watch = try watch()
        #expect(try watch.turn(until: clock.now) == .rest(.seconds(1)))
        #expect(lines.entries.map(\.message) == ["\(KeystoreError.protection(path: path))"])
    }
}
