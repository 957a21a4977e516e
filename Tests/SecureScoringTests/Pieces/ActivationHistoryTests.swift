import EventLogs
import Manifests
import Records
import SecureScoring
import Support
import Testing

@Suite("The history of activations, kept over restarts")
struct ActivationHistoryTests {
    private let world: World
    private let pieces: Pieces
    private let digests: [Digest32]

    /// Three activations at 0, 1 and 2.
    init() throws {
        world = try World()
        pieces = try Pieces(world)
        let world = world
        digests = try (1...3).map { try world.activate("v\($0)", sequence: $0) }
    }

    /// The party's switch as after a start of its process.
    private func restarted() throws -> ModelSwitch {
        try ModelSwitch(try world.models(.one), state: pieces.state, in: pieces.context)
    }

    private func put(_ key: String, _ value: [UInt8], at order: Int64) throws {
        let entry = StateEntry(key: Array(key.utf8), value: value, order: order)
        try pieces.state.commit([.put(table: "activations", entry)], positions: [])
    }

    private func value(_ sequence: UInt64, _ digest: Digest32) -> [UInt8] {
        withUnsafeBytes(of: sequence.bigEndian) { Array($0) } + digest.bytes
    }

    @Test("has after each activation, and each restart, what was in force before and is now")
    func restarts() throws {
        for offset in 0..<3 {
            let models = try restarted()
            #expect(try models.knownModel(at: 9)?.digest == (offset == 0 ? nil : digests[offset - 1]))
            #expect(try models.apply(pieces.sealed()[offset]))
            #expect(try restarted().knownModel(at: 9)?.digest == digests[offset])
            // A record is scored by what was activated before it, not at it.
            #expect(try restarted().knownModel(at: Int64(offset))?.digest == (offset == 0 ? nil : digests[offset - 1]))
        }
        let models = try restarted()
        for offset in 0..<3 { #expect(try !models.apply(pieces.sealed()[offset])) }
        // What is known already is no forgery.
        #expect(world.entries.errors.isEmpty)
    }

    @Test("knows an old activation for old after a restart, too")
    func old() throws {
        #expect(try pieces.models.apply(pieces.sealed()[2]))
        let models = try restarted()
        for offset in [0, 1] { #expect(try !models.apply(pieces.sealed()[offset])) }
        #expect(try models.knownModel(at: 9)?.digest == digests[2])
        #expect(world.entries.errors.count == 2)
    }

    @Test("is found by offsets, whatever the order in which the store has them")
    func order() throws {
        let sealed = Topics.sealed
        try put("\(sealed)/0@40", value(9, digests[1]), at: 40)
        try put("\(sealed)/0@5", value(8, digests[0]), at: 5)
        let name = "\(pieces.context.partition)"
        #expect(name == "\(sealed)/0")
        let models = try restarted()
        #expect(try models.knownModel(at: 5) == nil)
        #expect(try models.knownModel(at: 6)?.digest == digests[0] && models.knownModel(at: 40)?.digest == digests[0])
        #expect(try models.knownModel(at: 41)?.digest == digests[1])
        // One that is newer by its place and older by its number changes nothing.
        #expect(try !models.apply(pieces.sealed()[2]))
    }

    @Test("of another partition, or under a key that is not its offset's, is not this one's")
    func partitions() throws {
        try put("\(Topics.sealed)/1@4", value(9, digests[1]), at: 4)
        try put("\(Topics.sealed)/0@5", value(9, digests[1]), at: 4)
        #expect(try restarted().knownModel(at: 9) == nil)
    }

    @Test("that is malformed ends the start with a sentence", arguments: [0, 8, 39, 41])
    func malformed(bytes: Int) throws {
        try put("\(Topics.sealed)/0@4", [UInt8](repeating: 1, count: bytes), at: 4)
        #expect(throws: LogError.corrupted(reason: "the party's state holds a malformed model activation")) {
            try restarted()
        }
    }

    @Test("commits what is scored together with what else changes, and never goes back")
    func commits() throws {
        let row = StateWrite.put(table: "other", StateEntry(key: [1], value: [2], order: 3))
        try pieces.models.commit(7, [row])
        #expect(try pieces.state.position(pieces.context.partition) == 7)
        #expect(try pieces.state.value("other", [1]) == [2])
        #expect(pieces.models.committed == 7 && pieces.models.scanned == 7)
        try pieces.models.commit(3)
        #expect(try pieces.state.position(pieces.context.partition) == 7 && pieces.models.committed == 7)
        pieces.models.passed(9)
        pieces.models.passed(8)
        #expect(pieces.models.scanned == 9 && pieces.models.committed == 7)
        // How far it has read is not kept: what is read again says the same.
        #expect(try restarted().scanned == 7)
    }
}
