import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

@Suite("Parties whose shares are refreshed", .serialized)
struct GenerationTests {
    private let counted: CountedWorld
    private var world: World { counted.world }

    init() throws { counted = try CountedWorld() }

    private func past(_ days: Range<Int64>) throws {
        for day in days {
            let events = counted.day(day)
            try counted.send(events)
            try counted.expectScores("day \(day)")
            try counted.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
        }
    }

    @Test("score and count as they did, bit for bit, through three generations and restarts")
    func scores() throws {
        try world.start()
        try past(0..<3)
        for generation in 1...3 as ClosedRange<UInt32> {
            world.stop()
            try world.refresh(generation)
            try world.start()
            let day = Int64(7 + generation)
            try counted.send(counted.day(day))
            try counted.expectScores("generation \(generation)")
            try past(Int64(12 + 2 * generation)..<Int64(13 + 2 * generation))
        }
        try counted.send(counted.day(27))
        try counted.expectScores("behind the last")
        // Counts that nobody reads would pass as well.
        #expect(counted.telling > 20)
        world.stop()
        #expect(world.entries.errors.isEmpty)
        for party in PartyID.allCases {
            #expect(try world.shares(party).counts(partition: 0) == ShareGeneration(3))
        }
    }

    @Test("that come from before a generation count what was decided before it under the older one")
    func restart() throws {
        try world.start()
        try past(0..<2)
        world.stop()
        // Of one party only an older snapshot is left.
        let file = "\(world.path)/party-2.sqlite.counts"
        let old = FileManager.default.contents(atPath: file)
        try world.start()
        try past(2..<3)
        world.stop()
        try world.refresh(1)
        try world.start()
        try counted.send(counted.day(9))
        try counted.expectScores()
        world.stop()
        if let old, FileManager.default.fileExists(atPath: file) {
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
            try old.write(to: URL(fileURLWithPath: file))
        }
        try world.start()
        try counted.send(counted.day(10))
        try counted.expectScores("after a restart")
        world.stop()
        #expect(world.entries.errors.isEmpty && counted.telling > 0)
    }

    @Test("that have different keys of a generation say so, and score nothing", .timeLimit(.minutes(2)))
    func different() throws {
        try world.start()
        try past(0..<1)
        world.stop()
        try world.refresh(1) { $0 == .one ? 1 : 0 }
        try world.start()
        try counted.send(counted.day(9))
        let entry = world.entries.wait(
            for: "this party has generation 1 of shares in force, and party-0 another", from: .one)
        #expect(entry != nil)
        world.stop()
    }

    @Test(
        "of which one lost its key give batches up by name, and score nothing", .timeLimit(.minutes(2)),
        arguments: [PartyID.zero, .two])
    func keyless(_ party: PartyID) throws {
        try world.start()
        try past(0..<1)
        world.stop()
        try world.refresh(1, without: party)
        try world.start()
        try counted.send(counted.day(9))
        let words =
            party == .zero
            ? "this party has generation 1 of shares in force, and party-0 another"
            : "this party has generation 0 of shares in force, and party-0 another"
        #expect(world.entries.wait(for: words, from: .two) != nil)
        let before = try world.records(Topics.scores(world.a.id)).count
        world.stop()
        #expect(try world.records(Topics.scores(world.a.id)).count == before)
    }

    @Test(
        "of which one loses its shares behind a generation end there, with a sentence", .timeLimit(.minutes(2)))
    func lost() throws {
        try world.start()
        try past(0..<1)
        world.stop()
        try world.refresh(1)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(world.path)/party-1.sqlite.shares" + suffix)
        }
        try world.start()
        try counted.send(counted.day(9))
        let error = world.ended(.one) as? ScoringError
        #expect(error == .countsOfLostGeneration(ShareGeneration(1)))
        #expect(error?.description.contains("its key is not here: have the two other parties deal to it anew") == true)
        world.stop()
    }

    // MARK: Models

    private func registry(_ shares: ShareStore?, key: [UInt8]) throws -> ModelRegistry {
        guard let coordinator = SigningKey(bytes: [UInt8](repeating: 77, count: 32)) else {
            throw HPKEError.malformedKey
        }
        return try ModelRegistry(
            ModelShares(party: .one, keys: OpeningKeys(try HPKEPrivateKey(bytes: key)), store: shares), consortium: "c",
            coordinator: coordinator.verifyingKey, log: world.log, logger: world.entries.logger(.one))
    }

    @Test("need neither the manifest's box nor its key, once they have opened it")
    func kept() throws {
        let digest = try world.deal(try randomModel("v1", spec: world.spec))
        let store = try world.shares(.one)
        let other = [UInt8](repeating: 99, count: 32)
        #expect(try registry(store, key: other).model(digest) == nil)
        let opened = try #require(try registry(store, key: PartySeeds.hpke(.one)).model(digest))
        #expect(opened.generation == .dealt)
        #expect(try store.models()[digest] == [.dealt])
        #expect(try registry(store, key: other).model(digest)?.manifest.version == "v1")
        #expect(try registry(nil, key: other).model(digest) == nil)

        let key = World.refreshKey(1, of: .one)
        #expect(try store.refreshModels(by: key, of: .one) { _ in .dealt }.contains(digest))
        let models = try registry(store, key: other)
        let model = try #require(try models.model(digest))
        #expect(model.generation == .dealt)
        #expect(try models.prepared(model, in: .dealt) === model.prepared)
        let refreshed = try models.prepared(model, in: ShareGeneration(1))
        #expect(try refreshed !== model.prepared && models.prepared(model, in: ShareGeneration(1)) === refreshed)
        #expect(throws: ScoringError.noShare(digest, ShareGeneration(2))) {
            _ = try models.prepared(model, in: ShareGeneration(2))
        }
    }
}
