import Audit
import Keys
import Manifests
import Records
import Support
import Synchronization
import Testing

/// What an audit log writes, in which order, and what becomes of it where the disk fails or the program ends at any of its writes.
@Suite("The writes of an audit log")
struct AuditLogWritesTests {
    private let consortium = AuditConsortium()
    private let role = SyncAuthor.party(.one)

    /// A disk that fails at the writes that it is told of, counted from 0, and has nothing then.
    private final class Disk: AuditStorage {
        struct State {
            var writes: [[UInt8]] = []
            var attempts = 0
            var failing: @Sendable (Int) -> Bool = { _ in false }
            var cuts: [Int] = []
        }
        let state: Mutex<State>

        static let error = AuditStorageError.failed(path: "audit.log", reason: "input/output error")

        init(_ bytes: [UInt8] = [], failing: @escaping @Sendable (Int) -> Bool = { _ in false }) {
            state = Mutex(State(writes: bytes.isEmpty ? [] : [bytes], failing: failing))
        }

        var bytes: [UInt8] { state.withLock { $0.writes.flatMap { $0 } } }
        var attempts: Int { state.withLock { $0.attempts } }

        func read<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R { try bytes.withUnsafeBytes(body) }

        /// Counts an attempt; throws where it is one of those that fail.
        private func attempt(_ done: (inout State) -> Void) throws(AuditStorageError) {
            let fails = state.withLock { state in
                defer { state.attempts += 1 }
                if state.failing(state.attempts) { return true }
                done(&state)
                return false
            }
            if fails { throw Self.error }
        }

        func append(_ bytes: [UInt8]) throws(AuditStorageError) { try attempt { $0.writes.append(bytes) } }

        func truncate(to count: Int) throws(AuditStorageError) {
            try attempt { state in
                state.cuts.append(count)
                state.writes = [Array(state.writes.flatMap { $0 }.prefix(count))]
            }
        }
    }

    private func event(_ number: Int) -> AuditEvent { AuditEvent(.keyInForce, [.count: "\(number)"]) }

    private func numbers(_ bytes: [UInt8]) -> [Int] {
        AuditConsortium.frames(bytes).compactMap { $0.entry?.event.fields[.count].flatMap { Int($0) } }
    }

    private func head(_ record: [UInt8]) throws -> AuditHead {
        try AuditHead(verifying: record, consortium: AuditConsortium.name, keys: { consortium.roster[$0] })
    }

    /// The coordinator's heads after each of some numbers of entries.
    private func heads(_ sizes: [Int], seed: Int = 0) throws -> [[UInt8]] {
        let other = try consortium.log(.coordinator, AuditBytes())
        return try sizes.map { size in
            while other.count < size { other.write(event(1_000 * seed + other.count)) }
            consortium.clock.advance(.seconds(1))
            return try #require(other.sign())
        }
    }

    @Test(
        "each write is one frame: the beginning, entries in order, the head of another, and a head behind all that it is over"
    )
    func order() throws {
        let disk = Disk()
        let log = try consortium.log(role, disk)
        let other = try heads([3])[0]
        log.write(event(0))
        log.write(event(1))
        let first = try #require(log.sign())
        #expect(try log.see(other) == nil)
        let sealed = try #require(log.seal(event(2)))
        let writes = disk.state.withLock { $0.writes }
        // An empty file is cut to nothing before it is begun.
        #expect(disk.state.withLock { $0.cuts } == [0] && writes[0] == [] && writes[1] == AuditFrames.magic)
        let frames = AuditConsortium.frames(disk.bytes)
        #expect(writes.dropFirst(2).map { $0 } == frames.map(\.bytes))
        #expect(frames[2] == .head(first) && frames[3] == .seen(other))
        #expect(frames[4] == .entry(sealed.entry) && frames[5] == .head(sealed.head) && frames.count == 6)
        #expect(try head(first).standing.size == 2 && head(sealed.head).seen[.coordinator]?.size == 3)
    }

