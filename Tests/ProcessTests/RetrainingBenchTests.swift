import Foundation
import Support
import Testing

@Suite("The bench of retraining under load", .serialized)
struct RetrainingBenchTests {
    private struct Figures: Decodable {
        struct Latency: Decodable {
            var p50: Double
            var p99: Double
            var max: Double
        }

        struct Span: Decodable {
            var seconds: Double
            var transactions: Int
            var latency_ms: Latency
            var party_cpu_us_per_tx: Double
        }

        struct Throughput: Decodable {
            var alone: Double
            var during_training: Double
            var ratio: Double
            var groups_of: Int
        }

        struct Shadow: Decodable {
            var rows: Int
            var ratio: Double
        }

        var before: Span
        var training: Span
        var validation: Span
        var promotion: Span
        var promoted: Span
        var rollback: Span
        var tx_per_s: Throughput
        var shadow: Shadow
        var trained_rows: Int
        var compared: Int
        var by_first_model: Int
        var by_trained_model: Int
    }

    private static func bench(_ folder: TemporaryFolder, _ options: String...) throws -> (exit: Int32, said: String) {
        try Program.run(
            [
                "retraining", "--dir", folder.path("bench"), "--customers", "200", "--seconds", "1", "--most-seconds",
                "60", "--rate", "60", "--window", "128", "--rows", "1500", "--shadow-rows", "800", "--windows", "1",
                "--json", folder.path("figures.json"),
            ] + options, of: Program.bench, in: folder.url)
    }

    @Test("trains, validates, promotes and rolls back under load; each score is of the model in force at its place")
    func figures() throws {
        let folder = try TemporaryFolder()
        let (exit, said) = try Self.bench(folder, "--late-ms", "60000")
        #expect(exit == 0, "\(said)")
        let file = URL(fileURLWithPath: folder.path("figures.json"))
        let figures = try JSONDecoder().decode(Figures.self, from: Data(contentsOf: file))
        for (name, span) in [
            ("before", figures.before), ("training", figures.training), ("validation", figures.validation),
            ("promotion", figures.promotion), ("promoted", figures.promoted), ("rollback", figures.rollback),
        ] {
            let latency = span.latency_ms
            #expect(latency.p50 > 0 && latency.p50 <= latency.p99 && latency.p99 <= latency.max, "\(name)")
            #expect(span.party_cpu_us_per_tx > 0, "\(name)")
            // Each is due at its time, whatever becomes of those before it.
            #expect(abs(Double(span.transactions) - 60 * span.seconds) <= 2, "\(name)")
        }
        // A second of each, and a tenth before.
        #expect(figures.promotion.seconds >= 1.1 && figures.rollback.seconds >= 1.1)
        #expect(figures.compared == figures.by_first_model + figures.by_trained_model)
        // Those of the span under it, of half a second, and some around.
        #expect(figures.by_trained_model >= 30 && figures.by_first_model > 2300)
        // Some of a member's are left out where it has too large a part, and those of batches that the window cuts.
        #expect((900...1500).contains(figures.trained_rows) && (500...800).contains(figures.shadow.rows))
        let throughput = figures.tx_per_s
        #expect(throughput.alone > 0 && throughput.during_training > 0 && throughput.groups_of == 25)
        #expect(abs(throughput.ratio * throughput.alone - throughput.during_training) < 0.001)
        #expect(figures.shadow.ratio > 0)
        #expect(said.contains("each by the model in force at its place"))
    }

    @Test("a late generator refuses the run, and a world that is used up, too: nothing is reported")
    func refused() throws {
        let folder = try TemporaryFolder()
        for (options, why) in [
            (["--late-ms", "0.0001"], "the generator was late by"), (["--most-seconds", "1"], "were used up"),
        ] {
            let (exit, said) = try Self.bench(folder, options[0], options[1])
            #expect(exit == 1 && said.contains(why), "\(said)")
            #expect(!FileManager.default.fileExists(atPath: folder.path("figures.json")))
        }
        for options in [["--rows", "99"], ["--windows", "0"], ["--rate", "0"]] {
            let (exit, _) = try Self.bench(folder, options[0], options[1])
            #expect(exit == 64)
        }
    }
}
