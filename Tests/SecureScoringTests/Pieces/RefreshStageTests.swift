import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Records
import SecureScoring
import Stages
import Support
import Telemetry
import Testing
import ThreeParty

@Suite("The stage that makes generations of shares")
struct RefreshStageTests {
    private let links = InProcessTransport.cell()
    private let lines = CapturedLines()
    private let path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"

    /// A party's stage, with what it is told and what it keeps.
    private struct Party {
        let stage: RefreshStage
        let refreshes = Refreshes()
        let store: ShareStore

        /// - Parameter links: of all parties.
        init(_ party: PartyID, _ links: [PartyID: InProcessTransport], _ store: ShareStore, _ lines: CapturedLines)
            throws
        {
            self.store = store
            stage = RefreshStage(
                transport: try #require(links[party]), refreshes: refreshes, store: store, clock: SystemClock(),
                metrics: Metrics(), logger: lines.logger(party.name))
        }

        func turn() throws { _ = try stage.turn(until: SystemClock().now) }
    }

    private func party(_ party: PartyID) throws -> Party {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let store = ShareStore(try SQLiteStateStore(path: "\(path)/\(party).sqlite"))
        return try Party(party, links, store, lines)
    }

    private func order(_ generation: UInt32, of party: PartyID, order: UInt8 = 0) -> RefreshOrder {
        let generation = ShareGeneration(generation)
        return RefreshOrder(
            generation: generation,
            base: RefreshSession.base(consortium: "c", generation: generation, order: Digest32(of: [[order]])),
            after: .dealt, version: { _ in .dealt }, keys: { PartySeeds.pairKeys(party) })
    }

    /// Turns parties in turn until `isDone`, or so often that it will never be.
    private func turn(_ parties: [Party], until isDone: () -> Bool) throws {
        for _ in 0..<50 where !isDone() { for party in parties { try party.turn() } }
        #expect(isDone())
    }

    @Test("makes the same one at three parties, keeps its key and refreshes the models that are there")
    func made() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let world = try World()
        let digest = try world.deal(try randomModel("v1", spec: world.spec))
        let parties = try PartyID.allCases.map { party in
            let one = try self.party(party)
            let manifest = try #require(try world.models(party).model(digest)).manifest
            let share = try ModelShare(
                opening: manifest, for: party, key: HPKEPrivateKey(bytes: PartySeeds.hpke(party)))
            try one.store.keep(share, of: digest, in: .dealt)
            one.refreshes.order(order(1, of: party))
            return one
        }
        try turn(parties) { parties.allSatisfy { $0.refreshes.made != nil } }
        #expect(Set(parties.map { $0.refreshes.made }).count == 1)
        #expect(parties[0].refreshes.made?.models == [digest] && parties[0].refreshes.made?.generation.number == 1)
        for party in parties {
            #expect(try party.store.key(of: ShareGeneration(1))?.mark == party.refreshes.made?.mark)
            #expect(try party.store.models() == [digest: [.dealt, ShareGeneration(1)]])
        }
        let dealt = try parties.map { try #require(try $0.store.share(of: digest, in: .dealt)).components.leavesFirst }
        let fresh = try parties.map {
            try #require(try $0.store.share(of: digest, in: ShareGeneration(1))).components.leavesFirst
        }
        #expect(zip(dealt, fresh).allSatisfy { $0 != $1 })
        #expect(lines.entries.count { $0.message == "a generation of shares is made" } == 3)
    }

    @Test("waits for a party that is late, and answers one that starts anew")
    func late() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var parties = try PartyID.allCases.map { try party($0) }
        for party in [PartyID.zero, .one] { parties[party.rawValue].refreshes.order(order(1, of: party)) }
        for _ in 0..<5 { for party in parties { try party.turn() } }
        #expect(parties.allSatisfy { $0.refreshes.made == nil })
        parties[2].refreshes.order(order(1, of: .two))
        // Those that asked before it listened ask again within a second.
        let asked = SystemClock().now + .seconds(20)
        while !parties.allSatisfy({ $0.refreshes.made != nil }), SystemClock().now < asked {
            for party in parties { try party.turn() }
        }
        let made = try #require(parties[0].refreshes.made)
        #expect(parties.allSatisfy { $0.refreshes.made == made })
        // What it has kept is not made anew; a party that lost it asks those that have it.
        parties[1] = try party(.one)
        parties[1].refreshes.order(order(1, of: .one))
        try parties[1].turn()
        #expect(parties[1].refreshes.made == made)
        try FileManager.default.removeItem(atPath: path)
        parties[1] = try party(.one)
        parties[1].refreshes.order(order(1, of: .one))
        try turn(parties) { parties[1].refreshes.made != nil }
        #expect(parties[1].refreshes.made == made)
    }

    @Test("makes none by different orders, and says so once")
    func orders() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let parties = try PartyID.allCases.map { try party($0) }
        for party in PartyID.allCases {
            parties[party.rawValue].refreshes.order(order(1, of: party, order: party == .two ? 1 : 0))
        }
        for _ in 0..<10 { for party in parties { try party.turn() } }
        #expect(parties.allSatisfy { $0.refreshes.made == nil })
        let said = lines.entries.filter { $0.message == "a generation of shares can't be made" }
        #expect(said.contains { $0.label == "party-0" && $0.metadata == "reason=party-2 refreshes by another order" })
        #expect(said.count == 4)
    }

    @Test("forgets the pairwise keys of an order that is closed")
    func closed() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let parties = try PartyID.allCases.map { try party($0) }
        for party in PartyID.allCases { parties[party.rawValue].refreshes.order(order(1, of: party)) }
        try turn(parties) { parties.allSatisfy { $0.refreshes.made != nil } }
        parties[0].refreshes.close()
        #expect(parties[0].refreshes.made == nil)
        #expect(try parties[0].stage.turn(until: SystemClock().now) == .rest(.milliseconds(200)))
    }
}