    @Test(
        "a program that ends behind any of its writes goes on from there: all told again, each entry stands once, and every head that was given out stands"
    )
    func endsAtEachWrite() throws {
        let others = try heads([1, 4])
        for end in 0...14 {
            let disk = Disk { $0 >= end }
            var given: [[UInt8]] = []
            if let log = try? consortium.log(role, disk) {
                for number in 0..<3 { log.write(event(number)) }
                if let record = log.sign() { given.append(record) }
                _ = try log.see(others[0])
                log.write(event(3))
                if let sealed = log.seal(event(4)) { given.append(sealed.head) }
                _ = try log.see(others[1])
                if let record = log.sign() { given.append(record) }
            }
            let kept = disk.bytes
            let again = AuditBytes(kept)
            let log = try consortium.log(role, again)
            for number in 0...4 { log.write(event(number)) }
            for record in others { _ = try log.see(record) }
            _ = log.sign()
            #expect(consortium.fault(again.bytes, of: role) == nil, "\(end)")
            #expect(numbers(again.bytes) == [0, 1, 2, 3, 4], "\(end)")
            #expect(again.bytes.starts(with: kept), "what was written stays as it was")
            let heads = AuditConsortium.frames(again.bytes).compactMap {
                if case .head(let head) = $0 { head } else { nil }
            }
            #expect(given.allSatisfy(heads.contains), "\(end)")
            #expect(log.seen[.coordinator]?.head.size == 4)
        }
    }

