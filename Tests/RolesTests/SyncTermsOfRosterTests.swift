import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Testing

@Suite("What a roster says of trainings")
struct SyncTermsOfRosterTests {
    @Test("is whose word counts, and what it takes")
    func terms() throws {
        var roster = try Terms().roster
        let anna = try #require(OperatorID("anna"))
        roster.operators = [Roster.Operator(id: anna, identity: roster.coordinator)]
        roster.approvals = 1
        roster.openings = OpeningLimits(histograms: 1, windows: 2, days: 3, apart: 4)
        let terms = roster.syncTerms
        #expect(terms.consortium == "simulated" && terms.coordinator == roster.coordinator)
        #expect(terms.parties == roster.cell.parties.mapValues(\.identity) && terms.parties.count == 3)
        #expect(terms.members.count == roster.members.count)
        #expect(roster.members.allSatisfy { terms.members[$0.id] == $0.identity })
        #expect(terms.operators == [anna: roster.coordinator] && terms.approvals == 1)
        #expect(terms.openings == roster.openings)
    }
}
