import Foundation
import Support
import Testing

@Suite("The protocol's bench")
struct ProtocolBenchTests {
    private struct Figures: Decodable {
        struct Latency: Decodable { var p50: Double }

        var batchMilliseconds: Latency
        var equalToClear: Bool
        var rounds: Double
    }

    @Test(
        "behind relays a batch takes at least its proposal's, its two rounds' and its completions' way, with equal scores"
    )
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("figures.json")
        let (exit, said) = try Program.run(
            [
                "protocol", "--trees", "5", "--bits", "60", "--batch", "3", "--window", "1", "--seconds", "1",
                "--round-trip-ms", "40", "--json", file,
            ], of: Program.bench, in: folder.url)
        #expect(exit == 0, "\(said)")
        let figures = try JSONDecoder().decode(Figures.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        #expect(figures.equalToClear)
        #expect(figures.rounds == 2)
        #expect(figures.batchMilliseconds.p50 >= 4 * 20)
    }
}
