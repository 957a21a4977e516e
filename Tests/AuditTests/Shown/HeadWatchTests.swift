import Audit
import Manifests
import Records
import Support
import Testing

@Suite("Heads that roles show each other")
struct HeadWatchTests {
    private let consortium = AuditConsortium()
    private let role = SyncAuthor.party(.one)

    private func watch(_ seen: [SyncAuthor: (head: SeenHead, microseconds: Int64)] = [:]) -> HeadWatch {
        let roster = consortium.roster
        return HeadWatch(consortium: AuditConsortium.name, seen: seen) { roster[$0] }
    }

    private func event(_ number: Int) -> AuditEvent { AuditEvent(.keyInForce, [.count: "\(number)"]) }

    private func standing(_ shown: [UInt8]) throws -> SeenHead {
        let record = try #require(ShownHead(decoding: shown)).head
        return try AuditHead(
            verifying: record, consortium: AuditConsortium.name, keys: { consortium.roster[$0] }
        ).standing
    }

    /// Writes entries up to each number, and shows a head there.
    private func show(_ log: AuditLog, _ sizes: [Int], after first: SeenHead? = nil) throws -> [[UInt8]] {
        var before = first
        return try sizes.map { size in
            while log.count < size { log.write(event(log.count)) }
            consortium.clock.advance(.seconds(60))
            let shown = try #require(log.shown(after: before))
            before = try standing(shown)
            return shown
        }
    }

    @Test("heads of one history are taken, each by the proof from the one before, and nothing is shown twice")
    func oneHistory() throws {
        let log = try consortium.log(role, AuditBytes())
        let sizes = [1, 2, 3, 7, 8, 9, 31, 64, 100]
        var watch = watch()
        for (record, size) in zip(try show(log, sizes), sizes) {
            let (author, faults) = try watch.take(record)
            #expect(author == role && faults.isEmpty && watch.newest(of: role)?.size == size)
            #expect(try watch.take(record).faults.isEmpty)
        }
        #expect(log.shown(after: watch.newest(of: role)) == nil)
        #expect(watch.records.map(\.role) == [role])
    }

