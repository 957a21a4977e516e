import Model
import Records
import Support
import Synchronization
import Testing
import ThreeParty

@Suite("A training job at three parties")
struct TrainingRunTests {
    private let cell: JobCell

    init() throws { cell = try JobCell(rule: JobCell.rule()) }

    @Test("ends at all three with the reference trainer's forest, one plan and one coin")
    func whole() throws {
        let workers = InProcessTransport.cell().values.map { link in Worker { (link.party, try cell.live(link)) } }
        let ends = Dictionary(uniqueKeysWithValues: try workers.map { try $0.value() })
        try cell.expectRight(ends.mapValues(\.job))
        for end in ends.values {
            #expect(end.progress.map(\.groups) == [0, 1, 2, 3] && end.progress.allSatisfy { $0.of == 3 })
            #expect(Set(end.state.keys) == Set(TrainingEntry.allCases))
            #expect(end.job.leftOut.isEmpty && end.job.thinned.isEmpty && end.job.ringBits == 16)
        }
    }

    @Test(
        "goes on where a party was killed wherever it keeps something, with the same model in every bit",
        arguments: PartyID.allCases)
    func killed(party: PartyID) throws {
        let straight = JobCell.bytes(try cell.parties())
        // It keeps its coin, the commitments, and three checkpoints.
        for kept in 0...4 {
            let trained = try cell.parties(lives: [party: [kept]])
            try cell.expectRight(trained)
            // Who never kept its part of the coin has another one in its next life.
            if kept > 0 { #expect(JobCell.bytes(trained) == straight, "\(party) after \(kept)") }
        }
    }
}
