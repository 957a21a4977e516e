import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("Approvals, decisions and verdicts")
struct SyncDecisionTests {
    private typealias World = SyncWorld

    private func approve(_ world: inout SyncWorld, _ model: Digest32, _ name: String, after: UInt64 = 0) -> SyncRefusal?
    {
        world.refusal(.approval(SyncApproval(model: model, after: after)), by: .operator(SyncKeys.operatorID(name)))
    }

    private func decide(
        _ world: inout SyncWorld, _ kind: SyncDecision.Kind, _ model: Digest32, previous: Digest32? = nil,
        sequence: UInt64
    ) throws -> SyncRefusal? {
        let decision = try World.decision(kind, model, previous: previous, sequence: sequence)
        return world.refusal(.decision(decision), by: .coordinator)
    }

    @Test("as many different operators approve as the roster wants, each once")
    func approvals() throws {
        var world = World(approvals: 2)
        let model = try world.make()
        #expect(try decide(&world, .promote, model, sequence: 1) == .approvals(0, of: 2))
        #expect(approve(&world, model, "anna") == nil)
        #expect(approve(&world, model, "anna") == .replayed)
        #expect(try decide(&world, .promote, model, sequence: 1) == .approvals(1, of: 2))
        #expect(approve(&world, model, "carla") == nil)
        #expect(try decide(&world, .promote, model, sequence: 1) == nil)
        #expect(world.history.version(sealedAs: model)?.approvals.map(\.by.name) == ["anna", "carla"])
    }

    @Test("an operator who says the same in other bytes has said it already")
    func twice() throws {
        var world = World(approvals: 2)
        let model = try world.make()
        #expect(approve(&world, model, "anna") == nil)
        let approval = SyncStatement.approval(SyncApproval(model: model, after: 0))
        let anna = SyncKeys.operatorID("anna")
        let again = SyncKeys.respelt(approval, by: .operator(anna), purpose: "approval")
        #expect(world.refusal(again) == .alreadyApproved(anna))
    }

    @Test("an approval is of a model that is sealed, and void after a decision")
    func void() throws {
        var world = World(approvals: 1)
        #expect(approve(&world, digest(9), "anna") == .unknownModel)
        let first = try world.make("v1")
        let second = try world.make("v2", from: 2000)
        #expect(approve(&world, first, "anna", after: 1) == .void(after: 1, last: 0))
        #expect(approve(&world, first, "anna") == nil)
        #expect(approve(&world, second, "bernd") == nil)
        #expect(try decide(&world, .promote, first, previous: digest(200), sequence: 4) == nil)
        // The second was to take the place of another model than the first.
        #expect(try decide(&world, .promote, second, previous: first, sequence: 5) == .approvals(0, of: 1))
        #expect(approve(&world, second, "carla") == .void(after: 0, last: 4))
        #expect(approve(&world, second, "carla", after: 4) == nil)
        #expect(try decide(&world, .promote, second, previous: first, sequence: 5) == nil)
        // Brought back, the first needs no approval; the second needs new ones.
        #expect(try decide(&world, .rollback, first, previous: second, sequence: 6) == nil)
        #expect(try decide(&world, .promote, second, previous: first, sequence: 7) == .approvals(0, of: 1))
        #expect(approve(&world, second, "carla", after: 6) == nil)
        #expect(try decide(&world, .promote, second, previous: first, sequence: 7) == nil)
        #expect(world.history.inForce == second)
    }

    @Test("decisions have numbers that grow: an older one, another of one number and a repeated one are refused")
    func numbers() throws {
        var world = World()
        let first = try world.make("v1")
        let second = try world.make("v2", from: 2000)
        #expect(try decide(&world, .promote, first, sequence: 5) == nil)
        #expect(try decide(&world, .promote, first, sequence: 5) == .replayed)
        #expect(try decide(&world, .promote, second, previous: first, sequence: 5) == .forkedDecision(5))
        #expect(try decide(&world, .promote, second, previous: first, sequence: 4) == .olderDecision(4, last: 5))
        #expect(try decide(&world, .promote, second, previous: first, sequence: 100) == nil)
        #expect(world.history.decisions.map(\.sequence) == [5, 100])
    }

