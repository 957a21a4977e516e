import EventLogs
import Manifests
import Records
import SecureScoring
import Testing

@Suite("The switch between models")
struct ModelSwitchTests {
    private let world: World
    private let pieces: Pieces
    private let first: Digest32
    private let second: Digest32

    /// Two activations at 0 and 3, transactions between and behind them.
    init() throws {
        world = try World()
        pieces = try Pieces(world)
        first = try world.activate("v1", sequence: 1)
        try world.append(try world.seal(1...2))
        second = try world.activate("v2", sequence: 2)
        try world.append(try world.seal(3...4))
    }

    private func scan(_ models: ModelSwitch, upTo offset: Int64) throws -> Bool {
        try models.scan(pieces.sealedLog(), upTo: offset, until: pieces.clock.now)
    }

    @Test("has no model before an activation, and says so")
    func none() throws {
        #expect(try pieces.models.knownModel(at: 6) == nil)
        #expect(throws: ScoringError.noModel(pieces.context.partition)) { try pieces.models.model(at: 6) }
        #expect(try scan(pieces.models, upTo: 6))
        #expect(try pieces.models.knownModel(at: 0) == nil)
    }

    @Test("has at each offset the model of the last activation before it")
    func models() throws {
        #expect(try scan(pieces.models, upTo: 6))
        #expect(pieces.models.scanned == 6)
        for offset in 1...3 { #expect(try pieces.models.model(at: Int64(offset)).digest == first) }
        for offset in 4...6 { #expect(try pieces.models.model(at: Int64(offset)).digest == second) }
    }

    @Test("goes as far as it is asked, and no further than the log")
    func scans() throws {
        #expect(try scan(pieces.models, upTo: 2))
        #expect(pieces.models.scanned == 2)
        #expect(try pieces.models.model(at: 6).digest == first)
        #expect(try !scan(pieces.models, upTo: 7))
        #expect(pieces.models.scanned == 6)
        #expect(try pieces.models.model(at: 6).digest == second)
    }

    @Test("switches once at a record, and for none that is forged or old")
    func applies() throws {
        let records = try pieces.sealed()
        #expect(try pieces.models.apply(records[0]))
        #expect(try !pieces.models.apply(records[0]))
        #expect(try pieces.models.apply(records[3]))
        try world.append([
            try world.activation(first, sequence: 2), try world.activation(first, sequence: 9, forged: true),
            try world.activation(first, sequence: 3),
        ])
        let more = try pieces.sealed()
        #expect(try !pieces.models.apply(more[6]))
        #expect(try !pieces.models.apply(more[7]))
        #expect(try pieces.models.model(at: 8).digest == second)
        #expect(try pieces.models.apply(more[8]))
        #expect(try pieces.models.model(at: 9).digest == first)
        #expect(world.entries.errors.count == 2)
    }

    @Test("is found as it was after a restart, with how far the partition is scored")
    func restart() throws {
        #expect(try scan(pieces.models, upTo: 6))
        try pieces.models.commit(4)
        // What is scored stays scored.
        try pieces.models.commit(2)
        let again = try ModelSwitch(try world.models(.one), state: pieces.state, in: pieces.context)
        #expect(again.committed == 4 && again.scanned == 4)
        #expect(try again.model(at: 3).digest == first)
        #expect(try again.model(at: 4).digest == second)
    }

    @Test("names the model that was never dealt")
    func notDealt() throws {
        let missing = Digest32(of: [[7]])
        try world.append([try world.activation(missing, sequence: 3)])
        #expect(try scan(pieces.models, upTo: 7))
        #expect(try pieces.models.knownModel(at: 7) == nil)
        #expect(throws: ScoringError.modelNotDealt(missing)) { try pieces.models.model(at: 7) }
    }
}
