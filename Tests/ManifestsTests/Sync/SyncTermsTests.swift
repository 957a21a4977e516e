import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("A history of trainings under another roster")
struct SyncTermsTests {
    private typealias World = SyncWorld

    /// A version that anna approved of, in force, with a verdict of bank-a.
    private func promoted() throws -> SyncWorld {
        var world = World(approvals: 1)
        let model = try world.make()
        try world.say(.approval(SyncApproval(model: model, after: 0)), by: .operator(SyncKeys.operators[0]))
        try world.decide(.promote, model, previous: digest(200), sequence: 3)
        let validation = try #require(world.history.versions[0].validations.first)
        try world.say(
            .verdict(MemberVerdict(order: validation, isWorse: false)), by: .member(SyncKeys.members[0]))
        return world
    }

    /// The history of the same records by other terms, and what was refused.
    private func read(
        _ world: SyncWorld, _ change: (inout SyncTerms) -> Void
    ) -> (history: SyncHistory, refused: [SyncRefusal]) {
        var terms = world.history.terms
        change(&terms)
        var history = SyncHistory(terms)
        var refused: [SyncRefusal] = []
        for (offset, entry) in world.said.enumerated() {
            do throws(SyncRefusal) {
                try history.apply(entry.record, at: Int64(offset), time: entry.time)
            } catch { refused.append(error) }
        }
        return (history, refused)
    }

    @Test("has nothing of who is not in the roster any more, and what rested on it")
    func removed() throws {
        let world = try promoted()
        #expect(read(world) { _ in }.refused.isEmpty)
        let (withoutMember, refused) = read(world) { $0.members[SyncKeys.members[0]] = nil }
        #expect(refused == [.unknownAuthor] && withoutMember.decisions == world.history.decisions)
        let (withoutOperator, more) = read(world) { $0.operators[SyncKeys.operators[0]] = nil }
        #expect(more == [.unknownAuthor, .approvals(0, of: 1)] && withoutOperator.inForce == nil)
        #expect(withoutOperator.versions.map(\.candidate) == world.history.versions.map(\.candidate))
        // With another key of a party nothing of it counts, and so nothing is done.
        let (otherParty, all) = read(world) { $0.parties[.one] = SyncKeys.key(.coordinator).verifyingKey }
        #expect(all.contains(.badSignature(.party(.one))) && otherParty.versions.isEmpty)
        #expect(otherParty.jobs.count == 1 && otherParty.open?.missing == [.one])
    }

    @Test("asks for as many approvals, and opens as much, as that roster says")
    func limits() throws {
        let world = try promoted()
        #expect(read(world) { $0.approvals = 0 }.refused.isEmpty)
        #expect(read(world) { $0.approvals = 2 }.refused == [.approvals(1, of: 2)])
        let strict = OpeningLimits(histograms: 1, windows: 1, days: 10, apart: 100)
        #expect(read(world) { $0.openings = strict }.refused.first == .histograms(strict))
    }

    @Test("wants of an activation the operators and the number that it names")
    func approvalTerms() {
        let terms = SyncKeys.terms(approvals: 2)
        #expect(terms.approvalTerms == ApprovalTerms(operators: terms.operators, least: 2))
        #expect(ApprovalTerms.none.least == 0 && ApprovalTerms.none.operators.isEmpty)
    }
}