    @Test("a role that signs two histories is found where they part, whichever comes first, and once")
    func twoHistories() throws {
        let common = AuditBytes()
        let log = try consortium.log(role, common)
        let first = try show(log, [3])
        let copy = try consortium.log(role, AuditBytes(common.bytes))
        let mine = try show(log, [5, 8], after: standing(first[0]))
        copy.write(event(100))
        let other = try show(copy, [5, 9, 12], after: standing(first[0]))
        var watch = watch()
        for record in first + mine { #expect(try watch.take(record).faults.isEmpty) }
        // Of one size, and then of more.
        #expect(try watch.take(other[0]).faults.map(isFork) == [true])
        #expect(try watch.take(other[1]).faults.isEmpty, "it goes on from what was found")
        // The same two heads again are no other fork; a head that was never of this history is one.
        #expect(try watch.take(mine[0]).faults.isEmpty)
        #expect(try watch.take(mine[1]).faults == [.setBack(role, has: 8, signed: 9)])
        var another = self.watch()
        for record in first + other[..<2] { #expect(try another.take(record).faults.isEmpty) }
        #expect(try another.take(mine[1]).faults.count == 1)
    }

    private func isFork(_ fault: AuditFault) -> Bool { if case .forked = fault { true } else { false } }

    @Test("a longer head whose proof begins elsewhere, or does not hold, is told")
    func proofs() throws {
        let log = try consortium.log(role, AuditBytes())
        let shown = try show(log, [2, 5, 9])
        var watch = watch()
        _ = try watch.take(shown[0])
        // The one between was withheld.
        #expect(try watch.take(shown[2]).faults == [.notShown(role, from: 2, to: 9)])
        var forged = try #require(ShownHead(decoding: shown[1]))
        forged = ShownHead(head: forged.head, old: forged.old, path: forged.path.reversed() + [.empty])
        var next = self.watch()
        _ = try next.take(shown[0])
        #expect(try next.take(forged.encoded).faults.map(isFork) == [true])
        // From nothing on, anything goes on.
        let bare = ShownHead(head: forged.head, old: 0, path: [])
        var last = self.watch()
        _ = try last.take(shown[0])
        #expect(try last.take(bare.encoded).faults == [.notShown(role, from: 2, to: 5)])
    }

    @Test("a role that lost its file is set back, once, and what it writes from then on is followed")
    func lost() throws {
        var log = try consortium.log(role, AuditBytes())
        var watch = watch()
        for record in try show(log, [4, 6]) { _ = try watch.take(record) }
        log = try consortium.log(role, AuditBytes())
        log.write(event(50))
        let anew = try show(log, [2, 5, 20], after: watch.newest(of: role))
        #expect(ShownHead(decoding: anew[0])?.old == 0)
        #expect(try watch.take(anew[0]).faults == [.setBack(role, has: 2, signed: 6)])
        #expect(try watch.take(anew[1]).faults.isEmpty && watch.take(anew[2]).faults.isEmpty)
        #expect(!log.has(SeenHead(size: 6, root: .empty)))
    }

    @Test("a record from long ago that somebody repeats is no change of history")
    func repeated() throws {
        let log = try consortium.log(role, AuditBytes())
        let shown = try show(log, Array(1...HeadWatch.mostKnown + 5))
        var watch = watch()
        for record in shown { #expect(try watch.take(record).faults.isEmpty) }
        for record in shown[..<10] { #expect(try watch.take(record).faults.isEmpty) }
        #expect(watch.newest(of: role)?.size == shown.count)
    }

    @Test("a head that another role has seen, and that nobody else was shown, is told as that role's fork")
    func seenElsewhere() throws {
        let bytes = AuditBytes()
        let liar = try consortium.log(role, bytes)
        let common = try show(liar, [2])
        let copy = try consortium.log(role, AuditBytes(bytes.bytes))
        let mine = try show(liar, [4], after: standing(common[0]))
        copy.write(event(77))
        let other = try show(copy, [4], after: standing(common[0]))
        let witness = try consortium.log(.coordinator, AuditBytes())
        witness.write(event(1))
        _ = try witness.see(#require(ShownHead(decoding: other[0])).head)
        let told = try #require(witness.shown(after: nil))
        var watch = watch()
        for record in common + mine { #expect(try watch.take(record).faults.isEmpty) }
        let (author, faults) = try watch.take(told)
        #expect(author == .coordinator && faults.count == 1)
        #expect(
            faults.first
                == .forked(AuditFork(role: role, one: try standing(mine[0]), other: try standing(other[0]))))
    }

    @Test("a reader that begins again goes on from what its log has seen")
    func seeded() throws {
        let log = try consortium.log(role, AuditBytes())
        let shown = try show(log, [2, 5, 9])
        let storage = AuditBytes()
        let reader = try consortium.log(.coordinator, storage)
        _ = try reader.see(#require(ShownHead(decoding: shown[1])).head)
        let again = try consortium.log(.coordinator, storage)
        #expect(again.seen[role]?.head == reader.seen[role]?.head && again.seen[role]?.head.size == 5)
        var watch = watch(again.seen)
        for record in shown { #expect(try watch.take(record).faults.isEmpty) }
        let copy = try consortium.log(role, AuditBytes())
        copy.write(event(9))
        var other = self.watch(again.seen)
        #expect(try other.take(show(copy, [7], after: standing(shown[1]))[0]).faults.count == 1)
    }

    @Test("what is no record, of nobody, or of another consortium counts for nothing")
    func refused() throws {
        let log = try consortium.log(role, AuditBytes())
        let shown = try show(log, [3])[0]
        var watch = watch()
        for length in 0..<shown.count {
            #expect(throws: AuditHeadRefusal.self) { try watch.take(Array(shown[..<length])) }
        }
        for place in shown.indices {
            var changed = shown
            changed[place] ^= 1
            // A proof of a first head is not needed; whatever else is changed is refused.
            if let faults = try? watch.take(changed).faults { #expect(faults.isEmpty) }
        }
        #expect(throws: AuditHeadRefusal.otherConsortium) {
            let roster = consortium.roster
            var other = HeadWatch(consortium: "other") { roster[$0] }
            _ = try other.take(shown)
        }
        #expect(throws: AuditHeadRefusal.unknownRole(role)) {
            var other = HeadWatch(consortium: AuditConsortium.name) { _ in nil }
            _ = try other.take(shown)
        }
    }

    @Test("an entry is sealed with the way from it to a head")
    func sealed() throws {
        let storage = AuditBytes()
        let log = try consortium.log(role, storage)
        for size in [0, 1, 2, 3, 4, 7, 8, 20] {
            while log.count < size { log.write(event(log.count)) }
            let sealed = try #require(log.seal(AuditEvent(.scores, [.count: "\(size)"])))
            let head = try AuditHead(
                verifying: sealed.head, consortium: AuditConsortium.name, keys: { consortium.roster[$0] })
            let entry = try #require(AuditEntry(sealed.entry))
            #expect(entry.number == size || log.count == entry.number + 1)
            let proof = InclusionProof(index: entry.number, size: head.standing.size, path: sealed.path)
            #expect(proof.verifies(MerkleHash(leaf: sealed.entry), in: head.standing.root))
        }
        #expect(consortium.fault(storage.bytes) == nil)
    }
}
