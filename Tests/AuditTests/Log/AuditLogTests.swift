import Audit
import Keys
import Manifests
import Records
import Support
import Synchronization
import Testing

@Suite("A role's audit log")
struct AuditLogTests {
    let consortium = AuditConsortium()
    let role = SyncAuthor.party(.one)

    private func event(_ number: Int) -> AuditEvent { AuditEvent(.keyInForce, [.count: "\(number)"]) }

    @Test("entries and heads come back in order, each entry next to the one before")
    func inOrder() throws {
        let bytes = try consortium.bytes(role, heads: [1, 4, 9])
        #expect(consortium.fault(bytes) == nil)
        let frames = AuditConsortium.frames(bytes)
        #expect(frames.count == 12 && frames.indices.filter { frames[$0].isHead } == [1, 5, 11])
        let entries = frames.compactMap(\.entry)
        #expect(entries.map(\.number) == Array(0..<9) && entries.allSatisfy { $0.role == role })
        #expect(entries[0].previous == nil)
        for (before, after) in zip(entries, entries.dropFirst()) {
            #expect(after.previous == MerkleHash(leaf: before.encoded))
        }
        let verifier = try #require(consortium.verified([bytes]).first)
        #expect(verifier.role == role && verifier.tree.count == 9 && verifier.headCount == 3)
        #expect(verifier.head?.standing == SeenHead(size: 9, root: verifier.tree.root))
    }

    @Test("nothing new is signed once, and an event that is told again is written once, after a restart as well")
    func once() throws {
        let storage = AuditBytes()
        var log = try consortium.log(role, storage)
        #expect(log.sign() == nil)
        log.write(event(1))
        log.write(event(1))
        #expect(log.count == 1)
        #expect(log.sign() != nil)
        #expect(log.sign() == nil)
        let before = storage.bytes
        log = try consortium.log(role, storage)
        log.write(event(1))
        #expect(log.sign() == nil)
        #expect(storage.bytes == before)
        log.write(event(2))
        #expect(log.sign() != nil)
        #expect(consortium.fault(storage.bytes) == nil)
        #expect(log.count == 2)
    }

    @Test("what may happen again in the same words is written again: starts and abandoned batches")
    func again() throws {
        let log = try consortium.log(role, AuditBytes())
        for _ in 0..<2 {
            log.write(AuditEvent(.started, [.program: "1"]))
            log.write(AuditEvent(.batchAborted, [.reason: "party-2 is missing"]))
            log.write(AuditEvent(.keyInForce, [.epoch: "1"]))
        }
        #expect(log.count == 5)
    }

    @Test("refusals are written up to a number an hour, and once that there are more; other things are not held back")
    func refusals() throws {
        let storage = AuditBytes()
        let log = try consortium.log(role, storage)
        let most = AuditLog.refusalsAnHour
        func refuse(_ numbers: Range<Int>) {
            for number in numbers { log.write(AuditEvent(.refused, [.offset: "\(number)"])) }
        }
        refuse(0..<most)
        #expect(log.count == most)
        refuse(most..<most + 50)
        #expect(log.count == most + 1)
        log.write(event(1))
        #expect(log.count == most + 2)
        consortium.clock.advance(.seconds(3600))
        refuse(most + 50..<most + 60)
        #expect(log.count == most + 12)
        // What was left out was not written: told again, it is.
        refuse(most + 40..<most + 60)
        #expect(log.count == most + 22)
        _ = log.sign()
        #expect(consortium.fault(storage.bytes) == nil)
        let last = AuditConsortium.frames(storage.bytes).compactMap(\.entry)[most].event
        #expect(last == AuditEvent(.refused, [.object: "more in this hour, which are not written", .count: "\(most)"]))
    }

    @Test("a file that ends anywhere, as after a crash, is gone on with from its last whole entry")
    func torn() throws {
        let whole = try consortium.bytes(role, heads: [1, 3])
        let ends = AuditConsortium.frames(whole).reduce(into: [AuditFrames.magic.count]) {
            $0.append($0.last! + $1.bytes.count)
        }
        for end in 0..<whole.count {
            let storage = AuditBytes(Array(whole[..<end]))
            let log = try consortium.log(role, storage)
            let kept = ends.last { $0 <= end } ?? AuditFrames.magic.count
            #expect(storage.bytes == Array(whole[..<kept]))
            log.write(event(100))
            #expect(log.sign() != nil)
            #expect(consortium.fault(storage.bytes) == nil)
        }
    }

    @Test(
        "zeros, or a last frame whose content did not reach the disk, are cut off; damage before the end is not mended")
    func halfWritten() throws {
        let whole = try consortium.bytes(role, heads: [2, 4])
        let zeros = AuditBytes(whole + [UInt8](repeating: 0, count: 4096))
        _ = try consortium.log(role, zeros)
        #expect(zeros.bytes == whole)
        let frames = AuditConsortium.frames(whole)
        let last = whole.count - frames.last!.bytes.count
        let spoilt = AuditBytes(Array(whole[..<(last + 12)]) + [UInt8](repeating: 0, count: whole.count - last - 12))
        _ = try consortium.log(role, spoilt)
        #expect(spoilt.bytes == Array(whole[..<last]))
        // A frame's length, too, which may lead to the file's end or beyond it.
        for place in AuditFrames.magic.count..<last {
            for bit in 0..<8 {
                var damaged = whole
                damaged[place] ^= 1 << UInt8(bit)
                let storage = AuditBytes(damaged)
                #expect(throws: AuditFault.self) { try consortium.log(role, storage) }
                #expect(storage.bytes == damaged)
            }
        }
    }