    @Test("what goes in force is sealed, was validated, and is not in force already")
    func promoted() throws {
        var world = World()
        #expect(try decide(&world, .promote, digest(9), sequence: 1) == .unknownModel)
        let candidate = try world.train()
        let model = try world.seal(candidate)
        #expect(try decide(&world, .promote, model, sequence: 1) == .notValidated)
        _ = try world.validate(.model(model))
        #expect(try decide(&world, .promote, model, sequence: 1) == nil)
        #expect(try decide(&world, .promote, model, previous: digest(3), sequence: 2) == .inForce)
    }

    @Test("what is turned down never goes in force, and is turned down once; what is in force is not turned down")
    func turnedDown() throws {
        var world = World(approvals: 1)
        #expect(try decide(&world, .turnDown, digest(9), sequence: 1) == .unknownModel)
        let first = try world.make("v1")
        #expect(try decide(&world, .turnDown, first, previous: digest(200), sequence: 1) == nil)
        #expect(world.history.inForce == nil)
        #expect(try decide(&world, .turnDown, first, sequence: 2) == .turnedDown)
        #expect(approve(&world, first, "anna", after: 1) == .turnedDown)
        #expect(try decide(&world, .promote, first, sequence: 2) == .turnedDown)
        let second = try world.make("v2", from: 2000)
        #expect(approve(&world, second, "anna", after: 1) == nil)
        #expect(try decide(&world, .promote, second, sequence: 2) == nil)
        #expect(try decide(&world, .turnDown, second, sequence: 3) == .inForce)
    }

    @Test("only the model in force gives way, and to the one that it replaced, one after the other back to the first")
    func rolledBack() throws {
        var world = World()
        let first = try world.make("v1")
        let second = try world.make("v2", from: 2000)
        #expect(try decide(&world, .rollback, digest(200), previous: first, sequence: 1) == .notReplaced)
        #expect(try decide(&world, .promote, first, previous: digest(200), sequence: 1) == nil)
        #expect(try decide(&world, .promote, second, previous: first, sequence: 2) == nil)
        #expect(try decide(&world, .rollback, first, sequence: 3) == .unknownModel)
        #expect(try decide(&world, .rollback, first, previous: digest(9), sequence: 3) == .unknownModel)
        #expect(try decide(&world, .rollback, digest(200), previous: second, sequence: 3) == .notReplaced)
        #expect(try decide(&world, .rollback, digest(200), previous: first, sequence: 3) == .notReplaced)
        #expect(try decide(&world, .rollback, first, previous: second, sequence: 3) == nil)
        #expect(try decide(&world, .rollback, first, previous: second, sequence: 4) == .notReplaced)
        #expect(try decide(&world, .rollback, digest(200), previous: first, sequence: 4) == nil)
        #expect(world.history.inForce == digest(200))
        // A first model replaced none, so there is none to bring back.
        var alone = World()
        let model = try alone.make()
        #expect(try decide(&alone, .promote, model, sequence: 1) == nil)
        #expect(try decide(&alone, .rollback, digest(200), previous: model, sequence: 2) == .notReplaced)
    }

    @Test("a member has one verdict on a validation that is done and has a challenger")
    func verdicts() throws {
        var world = World()
        let candidate = try world.train()
        func tell(_ world: inout SyncWorld, _ order: Digest32, _ member: Int, worse: Bool = true) throws -> SyncRefusal?
        {
            let verdict = try MemberVerdict(order: order, isWorse: worse)
            return world.refusal(.verdict(verdict), by: .member(SyncKeys.members[member]))
        }
        #expect(try tell(&world, digest(9), 0) == .unknownOrder)
        #expect(try tell(&world, candidate, 0) == .notChallenged)
        let order = try world.order(World.validation(of: .candidate(candidate)))
        #expect(try tell(&world, order, 0) == .notChallenged)
        try world.end(order) { try World.validated($0) }
        #expect(try tell(&world, order, 0) == nil)
        #expect(try tell(&world, order, 0) == .replayed)
        #expect(try tell(&world, order, 0, worse: false) == .alreadyTold(SyncKeys.members[0]))
        #expect(try tell(&world, order, 1, worse: false) == nil)
        #expect(
            world.history.job(order)?.verdicts.mapValues(\.isWorse) == [
                SyncKeys.members[0]: true, SyncKeys.members[1]: false,
            ])
        let alone = try world.validate(nil, 3000..<4000)
        #expect(try tell(&world, alone, 0) == .notChallenged)
    }
}
