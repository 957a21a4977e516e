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

@Suite("Which generation of shares is in force")
struct GenerationSwitchTests {
    private let path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString).sqlite"
    private let one = Digest32(of: [[1]])
    private let two = Digest32(of: [[2]])

    private func history(_ partition: Int = 0) throws -> GenerationSwitch {
        try GenerationSwitch(
            partition: TopicPartition(Topics.sealed, partition), state: try SQLiteStateStore(path: path))
    }

    private func ready(_ number: UInt32, _ models: Set<Digest32>) -> ReadyGeneration {
        ReadyGeneration(
            generation: ShareGeneration(number), mark: Digest32(of: [[UInt8(number)]]), models: models)
    }

    @Test(
        "is that of the last record before, and of a model the last one that all parties have it in; also when read again"
    )
    func inForce() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try history()
        #expect(first.inForce(at: 1 << 40, model: one) == .dealt)
        #expect(SharesInForce.dealt.digest == .zero)
        #expect(try first.switchTo(ready(1, [one, two]), at: 10))
        #expect(try first.switchTo(ready(3, [two]), at: 20))
        for history in [first, try history()] {
            #expect(history.inForce(at: 10, model: one) == .dealt)
            let behind = history.inForce(at: 11, model: one)
            #expect(behind.counts == ShareGeneration(1) && behind.model == ShareGeneration(1))
            #expect(behind.mark == Digest32(of: [[1]]) && behind == history.inForce(at: 20, model: two))
            let (older, newer) = (history.inForce(at: 21, model: one), history.inForce(at: 21, model: two))
            #expect(older.counts == ShareGeneration(3) && older.model == ShareGeneration(1))
            #expect(newer.counts == ShareGeneration(3) && newer.model == ShareGeneration(3))
            #expect(history.inForce(at: 21, model: .zero).model == .dealt)
            #expect(Set([behind.digest, older.digest, newer.digest]).count == 3)
        }
        #expect(try history(1).inForce(at: 100, model: one) == .dealt)
    }

    @Test("does not change by one that is known, is not newer, or stands before the last")
    func repeated() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let history = try history()
        #expect(try history.switchTo(ready(2, [one]), at: 10))
        #expect(try !history.switchTo(ready(2, [one]), at: 10))
        #expect(try !history.switchTo(ready(2, [one]), at: 11))
        #expect(try !history.switchTo(ready(1, [one]), at: 12))
        #expect(try !history.switchTo(ready(3, [one]), at: 10))
        #expect(try !history.switchTo(ready(3, [one]), at: 9))
        #expect(history.inForce(at: 100, model: one).counts == ShareGeneration(2))
    }
}

@Suite("A party's store of shares")
struct ShareStoreTests {
    private let path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString).sqlite"

    private func key(_ generation: UInt32) -> RefreshKey { World.refreshKey(generation, of: .zero) }

    @Test("has the keys of generations until all has come to them")
    func erasure() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = ShareStore(try SQLiteStateStore(path: path))
        #expect(try store.generations().isEmpty && store.key(of: ShareGeneration(1)) == nil)
        for generation in [1, 2, 3] as [UInt32] {
            try store.keep(key(generation), after: ShareGeneration(generation - 1))
        }
        #expect(try store.generations().map(\.number) == [1, 2, 3])
        #expect(try store.key(of: ShareGeneration(2))?.mark == key(2).mark)
        func erase(_ generation: UInt32, partitions: [Int] = [0, 2]) throws -> Bool {
            try store.erase(through: ShareGeneration(generation), partitions: partitions) { _ in .dealt }
        }
        #expect(try !erase(2))
        try store.noteCounts(ShareGeneration(2), partition: 0)
        try store.noteCounts(ShareGeneration(1), partition: 2)
        #expect(try !erase(2) && store.generations().count == 3)
        try store.noteCounts(ShareGeneration(2), partition: 2)
        #expect(try erase(2) && store.generations().map(\.number) == [3])
        #expect(try erase(3, partitions: []) && store.generations().isEmpty)
        #expect(try store.counts(partition: 0) == ShareGeneration(2) && store.counts(partition: 1) == nil)
    }

    @Test(
        "has of a generation the shares by its last key, made of what was agreed on before: nothing of attempts that failed"
    )
    func attempts() throws {
        let world = try World()
        let digest = try world.deal(try randomModel("v1", spec: world.spec))
        let store = try world.shares(.zero)
        let manifest = try #require(try world.models(.zero).model(digest)).manifest
        let dealt = try ModelShare(opening: manifest, for: .zero, key: HPKEPrivateKey(bytes: PartySeeds.hpke(.zero)))
        try store.keep(dealt, of: digest, in: .dealt)
        func attempt(_ generation: UInt32, after last: UInt32, part: UInt8, of model: UInt32? = nil) throws
            -> ModelShare
        {
            let key = World.refreshKey(generation, of: .zero, part: part)
            try store.keep(key, after: ShareGeneration(last))
            let made = try store.refreshModels(by: key, of: .zero) { _ in ShareGeneration(model ?? last) }
            #expect(made == [digest])
            return try #require(try store.share(of: digest, in: ShareGeneration(generation)))
        }
        func refreshed(_ share: ModelShare, _ generation: UInt32, part: UInt8) -> [UInt8] {
            share.refreshed(by: World.refreshKey(generation, of: .zero, part: part), of: .zero, model: digest).kept
        }
        let first = try attempt(2, after: 0, part: 0)
        #expect(first.kept == refreshed(dealt, 2, part: 0))
        let second = try attempt(2, after: 0, part: 1)
        #expect(second.kept == refreshed(dealt, 2, part: 1) && second.kept != first.kept)
        // Of the next, the first attempt refreshes, and the one that is agreed on does not.
        _ = try attempt(3, after: 2, part: 0)
        #expect(try attempt(4, after: 2, part: 0).kept == refreshed(second, 4, part: 0))
        #expect(try store.generations().map(\.number) == [2, 4])
        #expect(try store.models()[digest]?.map(\.number) == [0, 2, 4])
        // Another party did not have the model when the fourth was agreed on: the fifth is made of the second.
        #expect(try attempt(5, after: 4, part: 0, of: 2).kept == refreshed(second, 5, part: 0))
        // Who lacks the one that all have makes none.
        let key = World.refreshKey(6, of: .zero)
        #expect(try store.refreshModels(by: key, of: .zero) { _ in ShareGeneration(3) } == [])
    }
}
