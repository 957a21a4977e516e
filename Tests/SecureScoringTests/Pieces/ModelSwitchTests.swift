import EventLogs
import Keys
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

    @Test(
        "switches to no model that too few operators approve of, but to a partition's first, and back to one that was in force"
    )
    func approved() throws {
        let names = ["anna", "bernd"].compactMap { OperatorID($0) }
        let seeds = [[UInt8](repeating: 50, count: 32), [UInt8](repeating: 51, count: 32)]
        func key(_ number: Int) throws -> SigningKey {
            guard let key = SigningKey(bytes: seeds[number]) else { throw HPKEError.malformedKey }
            return key
        }
        let terms = ApprovalTerms(
            operators: [names[0]: try key(0).verifyingKey, names[1]: try key(1).verifyingKey], least: 2)
        func approval(_ number: Int, _ model: Digest32) throws -> [UInt8] {
            try SyncStatement.approval(SyncApproval(model: model, after: 0))
                .record(by: .operator(names[number]), consortium: "c", key: try key(number))
        }
        let models = try ModelSwitch(
            try world.models(.zero, approvals: terms), state: pieces.state, in: pieces.context)
        let both = [try approval(0, second), try approval(1, second)]
        try world.append([
            try world.activation(second, sequence: 3, approvals: [both[0]]),
            try world.activation(second, sequence: 4, approvals: [both[0], both[0]]),
            try world.activation(second, sequence: 5, approvals: [both[0], try approval(1, first)]),
            try world.activation(second, sequence: 6, approvals: both),
            try world.activation(first, sequence: 7), try world.activation(second, sequence: 8),
        ])
        // The first model is the partition's set-up; the second was not approved of at all.
        let switched = try pieces.sealed().enumerated().filter { try models.apply($0.element) }
        #expect(switched.map(\.offset) == [0, 9, 10, 11])
        #expect(world.entries.errors.count == 4)
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
