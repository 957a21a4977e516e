import Audit
import Keys
import Manifests
import Synchronization
import Testing

@Suite("An audit log that programs write to in turn")
struct AuditTurnsTests {
    let consortium = AuditConsortium()
    let role = SyncAuthor.coordinator
    let storage = AuditBytes()

    private func event(_ number: Int) -> AuditEvent { AuditEvent(.keyInForce, [.count: "\(number)"]) }

    private func turns() throws -> AuditTurns {
        let (consortium, role, storage) = (consortium, role, storage)
        return try AuditTurns { try consortium.log(role, storage) }
    }

    private func counts() -> [String?] {
        AuditConsortium.frames(storage.bytes).compactMap { $0.entry?.event.fields[.count] }
    }

    @Test(
        "two programs' entries stand behind each other, each under a head at once, and one that is told to both stands once"
    )
    func inTurn() throws {
        let (one, other) = (try turns(), try turns())
        for (number, writer) in [one, other, other, one, other].enumerated() {
            writer.write(event(number))
            #expect(consortium.fault(storage.bytes) == nil && writer.trouble == nil)
        }
        one.write(event(4))
        #expect(counts() == ["0", "1", "2", "3", "4"])
        let verifier = try #require(consortium.verified([storage.bytes]).first)
        #expect(verifier.role == role && verifier.headCount == 5)
    }

    @Test("what another program left under no head is signed, and a log that is not the role's stops the program")
    func begins() throws {
        try consortium.log(role, storage).write(event(0))
        #expect(consortium.fault(storage.bytes) == .unsigned(0..<1))
        _ = try turns()
        #expect(consortium.fault(storage.bytes) == nil)
        let strangers = AuditBytes(try AuditConsortium().bytes(role, heads: [1]))
        #expect(throws: AuditFault.head(after: 1, .badSignature(role))) {
            try AuditTurns { try consortium.log(role, strangers) }
        }
    }

    @Test("while the log can't be opened events wait, and come in order afterwards, once")
    func waiting() throws {
        struct Missing: Error {}
        let isMissing = Mutex(false)
        let turns = try AuditTurns {
            if isMissing.withLock({ $0 }) { throw Missing() }
            return try consortium.log(role, storage)
        }
        turns.write(event(0))
        isMissing.withLock { $0 = true }
        turns.write(event(1))
        turns.write(event(2))
        #expect(turns.trouble is Missing && counts() == ["0"])
        isMissing.withLock { $0 = false }
        turns.write(event(3))
        #expect(turns.trouble == nil && counts() == ["0", "1", "2", "3"])
        turns.write(event(4))
        #expect(counts() == ["0", "1", "2", "3", "4"] && consortium.fault(storage.bytes) == nil)
    }
}
