import EventLogs
import LocalStore
import Records
import Secrets
import SecureScoring
import Testing
import ThreeParty

extension World {
    /// A party's store of shares, as it left it.
    func shares(_ party: PartyID) throws -> ShareStore {
        ShareStore(try SQLiteStateStore(path: "\(path)/\(party).sqlite.shares"))
    }

    /// A generation's key as one party makes it.
    static func refreshKey(_ generation: UInt32, of party: PartyID, part: UInt8 = 0) -> RefreshKey {
        RefreshKey(
            generation: ShareGeneration(generation), base: .zero,
            parts: [5, 6, 7].map { [UInt8](repeating: $0 + part, count: RefreshKey.keyBytes) })
    }

    /// Has parties that are stopped make a generation, and puts it in force behind a record of `consortium.sealed` that it appends,
    /// as that of an epoch does: here one that activates the model again.
    ///
    /// - Parameters:
    ///   - without: a party that has lost its key by then, so that it puts nothing in force.
    ///   - part: what its key is made of, where a party has another.
    func refresh(_ generation: UInt32, without: PartyID? = nil, part: (PartyID) -> UInt8 = { _ in 0 }) throws {
        var models: [Set<Digest32>] = []
        let keys = Dictionary(
            uniqueKeysWithValues: PartyID.allCases.map { ($0, Self.refreshKey(generation, of: $0, part: part($0))) })
        for party in PartyID.allCases {
            let (store, key) = (try shares(party), try #require(keys[party]))
            try store.keep(key, after: ShareGeneration(generation - 1))
            models.append(Set(try store.refreshModels(by: key, of: party) { _ in ShareGeneration(generation - 1) }))
        }
        let common = models.dropFirst().reduce(models[0]) { $0.intersection($1) }
        let model = try #require(common.first)
        let record = try append([try activation(model, sequence: UInt64(generation) + 1)])[0]
        for party in PartyID.allCases where party != without {
            let history = try GenerationSwitch(
                partition: TopicPartition(Topics.sealed), state: try SQLiteStateStore(path: "\(path)/\(party).sqlite"))
            let ready = ReadyGeneration(
                generation: ShareGeneration(generation), mark: try #require(keys[party]).mark, models: common)
            #expect(try history.switchTo(ready, at: record))
        }
    }
}
