import Foundation
import Support
import Testing

@Suite("The bench of validation on shares")
struct ValidationBenchTests {
    private struct Figures: Decodable {
        var rounds: Int
        var framesAParty: Int
        var peakMegabytesAParty: Int?
    }

    @Test(
        "three processes count over mutual TLS what is counted in the clear, in as many rounds as threads of one",
        arguments: [[], ["--threads"]])
    func equal(threads: [String]) throws {
        let folder = try TemporaryFolder()
        let file = folder.path("figures.json")
        let (exit, said) = try Program.run(
            [
                "validation", "--rows", "120", "--bits", "40", "--trees", "4", "--depth", "3", "--bins", "10",
                "--json", file,
            ] + threads, of: Program.bench, in: folder.url)
        #expect(exit == 0 && said.contains("all 20 bins of both classes, and each member's own, equal"), "\(said)")
        let figures = try JSONDecoder().decode(Figures.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        // Labels' two, the frauds, four of one piece of rows, and two of the sums.
        #expect(figures.rounds == 2 + 1 + 4 + 2)
        #expect(figures.framesAParty == 2 * figures.rounds)
        #expect((figures.peakMegabytesAParty == nil) == !threads.isEmpty)
    }

    @Test("a round trip between threads, too few rows and more than two models are refused")
    func refused() throws {
        let folder = try TemporaryFolder()
        for options in [
            ["--threads", "--round-trip-ms", "5"], ["--rows", "99"], ["--models", "3"], ["--bins", "1"],
        ] {
            let (exit, _) = try Program.run(["validation"] + options, of: Program.bench, in: folder.url)
            #expect(exit == 64)
        }
    }
}
