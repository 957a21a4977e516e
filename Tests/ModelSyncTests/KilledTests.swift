import Manifests
import Model
import ModelSync
import Records
import Roles
import Support
import Testing
import ThreeParty

/// A party is killed at one of its steps: what it would have sent, kept or said from there on is lost.
@Suite("A party that is killed while it trains", .serialized)
struct KilledTests {
    /// Every one of a party's first steps, then some from all over the way.
    static let steps = Array(1...14) + [17, 23, 31, 40, 55, 70, 90, 110, 140, 170, 200, 230, 260]

    @Test("begins anew, and all three come to the same forest", arguments: steps)
    func training(steps: Int) throws {
        let world = try SyncWorld()
        let victim = PartyID.allCases[steps % 3]
        try world.start([victim], steps: steps)
        try world.start([victim.previous, victim.next])
        let order = try world.order(world.training())
        // The last may be more steps than the party takes.
        let isKilled = try steps > 150 ? killedOrDone(world, victim, order) : world.waitForDeath(of: victim)
        if isKilled { try world.start([victim]) }
        let report = try SliceTests.trained(world.ended(order))
        let forest = try SliceTests.reference(world, report)
        try expect(world, order, report, forest)
        world.stop()
    }

    private func killedOrDone(_ world: SyncWorld, _ victim: PartyID, _ order: Digest32) throws -> Bool {
        let clock = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < clock {
            if try world.history().job(order)?.isOpen == false { return false }
            if world.isDead(victim) { return try world.waitForDeath(of: victim) }
        }
        throw SyncWorld.Stuck()
    }

    /// What parties keep adds up to a forest.
    private func expect(_ world: SyncWorld, _ order: Digest32, _ report: TrainedReport, _ forest: Forest) throws {
        #expect(report.rows == 240)
        let shares = try PartyID.allCases.map { party in try world.trained(party, order) }
        #expect(shares.allSatisfy { $0.report == report })
        for party in PartyID.allCases {
            let (own, next) = (shares[party.rawValue].share, shares[party.next.rawValue].share)
            #expect(own.components.selectionSecond == next.components.selectionFirst)
            #expect(own.components.leavesSecond == next.components.leavesFirst)
        }
        let opened = try OpenedModel(shares.map(\.share), fraction: shares[0].fraction)
        #expect(opened.forest.trees == forest.trees)
        #expect(try opened.points == SliceTests.card(world, forest))
    }

    @Test("leaves nothing of a training that is over", arguments: [5, 40])
    func swept(steps: Int) throws {
        let world = try SyncWorld()
        try world.start([.one], steps: steps)
        try world.start([.zero, .two])
        let order = try world.order(world.training())
        #expect(try world.waitForDeath(of: .one))
        try world.start([.one])
        _ = try SliceTests.trained(world.ended(order))
        world.stop()
        // One that was stopped before it had read of the end.
        try world.start()
        #expect(PartyID.allCases.allSatisfy { world.waitUntilReady($0) })
        world.stop()
        for party in PartyID.allCases { #expect(try world.store(party).entries(of: order).isEmpty) }
    }
}
