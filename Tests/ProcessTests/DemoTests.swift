import Foundation
import Support
import Testing

@Suite("The demo", .serialized)
struct DemoTests {
    struct Summary: Decodable {
        struct Latency: Decodable {
            var p50: Double
            var p99: Double
        }

        struct Member: Decodable {
            var transactions: Int
            var auc: Double
            var ap: Double
            var card_precision_100: Double
        }

        var transactions: Int
        var scored: Int
        var rejected: Int
        var decided_once: Int
        var equal_to_clear: Int
        var auc: Double
        var ap: Double
        var card_precision_100: Double
        var tx_per_s: Double
        var latency_ms: Latency
        var rounds: Double
        var sent_bytes_per_tx_party: Double
        var record_bytes: Double
        var members: [String: Member]
        var counted_token_epoch: Double?
        var uplift: Uplift?
    }

    struct Uplift: Decodable {
        struct Figures: Decodable { var ap: Double }

        struct Comparison: Decodable {
            var alone: Figures
            var consortium: Figures
        }

        var members: [String: Comparison]
    }

    private static let handbook = Program.root.deletingLastPathComponent().appendingPathComponent(
        "shared/data/handbook")

    private static func summary(_ file: String) throws -> Summary {
        try JSONDecoder().decode(Summary.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    }

    @Test(
        "a simulated consortium: every score equal to the clear model's, every transaction decided once, and again under another token key"
    )
    func simulated() throws {
        let folder = try TemporaryFolder()
        let arguments = [
            "demo", "--dir", folder.path("demo"), "--customers", "400", "--summary", folder.path("summary.json"),
        ]
        for round in 1...2 {
            // The second time the token key is rotated meanwhile, and nothing is another for it.
            let (exit, said) = try Program.run(arguments + (round == 2 ? ["--rotate"] : []), in: folder.url)
            try #require(exit == 0, "\(said)")
            let summary = try Self.summary(folder.path("summary.json"))
            #expect(summary.transactions > 3000)
            #expect(summary.scored == summary.transactions)
            #expect(summary.decided_once == summary.transactions)
            #expect(summary.equal_to_clear == summary.transactions)
            #expect(
                summary.rejected == summary.transactions / 2500 || summary.rejected == summary.transactions / 2500 + 1)
            // Two to look the consortium's counts up, two to score.
            #expect(summary.rounds == 4)
            #expect(summary.members.count == 3)
            #expect(summary.sent_bytes_per_tx_party > 3000 && summary.sent_bytes_per_tx_party < 3600)
            #expect(said.contains("is used again") == (round == 2))
            #expect(summary.counted_token_epoch == (round == 2 ? 2 : nil))
        }
    }

    @Test("Ctrl-C stops it and all its processes")
    func interrupted() throws {
        let folder = try TemporaryFolder()
        let demo = try Program(
            ["demo", "--dir", folder.path("demo"), "--customers", "400", "--rate", "20"],
            output: folder.url.appendingPathComponent("demo.out"))
        try eventually("the first scores") { demo.said.contains("transactions/s") || demo.said.contains("last alerts") }
        let children = try Self.children(of: demo.process.processIdentifier)
        // Three agents, three parties and the desk.
        #expect(children.count == 7)
        demo.interrupt()
        #expect(demo.wait() == 130)
        for child in children { #expect(kill(child, 0) != 0) }
        #expect(demo.said.contains("summary"))
    }

    @Test(
        "the handbook's week with the consortium's features: equal in every bit, average precision at least 0.74",
        .enabled(
            if: FileManager.default.fileExists(atPath: handbook.path), "the handbook's data is not beside the project"))
    func handbookWeek() throws {
        let folder = try TemporaryFolder()
        let (exit, said) = try Program.run(
            [
                "demo", "--dir", folder.path("demo"), "--replay", Self.handbook.path, "--train",
                "2018-06-21..2018-06-27",
                "--test", "2018-07-05..2018-07-11", "--compare", "--summary", folder.path("summary.json"),
            ], in: folder.url)
        try #require(exit == 0, "\(said)")
        let summary = try Self.summary(folder.path("summary.json"))
        #expect(summary.transactions == 67_002)
        #expect(summary.decided_once == summary.transactions)
        #expect(summary.equal_to_clear == summary.transactions)
        #expect(summary.rejected == 0)
        #expect(summary.ap >= 0.74)
        #expect(summary.rounds == 4)
        let uplift = try #require(summary.uplift).members
        #expect(uplift.count == 3)
        for (_, bank) in uplift { #expect(bank.consortium.ap >= bank.alone.ap) }
        let small = try #require(uplift["bank-c"])
        #expect(small.consortium.ap >= 0.6 && small.alone.ap < 0.5)
    }

    private static func children(of parent: Int32) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
            guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 1
            else { return false }
            return Int32(fields[1]) == parent
        }
    }
}
