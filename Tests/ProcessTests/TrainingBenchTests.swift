import Foundation
import Support
import Testing

@Suite("The bench of training on shares")
struct TrainingBenchTests {
    private struct Figures: Decodable {
        var rounds: Int
        var framesAParty: Int
        var peakMegabytesAParty: Int?
    }

    @Test(
        "three processes train over mutual TLS what the reference trainer does, in as many rounds as threads of one",
        arguments: [[], ["--threads"], ["--threads", "--card"]])
    func equal(options: [String]) throws {
        let folder = try TemporaryFolder()
        let file = folder.path("figures.json")
        let (exit, said) = try Program.run(
            [
                "training", "--rows", "90", "--bits", "40", "--trees", "4", "--group", "2", "--candidates", "6",
                "--json",
                file,
            ] + options, of: Program.bench, in: folder.url)
        let hasCard = options.contains("--card")
        #expect(
            exit == 0 && said.contains("all 16 conditions and 64 leaves\(hasCard ? " and 42 points" : "") equal"),
            "\(said)")
        let figures = try JSONDecoder().decode(Figures.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        // The set-up's 3 rounds, for each of two groups 4 conditions of 15 and 12 of leaves, and 9 of the end or 114 of a card.
        #expect(figures.rounds == 3 + 2 * (4 * 15 + 12) + (hasCard ? 114 : 9))
        #expect(figures.framesAParty == 2 * figures.rounds)
        #expect((figures.peakMegabytesAParty == nil) == options.contains("--threads"))
    }

    @Test("a round trip between threads, and no rows, are refused")
    func refused() throws {
        let folder = try TemporaryFolder()
        for options in [["--threads", "--round-trip-ms", "5"], ["--rows", "0"]] {
            let (exit, _) = try Program.run(["training"] + options, of: Program.bench, in: folder.url)
            #expect(exit == 64)
        }
    }
}