    @Test(
        "a disk that fails once, at whatever write, loses nothing and doubles nothing, and a head is given out once it is written"
    )
    func failsOnce() throws {
        let other = try heads([2])[0]
        for failing in 2...10 {
            let disk = Disk { $0 == failing }
            let log = try consortium.log(role, disk)
            var failed = 0
            func look() {
                if log.trouble != nil {
                    failed += 1
                    #expect(log.trouble == Disk.error)
                }
            }
            func stands(_ record: [UInt8]) { #expect(AuditConsortium.frames(disk.bytes).contains(.head(record))) }
            for number in 0..<3 {
                log.write(event(number))
                look()
                #expect(log.count == numbers(disk.bytes).count)
            }
            if let record = log.sign() { stands(record) }
            look()
            _ = try log.see(other)
            look()
            log.write(event(3))
            look()
            let sealed = log.seal(event(4))
            if let sealed { stands(sealed.head) }
            look()
            _ = try log.see(other)
            if let record = log.sign() { stands(record) }
            log.write(event(5))
            if let record = log.sign() { stands(record) }
            #expect(log.trouble == nil)
            #expect(failed > 0 || failing > 8, "it is told where the writes are looked at")
            #expect(consortium.fault(disk.bytes, of: role) == nil, "\(failing)")
            // What was to be sealed is told to have failed, and may stand for all that: the head did not.
            let found = numbers(disk.bytes)
            #expect(found == [0, 1, 2, 3, 4, 5] || sealed == nil && found == [0, 1, 2, 3, 5], "\(failing): \(found)")
            #expect(log.seen[.coordinator]?.head.size == 2)
        }
    }

    @Test("a log that can't be begun, or whose torn end can't be cut off, is not opened, and what is stored stays")
    func opening() throws {
        for failing in 0...1 {
            let disk = Disk { $0 == failing }
            #expect(throws: Disk.error) { try consortium.log(role, disk) }
            #expect(disk.bytes.isEmpty)
            _ = try consortium.log(role, disk)
            #expect(disk.bytes == AuditFrames.magic)
        }
        let whole = try consortium.bytes(role, heads: [2])
        let torn = Disk(whole + [0, 0, 1], failing: { $0 == 0 })
        #expect(throws: Disk.error) { try consortium.log(role, torn) }
        #expect(torn.bytes == whole + [0, 0, 1])
        _ = try consortium.log(role, torn)
        #expect(torn.bytes == whole && torn.state.withLock { $0.cuts } == [whole.count])
        // What is whole is not touched.
        let untouched = Disk(whole) { _ in true }
        #expect(try consortium.log(role, untouched).count == 2)
        #expect(untouched.attempts == 0)
    }

    @Test("nothing is sealed while what was told before waits, and what waits comes before it afterwards")
    func sealWaits() throws {
        let isFull = Mutex(false)
        let disk = Disk { _ in isFull.withLock { $0 } }
        let log = try consortium.log(role, disk)
        isFull.withLock { $0 = true }
        log.write(event(0))
        #expect(log.seal(event(1)) == nil && log.trouble == Disk.error)
        #expect(log.shown(after: nil) == nil && log.count == 0)
        isFull.withLock { $0 = false }
        let sealed = try #require(log.seal(event(2)))
        #expect(numbers(disk.bytes) == [0, 2] && AuditEntry(sealed.entry)?.number == 1)
        #expect(log.trouble == nil && consortium.fault(disk.bytes) == nil)
    }

    @Test("while nothing can be written 10,000 events are kept and later ones are lost, until they are told again")
    func mostWaiting() throws {
        let isFull = Mutex(true)
        let disk = Disk { attempt in attempt > 1 && isFull.withLock { $0 } }
        let log = try consortium.log(role, disk)
        for number in 0..<10_003 { log.write(event(number)) }
        #expect(log.count == 0)
        isFull.withLock { $0 = false }
        #expect(log.sign() != nil)
        #expect(log.count == 10_000)
        log.write(event(9_999))
        #expect(log.count == 10_000)
        log.write(event(10_001))
        #expect(log.count == 10_001 && numbers(disk.bytes).suffix(2) == [9_999, 10_001])
    }

    @Test("of refusals of all kinds together 1,000 an hour are written, by the hour of the clock")
    func refusals() throws {
        let log = try consortium.log(role, AuditBytes())
        // The clock stands at an hour's beginning.
        let kinds: [AuditKind] = [.refused, .contradicted, .turnedAway]
        func provoke(_ count: Int, from first: Int) {
            for number in first..<first + count {
                log.write(AuditEvent(kinds[number % 3], [.offset: "\(number)"]))
            }
        }
        provoke(999, from: 0)
        consortium.clock.advance(.seconds(3_599))
        provoke(3, from: 999)
        #expect(log.count == 1_001)
        consortium.clock.advance(.microseconds(999_999))
        provoke(1, from: 1_002)
        #expect(log.count == 1_001)
        consortium.clock.advance(.microseconds(1))
        provoke(1, from: 1_003)
        #expect(log.count == 1_002)
        // The remark on an hour stands in each hour that it is true of.
        provoke(1_005, from: 2_000)
        #expect(log.count == 1_002 + 1_000)
        // What happens to the role itself is not held back.
        for kind in AuditKind.allCases where !kinds.contains(kind) { log.write(AuditEvent(kind)) }
        #expect(log.count == 2_002 + AuditKind.allCases.count - 3)
    }

    // MARK: Heads of others

    @Test("heads that show a fork stand once each, however often they are seen, after a restart as well")
    func evidenceOnce() throws {
        let storage = AuditBytes()
        var log = try consortium.log(role, storage)
        let histories = try (1...3).map { try heads([2], seed: $0)[0] }
        #expect(try log.see(histories[0]) == nil)
        #expect(try log.see(histories[1]) != nil && log.see(histories[2]) != nil)
        _ = log.sign()
        let kept = storage.bytes
        for _ in 0..<2 {
            for record in histories.dropFirst() + histories {
                let fork = try log.see(record)
                // It is told each time: nobody may take it for a head that goes on.
                #expect((fork == nil) == (record == histories[0]))
            }
            #expect(log.sign() == nil && storage.bytes == kept)
            log = try consortium.log(role, storage)
        }
        let seen = AuditConsortium.frames(storage.bytes).filter { if case .seen = $0 { true } else { false } }
        #expect(seen == histories.map { .seen($0) } && consortium.fault(storage.bytes) == nil)
    }

    @Test("a fork that could not be written is written when it is seen again")
    func evidenceLater() throws {
        let isFull = Mutex(false)
        let disk = Disk { _ in isFull.withLock { $0 } }
        let log = try consortium.log(role, disk)
        let (first, other) = (try heads([2], seed: 1)[0], try heads([2], seed: 2)[0])
        _ = try log.see(first)
        isFull.withLock { $0 = true }
        #expect(try log.see(other) != nil && log.trouble == Disk.error)
        isFull.withLock { $0 = false }
        #expect(try log.see(other) != nil)
        #expect(AuditConsortium.frames(disk.bytes) == [.seen(first), .seen(other)])
    }

    @Test(
        "of a role's heads the longest is named, one as long or shorter where it is newer, and an old one is passed over"
    )
    func newest() throws {
        let storage = AuditBytes()
        let log = try consortium.log(role, storage)
        let grown = try heads([2, 5])
        let shorter = try heads([1], seed: 3)[0]
        #expect(try log.see(grown[1]) == nil && log.see(grown[0]) == nil)
        #expect(log.seen[.coordinator]?.head == (try head(grown[1]).standing))
        // The role has lost its file, and writes anew.
        #expect(try log.see(shorter) == nil)
        #expect(log.seen[.coordinator]?.head == (try head(shorter).standing))
        #expect(log.seen[.coordinator]?.microseconds == (try head(shorter).microseconds))
        #expect(try log.see(grown[0]) == nil, "longer than the shorter one, it is taken")
        #expect(log.seen[.coordinator]?.head == (try head(grown[0]).standing))
        _ = log.sign()
        #expect(try consortium.log(role, storage).seen[.coordinator]?.head == head(grown[0]).standing)
    }

    @Test("a head with a proof from another history is a fork, and one with its own is none")
    func withProof() throws {
        let (mine, others) = (try heads([2, 5], seed: 1), try heads([2, 5], seed: 2))
        func proof(_ seed: Int) -> ConsistencyProof {
            var tree = MerkleTree()
            let log = AuditBytes()
            guard let writer = try? consortium.log(.coordinator, log) else { return .init(old: 0, new: 0, path: []) }
            for number in 0..<5 { writer.write(event(1_000 * seed + number)) }
            for case .entry(let bytes) in AuditConsortium.frames(log.bytes) { tree.append(MerkleHash(leaf: bytes)) }
            return tree.consistency(from: 2, to: 5)
        }
        let log = try consortium.log(role, AuditBytes())
        _ = try log.see(mine[0])
        let fork = try #require(try log.see(others[1], proof: proof(2)))
        #expect(try fork == AuditFork(role: .coordinator, one: head(mine[0]).standing, other: head(others[1]).standing))
        let own = try consortium.log(role, AuditBytes())
        _ = try own.see(mine[0])
        #expect(try own.see(mine[1]) == nil)
        let again = try consortium.log(role, AuditBytes())
        _ = try again.see(mine[0])
        #expect(try again.see(mine[1], proof: ConsistencyProof(old: 2, new: 5, path: [])) != nil)
    }

    @Test("a log has the heads of its own beginnings, and no others")
    func has() throws {
        let storage = AuditBytes()
        let log = try consortium.log(role, storage)
        for number in 0..<6 { log.write(event(number)) }
        var tree = MerkleTree()
        for frame in AuditConsortium.frames(storage.bytes) {
            tree.append(frame.entry.map { MerkleHash(leaf: $0.encoded) }!)
        }
        for size in 0...6 {
            #expect(log.has(SeenHead(size: size, root: tree.root(of: size))))
            #expect(!log.has(SeenHead(size: size, root: tree.root(of: (size + 1) % 7))))
        }
        #expect(!log.has(SeenHead(size: 7, root: tree.root)))
    }

    @Test("an error names the file, who has it, or what the token said")
    func words() {
        #expect(
            "\(Disk.error)" == "the audit log audit.log can't be used: input/output error")
        #expect("\(AuditStorageError.inUse(path: "a.log"))" == "another process writes to the audit log a.log")
        let unsigned = AuditStorageError.unsigned(DetachableSigner.error)
        #expect("\(unsigned)" == "the head of the audit log waits: \(DetachableSigner.error)")
    }
}
