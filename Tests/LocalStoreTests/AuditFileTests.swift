import Audit
import Foundation
import Keys
import LocalStore
import Manifests
import Records
import Support
import Synchronization
import Testing

@Suite("An audit log's file")
struct AuditFileTests {
    let folder: TemporaryFolder
    let path: String
    let key = SigningKey().rawRepresentation!

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("party-1.audit")
    }

    private func log(_ file: AuditFile) throws -> AuditLog {
        let key = SigningKey(bytes: key)!
        let verifying = key.verifyingKey
        return try AuditLog(
            consortium: "example", role: .party(.one), key: key, storage: file, clock: FixedClock(),
            keys: { _ in verifying })
    }

    private func event(_ number: Int) -> AuditEvent { AuditEvent(.keyInForce, [.count: "\(number)"]) }

    private func verified() throws -> AuditVerifier {
        let verifying = SigningKey(bytes: key)!.verifyingKey
        var verifier = AuditVerifier(consortium: "example", keys: { _ in verifying })
        try AuditFile.read(path) { try verifier.verify($0) }
        return verifier
    }

    @Test("a log goes on in its file from one process to the next, and its owner alone may read it")
    func goesOn() throws {
        for round in 0..<3 {
            let log = try log(AuditFile(path: path))
            #expect(log.count == 2 * round)
            log.write(event(2 * round))
            log.write(event(2 * round + 1))
            #expect(log.sign() != nil && log.trouble == nil)
        }
        let verifier = try verified()
        #expect(verifier.tree.count == 6 && verifier.headCount == 3)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("a file has one writer, until that goes")
    func oneWriter() throws {
        var first: AuditFile? = try AuditFile(path: path)
        #expect(throws: AuditStorageError.inUse(path: path)) { try AuditFile(path: path) }
        withExtendedLifetime(first) {}
        first = nil
        #expect(throws: Never.self) { try AuditFile(path: path) }
    }

    @Test("whoever waits for a file has it once its writer goes")
    func waits() throws {
        var first: AuditFile? = try AuditFile(path: path)
        let path = path
        let second = Mutex<Result<AuditFile, any Error>?>(nil)
        Thread.detachNewThread {
            let opened = Result { try AuditFile(path: path, waits: true) }
            second.withLock { $0 = opened }
        }
        let inode = try #require(FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
        func isWaitedFor() throws -> Bool {
            try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n")
                .contains { $0.contains("-> FLOCK") && $0.contains(":\(inode) ") }
        }
        // A thread that never begins would be waited for without end.
        let deadline = ContinuousClock.now + .seconds(600)
        while try !isWaitedFor(), second.withLock({ $0 == nil }) {
            try #require(ContinuousClock.now < deadline, "nobody waits for the file")
            sched_yield()
        }
        try first?.append([1])
        first = nil
        while second.withLock({ $0 == nil }) {
            try #require(ContinuousClock.now < deadline, "who waits does not get the file")
            sched_yield()
        }
        try second.withLock { try $0!.get().append([2]) }
        #expect(try folder.bytes("party-1.audit") == Data([1, 2]))
    }

    @Test("what a crash left half written is cut off in the file, and all before stays")
    func torn() throws {
        do {
            let log = try log(AuditFile(path: path))
            log.write(event(1))
            _ = log.sign()
        }
        let whole = try folder.bytes("party-1.audit")
        try folder.write(whole + Data([0, 0, 0, 60, 1, 9, 9]), to: "party-1.audit")
        #expect(throws: AuditFault.torn(after: 1, byte: whole.count)) { try verified() }
        let log = try log(AuditFile(path: path))
        #expect(try folder.bytes("party-1.audit") == whole)
        log.write(event(2))
        _ = log.sign()
        #expect(try verified().tree.count == 2)
        #expect(try folder.bytes("party-1.audit").starts(with: whole))
    }

    @Test("a disk without room is said to have none")
    func fullDisk() throws {
        let file = try AuditFile(path: "/dev/full")
        #expect(throws: AuditStorageError.failed(path: "/dev/full", reason: "No space left on device")) {
            try file.append([1, 2, 3])
        }
    }

    @Test("a folder that is not there is made; one that can't be, and a file that can't be read, are said by path")
    func notThere() throws {
        let missing = folder.path("nowhere/a.audit")
        #expect(throws: AuditStorageError.failed(path: missing, reason: "it can't be read")) {
            try AuditFile.read(missing) { _ in }
        }
        try log(AuditFile(path: missing)).write(event(0))
        #expect(FileManager.default.fileExists(atPath: missing))
        let under = missing + "/b.audit"
        #expect(throws: AuditStorageError.failed(path: under, reason: "its folder can't be made")) {
            try AuditFile(path: under)
        }
        #expect("\(AuditStorageError.inUse(path: "a"))" == "another process writes to the audit log a")
    }
}
