import Audit
import Keys
import Manifests
import Records
import Support
import Testing

/// Copies that somebody tampered with, in 1,000 ways of every kind, and roles that rewrite their own history.
@Suite("Tampering with audit logs")
struct TamperingTests {
    let consortium = AuditConsortium()
    /// Files of the parties and then of the coordinator, which has seen the last head of each party.
    let files: [[UInt8]]

    init() throws {
        let storages = AuditConsortium.roles.map { _ in AuditBytes() }
        let roles = consortium
        let logs = try zip(AuditConsortium.roles, storages).map { try roles.log($0, $1) }
        var random = SplitMix64(22)
        var number = 0
        for round in 0..<12 {
            for (place, log) in logs.enumerated() {
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    log.write(AuditConsortium.event(number, &random))
                    number += 1
                }
                let record = try #require(log.sign())
                // The last heads reach the coordinator alone.
                for (other, reader) in logs.enumerated() where other != place && (round < 11 || other == 3) {
                    #expect(try reader.see(record) == nil)
                }
            }
        }
        files = storages.map(\.bytes)
    }

    /// What is wrong with a party's copy, beside the others' files as they are.
    private func faults(_ copy: [UInt8], of victim: Int, beside whole: [AuditVerifier]) -> [String] {
        var verifier = consortium.verifier(AuditConsortium.roles[victim])
        var all = whole
        all.remove(at: victim)
        var found: [String] = []
        do {
            try copy.withUnsafeBytes { try verifier.verify($0) }
            all.append(verifier)
        } catch { found.append("\(AuditConsortium.roles[victim]): \(error)") }
        return found + AuditComparison.faults(all).map { "\($0.role): \($0.fault)" }
    }

    /// The ways to tamper.
    private enum Way: CaseIterable {
        case bit, bytes, cut, drop, dropMany, swap, repeated, insert, alter, rechain, resign, rewrite, setBack,
            otherFile
    }

    @Test("untouched copies have no fault, alone and together")
    func untouched() throws {
        for (place, file) in files.enumerated() {
            #expect(consortium.fault(file, of: AuditConsortium.roles[place]) == nil)
        }
        let verified = try consortium.verified(files)
        #expect(AuditComparison.faults(verified).isEmpty)
        #expect(verified.allSatisfy { $0.headCount == 12 && $0.tree.count >= 12 })
    }

    @Test("each of 1,000 random tamperings is found, and laid at the door of the copy that it was made to")
    func thousand() throws {
        var random = SplitMix64(1_000)
        var ways: [Way: Int] = [:]
        let whole = try consortium.verified(files)
        var made = 0
        while made < 1_000 {
            let way = Way.allCases[made % Way.allCases.count]
            let victim = Int.random(in: 0..<3, using: &random)
            let copy = try tampered(way, victim, &random)
            guard copy != files[victim] else { continue }
            let found = faults(copy, of: victim, beside: whole)
            #expect(
                found.contains { $0.hasPrefix("\(AuditConsortium.roles[victim]): ") },
                "\(way), tampering \(made): \(found)")
            ways[way, default: 0] += 1
            made += 1
        }
        #expect(ways.count == Way.allCases.count && ways.values.allSatisfy { $0 >= 70 })
    }

    private func tampered(_ way: Way, _ victim: Int, _ random: inout SplitMix64) throws -> [UInt8] {
        var bytes = files[victim]
        var frames = AuditConsortium.frames(bytes)
        let entries = frames.indices.filter { frames[$0].isEntry }
        let entry = entries.randomElement(using: &random)!
        let any = frames.indices.randomElement(using: &random)!
        switch way {
        case .bit: bytes[bytes.indices.randomElement(using: &random)!] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .bytes:
            let begin = bytes.indices.randomElement(using: &random)!
            for place in begin..<min(begin + 40, bytes.count) {
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
        case .cut: bytes.removeSubrange(Int.random(in: 0..<bytes.count, using: &random)...)
        case .drop: frames.remove(at: any)
        case .dropMany: frames.removeSubrange(any..<min(any + Int.random(in: 1...9, using: &random), frames.count))
        case .swap: frames.swapAt(any, frames.indices.randomElement(using: &random)!)
        case .repeated: frames.insert(frames[any], at: frames.indices.randomElement(using: &random)!)
        case .insert:
            let stranger = AuditConsortium.frames(files[(victim + 1) % 3]).randomElement(using: &random)!
            frames.insert(stranger, at: any)
        case .alter:
            frames[entry] = .entry(changed(frames[entry].entry!, previous: frames[entry].entry!.previous, &random))
        case .rechain: frames = rechained(frames, from: entry, &random)
        case .resign:
            // By a key that is not the role's.
            frames = try signed(rechained(frames, from: entry, &random), by: SigningKey().rawRepresentation!, victim)
        case .rewrite:
            // By the role itself: a fork.
            frames = try signed(
                rechained(frames, from: entry, &random), by: consortium.keys[AuditConsortium.roles[victim]]!, victim)
        case .setBack:
            let heads = frames.indices.filter { frames[$0].isHead }.dropLast()
            frames.removeSubrange((heads.randomElement(using: &random)! + 1)...)
        case .otherFile:
            bytes = try consortium.bytes(AuditConsortium.roles[victim], heads: [3, 7, 40], seed: random.next())
        }
        return switch way {
        case .bit, .bytes, .cut, .otherFile: bytes
        default: AuditConsortium.file(frames)
        }
    }

    private func changed(_ entry: AuditEntry, previous: MerkleHash?, _ random: inout SplitMix64) -> [UInt8] {
        AuditEntry(
            role: entry.role, number: entry.number, previous: previous, microseconds: entry.microseconds,
            event: AuditConsortium.event(10_000 + Int.random(in: 0..<1_000, using: &random), &random)
        ).encoded
    }

    /// Alters an entry, and writes all later ones anew so that each names the one before.
    private func rechained(_ frames: [AuditFrame], from first: Int, _ random: inout SplitMix64) -> [AuditFrame] {
        var frames = frames
        var last: MerkleHash?
        for place in frames.indices {
            guard let entry = frames[place].entry else { continue }
            let bytes: [UInt8]
            if place == first {
                bytes = changed(entry, previous: last, &random)
            } else {
                bytes =
                    AuditEntry(
                        role: entry.role, number: entry.number, previous: last, microseconds: entry.microseconds,
                        event: entry.event
                    ).encoded
            }
            last = MerkleHash(leaf: bytes)
            frames[place] = .entry(bytes)
        }
        return frames
    }

    /// Signs all heads anew, over what now stands before them.
    private func signed(_ frames: [AuditFrame], by key: [UInt8], _ victim: Int) throws -> [AuditFrame] {
        let key = SigningKey(bytes: key)!
        var frames = frames
        var tree = MerkleTree()
        var trail = AuditTrail()
        for place in frames.indices {
            switch frames[place] {
            case .entry(let bytes):
                tree.append(MerkleHash(leaf: bytes))
                trail.append(MerkleHash(leaf: bytes))
            case .seen(let bytes): trail.append(MerkleHash(leaf: bytes))
            case .head(let record):
                let old = try AuditHead(
                    verifying: record, consortium: AuditConsortium.name, keys: { consortium.roster[$0] })
                let record = try AuditHead(
                    role: old.role, standing: SeenHead(size: tree.count, root: tree.root),
                    microseconds: old.microseconds,
                    trail: trail.hash, seen: old.seen
                ).record(consortium: AuditConsortium.name, key: key)
                trail.append(MerkleHash(leaf: record))
                frames[place] = .head(record)
            }
        }
        return frames
    }

    @Test(
        "a role that rewrites its history and signs it anew is found by what others have seen, as a fork, and not by its file alone"
    )
    func rewritten() throws {
        var random = SplitMix64(5)
        let frames = AuditConsortium.frames(files[1])
        let first = try #require(frames.firstIndex { $0.entry?.number == 6 })
        let rewritten = try signed(
            rechained(frames, from: first, &random), by: #require(consortium.keys[.party(.one)]), 1)
        let copy = AuditConsortium.file(rewritten)
        #expect(consortium.fault(copy) == nil)
        var copies = files
        copies[1] = copy
        let found = try AuditComparison.faults(consortium.verified(copies))
        #expect(found.count == 1)
        guard case .forked(let fork) = found.first?.fault else {
            Issue.record("\(found)")
            return
        }
        #expect(fork.role == .party(.one) && fork.one.size == fork.other.size)
        // Any one of the others is enough.
        for witness in [0, 2, 3] {
            let found = try AuditComparison.faults(consortium.verified([copy, files[witness]]))
            #expect(found.contains { if case .forked = $0.fault { $0.role == .party(.one) } else { false } })
        }
    }

    @Test("a role that shows an older copy is found by what others have seen, as set back")
    func older() throws {
        let frames = AuditConsortium.frames(files[2])
        let heads = frames.indices.filter { frames[$0].isHead }
        let copy = AuditConsortium.file(Array(frames[...heads[4]]))
        #expect(consortium.fault(copy) == nil)
        var copies = files
        copies[2] = copy
        let whole = try consortium.verified([files[2]])[0].tree.count
        let has = try consortium.verified([copy])[0].tree.count
        let found = try AuditComparison.faults(consortium.verified(copies))
        #expect(found.map(\.fault) == [.setBack(.party(.two), has: has, signed: whole)])
        // Beside the newer one an older copy is none.
        #expect(try AuditComparison.faults(consortium.verified([copy, files[2]])).isEmpty)
    }

    @Test("an older copy that somebody has kept is enough to find that a role has written its history anew")
    func kept() throws {
        var random = SplitMix64(6)
        let frames = AuditConsortium.frames(files[1])
        let heads = frames.indices.filter { frames[$0].isHead }
        let older = AuditConsortium.file(Array(frames[...heads[5]]))
        let rewritten = try signed(
            rechained(frames, from: #require(frames.firstIndex { $0.entry?.number == 1 }), &random),
            by: #require(consortium.keys[.party(.one)]), 1)
        for copies in [[older, AuditConsortium.file(rewritten)], [AuditConsortium.file(rewritten), older]] {
            let found = try AuditComparison.faults(consortium.verified(copies))
            #expect(found.count == 1 && found.first?.role == .party(.one))
            guard case .forked = found.first?.fault else {
                Issue.record("\(found)")
                continue
            }
        }
    }
}
