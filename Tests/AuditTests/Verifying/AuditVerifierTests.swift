import Audit
import Keys
import Manifests
import Records
import Support
import Testing

/// What is found in a copy, and that it is named.
@Suite("The check of an audit log")
struct AuditVerifierTests {
    let consortium = AuditConsortium()
    let role = SyncAuthor.party(.one)
    /// Heads after 2, 5 and 8 entries.
    let frames: [AuditFrame]

    init() throws { frames = try AuditConsortium.frames(consortium.bytes(role, heads: [2, 5, 8])) }

    private func place(_ entry: Int) -> Int { frames.firstIndex { $0.entry?.number == entry }! }

    private func fault(_ change: (inout [AuditFrame]) -> Void) -> AuditFault? {
        var changed = frames
        change(&changed)
        return consortium.fault(AuditConsortium.file(changed))
    }

    /// An entry that says something else and is otherwise as it was.
    private func altered(_ entry: Int) -> AuditFrame {
        let old = frames[place(entry)].entry!
        return .entry(
            AuditEntry(
                role: old.role, number: old.number, previous: old.previous, microseconds: old.microseconds,
                event: AuditEvent(.decision, [.outcome: "another"])
            ).encoded)
    }

    @Test("an untouched copy has no fault")
    func untouched() { #expect(fault { _ in } == nil) }

    @Test("an altered entry is named by the next one, and the last before a head by the head", arguments: 0..<8)
    func alteredEntry(_ entry: Int) {
        let fault = fault { $0[place(entry)] = altered(entry) }
        switch entry {
        case 1: #expect(fault == .notSigned(0..<2))
        case 4: #expect(fault == .notSigned(2..<5))
        case 7: #expect(fault == .notSigned(5..<8))
        default: #expect(fault == .altered(entry))
        }
    }

    @Test("an entry that is dropped, moved or doubled is named")
    func places() {
        for entry in 0..<7 where ![1, 4].contains(entry) {
            #expect(fault { $0.remove(at: place(entry)) } == .dropped(entry..<entry + 1))
            #expect(fault { $0.swapAt(place(entry), place(entry + 1)) } == .reordered(entry))
        }
        #expect(fault { $0.removeSubrange(place(2)...place(3)) } == .dropped(2..<4))
        #expect(fault { $0.remove(at: place(1)) } == .headMisplaced(after: 1, says: 2))
        #expect(fault { $0.swapAt(place(0), place(6)) } == .reordered(0))
        #expect(fault { $0.insert($0[place(3)], at: place(4)) } == .repeated(3, at: 4))
    }

    @Test("entries of which all later ones were written anew are not what the role signed")
    func rechained() {
        var tree = MerkleTree()
        var changed = frames
        for place in changed.indices {
            guard let old = changed[place].entry else { continue }
            let entry = AuditEntry(
                role: old.role, number: old.number, previous: old.number == 0 ? nil : tree[old.number - 1],
                microseconds: old.microseconds, event: old.number == 3 ? AuditEvent(.decision) : old.event)
            tree.append(MerkleHash(leaf: entry.encoded))
            changed[place] = .entry(entry.encoded)
        }
        #expect(consortium.fault(AuditConsortium.file(changed)) == .notSigned(2..<5))
    }

    @Test("heads that were dropped, moved or forged are named")
    func heads() throws {
        let places = frames.indices.filter { frames[$0].isHead }
        #expect(fault { $0.remove(at: places[0]) } == .trailDiffers(after: 5))
        #expect(fault { $0.remove(at: places[2]) } == .unsigned(5..<8))
        #expect(fault { $0.swapAt(places[0], places[1]) } == .headMisplaced(after: 2, says: 5))
        #expect(fault { $0.insert($0[places[0]], at: places[0]) } == .trailDiffers(after: 2))
        let forged = try AuditHead(
            role: role, standing: SeenHead(size: 2, root: MerkleHash(leaf: [])), microseconds: 1, trail: nil
        ).record(consortium: AuditConsortium.name, key: SigningKey())
        #expect(fault { $0[places[0]] = .head(forged) } == .head(after: 2, .badSignature(role)))
    }

    @Test("a role's own head is none of another's that it has seen, nor is one of another consortium or of nobody")
    func ownHead() throws {
        let places = frames.indices.filter { frames[$0].isHead }
        guard case .head(let own) = frames[places[0]] else { return }
        #expect(fault { $0.insert(.seen(own), at: places[0] + 1) } == .head(after: 2, .malformed))
        let standing = SeenHead(size: 1, root: MerkleHash(leaf: [1]))
        let other = AuditHead(role: .coordinator, standing: standing, microseconds: 1, trail: nil)
        let foreign = try other.record(consortium: "another", key: consortium.key(.coordinator))
        let nobody = try other.record(consortium: AuditConsortium.name, key: SigningKey())
        for record in [foreign, nobody] {
            guard case .head(let after, let reason) = fault({ $0.insert(.seen(record), at: places[0] + 1) }) else {
                Issue.record("it was taken")
                continue
            }
            #expect(after == 2 && reason != .malformed)
        }
    }

    @Test("a head that another role of the roster signed over these entries does not count")
    func wrongSigner() throws {
        let place = frames.indices.last { frames[$0].isHead }!
        guard case .head(let record) = frames[place] else { return }
        let head = try AuditHead(verifying: record, consortium: AuditConsortium.name, keys: { consortium.roster[$0] })
        // Under its own name, and under the role's.
        for (name, wanted) in [(role, role), (SyncAuthor.coordinator, role)] {
            let other = AuditHead(
                role: name, standing: head.standing, microseconds: head.microseconds, trail: head.trail)
            let signed = try other.record(consortium: AuditConsortium.name, key: consortium.key(.coordinator))
            #expect(fault { $0[place] = .head(signed) } == .head(after: 8, .badSignature(wanted)))
        }
    }

    @Test("a copy that ends early, or in the middle of a write, is named as that")
    func ends() {
        let bytes = AuditConsortium.file(frames)
        var whole = AuditFrames.magic.count
        var ends: [Int: AuditFrame] = [:]
        for frame in frames {
            whole += frame.bytes.count
            ends[whole] = frame
        }
        for end in (AuditFrames.magic.count + 1)..<bytes.count {
            let fault = consortium.fault(Array(bytes[..<end]))
            switch (ends[end], fault) {
            case (nil, .torn), (.entry, .unsigned): break
            // The role may well have signed no more by then: others know, who have seen a later head.
            case (.head, nil): break
            default: Issue.record("\(end) bytes: \(String(describing: fault))")
            }
        }
        #expect(
            consortium.fault(Array(bytes.dropLast())) == .torn(after: 8, byte: bytes.count - frames.last!.bytes.count))
        #expect(consortium.fault([]) == .notALog)
        #expect(consortium.fault(Array(bytes.dropFirst())) == .notALog)
    }

