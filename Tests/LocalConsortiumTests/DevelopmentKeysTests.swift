import Foundation
import Keys
import LocalConsortium
import PipelineFiles
import Records
import Support
import Testing

@Suite("A development set of keys")
struct DevelopmentKeysTests {
    private static let plan = """
        consortium: demo
        epoch: 1
        parties:
          - { name: party-0, host: 127.0.0.1, port: 7300 }
          - { name: party-1, host: 127.0.0.1, port: 7301 }
          - { name: party-2, host: 127.0.0.1, port: 7302 }
        members: [bank-a, bank-b]
        operators: [anna, bernd]
        approvals: 1
        openings: { histograms: 3, windows: 4, days: 9, apart: 5 }

        """

    @Test("has for every party, member, operator and the coordinator the private half of what its roster says")
    func identities() throws {
        let folder = try TemporaryFolder()
        let keys = DevelopmentKeys(directory: folder.path("keys"))
        _ = try keys.make(ConsortiumPlan(file: folder.write(Self.plan, to: "consortium.yaml")))
        let roster = try Roster(file: keys.rosterFile)
        func identity(_ folder: String) throws -> VerifyingKey {
            try FileKeystore(directory: folder).signingKey().verifyingKey
        }
        for (id, party) in roster.cell.parties { #expect(try identity(keys.folder(id)) == party.identity) }
        for member in roster.members { #expect(try identity(keys.folder(member.id)) == member.identity) }
        for each in roster.operators { #expect(try identity(keys.folder(each.id)) == each.identity) }
        #expect(try keys.coordinator.signingKey().verifyingKey == roster.coordinator)
        #expect(roster.operators.map(\.id.name) == ["anna", "bernd"] && roster.approvals == 1)
        #expect(roster.openings == OpeningLimits(histograms: 3, windows: 4, days: 9, apart: 5))
        let all =
            Array(roster.cell.identities.values) + roster.members.map(\.identity) + roster.operators.map(\.identity)
        #expect(Set(all).count == 7)
    }
}