    @Test("another role's log, and one that the role did not sign, are not gone on with")
    func otherLogs() throws {
        let bytes = try consortium.bytes(.party(.two), heads: [1])
        #expect(throws: AuditFault.otherRole(0, .party(.two))) { try consortium.log(role, AuditBytes(bytes)) }
        let strangers = try AuditConsortium().bytes(role, heads: [1])
        #expect(throws: AuditFault.head(after: 1, .badSignature(role))) {
            try consortium.log(role, AuditBytes(strangers))
        }
        #expect(throws: AuditFault.notALog) { try consortium.log(role, AuditBytes(Array("something else".utf8))) }
    }

    /// Fails when it is told to, and keeps what is handed to it.
    private final class Disk: AuditStorage {
        struct State {
            var isFull = false
            var writes: [[UInt8]] = []
        }
        let state = Mutex(State())

        func read<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
            try state.withLock { $0.writes.flatMap { $0 } }.withUnsafeBytes(body)
        }

        func append(_ bytes: [UInt8]) throws(AuditStorageError) {
            let isFull = state.withLock { state in
                if !state.isFull { state.writes.append(bytes) }
                return state.isFull
            }
            if isFull { throw .failed(path: "audit.log", reason: "no space") }
        }

        func truncate(to _: Int) {}
    }

    @Test("while nothing can be written events wait, nothing is signed, and all come in order afterwards")
    func fullDisk() throws {
        let disk = Disk()
        let log = try consortium.log(role, disk)
        log.write(event(1))
        disk.state.withLock { $0.isFull = true }
        log.write(event(2))
        log.write(event(3))
        #expect(log.sign() == nil && log.count == 1)
        #expect(log.trouble == .failed(path: "audit.log", reason: "no space"))
        disk.state.withLock { $0.isFull = false }
        log.write(event(4))
        #expect(log.trouble == nil && log.count == 4)
        let record = try #require(log.sign())
        let bytes = disk.state.withLock { $0.writes.flatMap { $0 } }
        #expect(consortium.fault(bytes) == nil)
        #expect(AuditConsortium.frames(bytes).compactMap { $0.entry?.event.fields[.count] } == ["1", "2", "3", "4"])
        // What others get was stored before, behind its entries.
        #expect(disk.state.withLock { $0.writes.last } == AuditFrame.head(record).bytes)
    }

    @Test("while the role's token is away entries are written, and the head over them comes when it is back")
    func detached() throws {
        let bytes = AuditBytes()
        let signer = DetachableSigner(consortium.key(role))
        let log = try AuditLog(
            consortium: AuditConsortium.name, role: role, key: SigningKey(signer), storage: bytes,
            clock: consortium.clock, keys: { [roster = consortium.roster] in roster[$0] })
        log.write(event(1))
        signer.isAway = true
        #expect(log.sign() == nil && log.count == 1 && log.trouble == .unsigned(DetachableSigner.error))
        log.write(event(2))
        #expect(log.trouble == nil && log.count == 2)
        signer.isAway = false
        #expect(log.sign() != nil && consortium.fault(bytes.bytes) == nil)
    }

    @Test("a head of another role is named by the next head, and an older one changes nothing")
    func cross() throws {
        let (own, others) = (AuditBytes(), AuditBytes())
        let (log, other) = (try consortium.log(role, own), try consortium.log(.coordinator, others))
        other.write(event(1))
        let first = try #require(other.sign())
        other.write(event(2))
        let second = try #require(other.sign())
        #expect(try log.see(second) == nil)
        #expect(try log.see(first) == nil)
        let record = try #require(log.sign())
        let head = try AuditHead(verifying: record, consortium: AuditConsortium.name, keys: { consortium.roster[$0] })
        let seen = try AuditHead(verifying: second, consortium: AuditConsortium.name, keys: { consortium.roster[$0] })
        #expect(head.seen == [.coordinator: seen.standing])
        // A head of no more entries is not taken, or two roles would sign each other's heads for ever.
        #expect(try other.see(record) == nil)
        let answer = try #require(other.sign())
        #expect(try log.see(answer) == nil)
        #expect(log.sign() == nil)
        #expect(consortium.fault(own.bytes) == nil && consortium.fault(others.bytes) == nil)
        // After a restart it names it still.
        let again = try consortium.log(role, own)
        #expect(again.sign() == nil)
        again.write(event(9))
        #expect(again.sign() != nil && consortium.fault(own.bytes) == nil)
    }

    @Test("two heads of one size are told at once, and the second is kept as evidence, which another reader finds")
    func forkSeen() throws {
        let storage = AuditBytes()
        let log = try consortium.log(role, storage)
        let heads = try [1, 2].map { number in
            let other = try consortium.log(.coordinator, AuditBytes())
            other.write(event(number))
            return try #require(other.sign())
        }
        #expect(try log.see(heads[0]) == nil)
        let fork = try #require(try log.see(heads[1]))
        #expect(fork.role == .coordinator && fork.one.size == 1 && fork.one.root != fork.other.root)
        _ = log.sign()
        let verified = try consortium.verified([storage.bytes])
        #expect(AuditComparison.faults(verified).map(\.fault) == [.forked(fork)])
        // The role that has seen it goes on.
        #expect(try consortium.log(role, storage).count == 0)
    }

    @Test("a head of oneself, of nobody or that is none is not taken")
    func notSeen() throws {
        let log = try consortium.log(role, AuditBytes())
        log.write(event(1))
        let own = try #require(log.sign())
        #expect(throws: AuditHeadRefusal.self) { try log.see(own) }
        #expect(throws: AuditHeadRefusal.malformed) { try log.see([1, 2, 3]) }
        #expect(log.sign() == nil)
    }
}
