import EventLogs
import Manifests
import ModelSync
import Records
import Support
import Testing
import ThreeParty

@Suite("An order whose place another takes", .serialized)
struct LapsedTests {
    @Test("is never begun where it expired while no party ran; the next one is done")
    func alone() throws {
        let world = try SyncWorld()
        let first = try world.order(world.training(version: "late"), within: 30)
        world.clock.advance(.seconds(31))
        let second = try world.order(world.training())
        try world.start()
        let report = try SliceTests.trained(world.ended(second))
        world.stop()
        #expect(report.rows == 240)
        let job = try #require(try world.history().job(first))
        #expect(job.standing == .lapsed(2) && job.parties.isEmpty)
        #expect(try world.history().versions.map(\.task.version) == ["v2"])
        for party in PartyID.allCases { #expect(try world.store(party).model(of: first) == nil) }
    }

    /// All three have accepted it, and two of them wait for one that was killed.
    private func begun(_ world: SyncWorld) throws -> Digest32 {
        try world.start([.one], steps: 20)
        try world.start([.zero, .two])
        let order = try world.order(world.training(version: "late"), within: 30)
        #expect(try world.waitForDeath(of: .one))
        return order
    }

    @Test("is given up by who is at it; nothing of it stays", arguments: [true, false])
    func begun(isLookedOn: Bool) throws {
        let world = try SyncWorld()
        let first = try begun(world)
        if !isLookedOn { world.stop() }
        world.clock.advance(.seconds(31))
        let second = try world.order(world.training())
        try world.start(isLookedOn ? [.one] : PartyID.allCases)
        let report = try SliceTests.trained(world.ended(second))
        world.stop()
        // One that was stopped before it had read of the end.
        try world.start()
        #expect(PartyID.allCases.allSatisfy { world.waitUntilReady($0) })
        world.stop()
        #expect(report.rows == 240)
        let job = try #require(try world.history().job(first))
        #expect(job.standing == .lapsed(2) && job.mayHaveOpened)
        for party in PartyID.allCases {
            #expect(try world.store(party).entries(of: first).isEmpty)
            #expect(try world.store(party).model(of: first) == nil)
        }
    }
}