    @Test("the log of another consortium, or of another role than is asked for, is named as that")
    func others() {
        let file = AuditConsortium.file(frames)
        #expect(consortium.fault(file, of: .party(.two)) == .otherRole(0, role))
        #expect(AuditConsortium().fault(file) == .head(after: 2, .badSignature(role)))
    }

    @Test("damage names the byte, and what is behind which entry")
    func damage() {
        var bytes = AuditConsortium.file(frames)
        let place = AuditFrames.magic.count + frames[0].bytes.count
        bytes[place + 20] ^= 1
        #expect(consortium.fault(bytes) == .damaged(after: 1, byte: place))
        // A length that leads out of the file, as the last frame's may, and one that is too long.
        bytes[place + 1] = 0
        bytes[place + 2] = 0xFF
        #expect(consortium.fault(bytes) == .damaged(after: 1, byte: place))
        let last = Array(bytes[..<(place + frames[1].bytes.count)])
        #expect(consortium.fault(last) == .torn(after: 1, byte: place))
        bytes[place] = 0xFF
        #expect(consortium.fault(bytes) == .damaged(after: 1, byte: place))
    }

    @Test("every fault has a sentence of its own")
    func sentences() {
        let fork = AuditFork(
            role: role, one: SeenHead(size: 3, root: MerkleHash(leaf: [1])),
            other: SeenHead(size: 5, root: MerkleHash(leaf: [2])))
        let faults: [AuditFault] = [
            .notALog, .damaged(after: 0, byte: 20), .torn(after: 3, byte: 700), .malformed(4), .otherRole(4, role),
            .altered(4),
            .dropped(4..<5), .dropped(4..<7), .reordered(4), .repeated(4, at: 5), .notSigned(4..<7),
            .head(after: 4, .malformed),
            .headMisplaced(after: 4, says: 5), .trailDiffers(after: 4), .seenDropped(after: 4, role), .unsigned(4..<5),
            .forked(fork),
            .setBack(role, has: 4, signed: 5),
        ]
        #expect(Set(faults.map(\.description)).count == faults.count)
        #expect(AuditFault.dropped(4..<5).description == "entry 4 is dropped")
        #expect(AuditFault.dropped(4..<7).description == "entries 4 to 6 are dropped")
        #expect(
            AuditFault.damaged(after: 0, byte: 20).description
                == "behind entry -1 (the beginning) it is damaged, at byte 20")
    }
}
