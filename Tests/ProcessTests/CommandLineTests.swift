import Foundation
import Support
import Testing

@Suite("The command line")
struct CommandLineTests {
    @Test("a mistake in a file stops the program with file, line and reason, and a non-zero exit")
    func badConfiguration() throws {
        let folder = try TemporaryFolder()
        let plan = try folder.write(
            "consortium: x\nepoch: 1\nparties: []\nmembers: [bank-a, bank-a]\n", to: "plan.yaml")
        let (exit, said) = try Program.run(
            ["keys", "init", "--consortium", plan, "--out", folder.path("keys")], in: folder.url)
        #expect(exit != 0)
        #expect(said == "Error: \(plan):3: parties: three parties belong here\n")
        #expect(!FileManager.default.fileExists(atPath: folder.path("keys")))
    }

    @Test("keys are made once, private ones for their owner only, and never overwritten")
    func keys() throws {
        let folder = try TemporaryFolder()
        let arguments = ["keys", "init", "--out", folder.path("keys")]
        #expect(try Program.run(arguments, in: folder.url).exit == 0)
        let roster = try String(contentsOfFile: folder.path("keys/roster.yaml"), encoding: .utf8)
        for name in ["party-0/hpke.key", "party-2/tls.key", "bank-a/identity.key", "coordinator/identity.key"] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path("keys/\(name)"))[.posixPermissions]
            #expect((mode as? NSNumber)?.intValue == 0o600)
        }
        let (exit, said) = try Program.run(arguments, in: folder.url)
        #expect(exit != 0)
        #expect(said.contains("keys are never overwritten"))
        #expect(try String(contentsOfFile: folder.path("keys/roster.yaml"), encoding: .utf8) == roster)
    }

    @Test(
        "a missing key, an unreachable log and a missing topic each stop a party with one sentence",
        arguments: [
            ("keys", "there is no key at"), ("log", "the log can't be reached"), ("topic", "the log has no topic"),
        ])
    func notStarted(_ what: String, _ sentence: String) throws {
        let folder = try TemporaryFolder()
        try Program.run(["keys", "init", "--out", folder.path("keys")], in: folder.url)
        let roster = folder.path("keys/roster.yaml")
        let log = "sqlite:" + folder.path("log")
        try Program.run(["topics", "create", "--roster", roster, "--log", log], in: folder.url)
        let (exit, said) = try Program.run(
            [
                "score", "--party", "party-0", "--roster", roster, "--keys",
                folder.path(what == "keys" ? "nowhere" : "keys/party-0"), "--authority", folder.path("keys/ca.pem"),
                "--state", folder.path("state.sqlite"), "--log",
                what == "log" ? "sqlite:\(roster)/x" : what == "topic" ? "sqlite:\(folder.path("empty"))" : log,
            ], in: folder.url)
        #expect(exit == 1)
        #expect(said.hasPrefix("Error: \(sentence)"))
        #expect(said.split(separator: "\n").count == 1, "\(said)")
    }

    @Test("a topic without a setting that a process needs stops it with a sentence that names both")
    func missingSettings() throws {
        let consortium = try TestConsortium()
        let pipeline = Program.root.appendingPathComponent("pipelines/topics.yaml")
        let topics = try String(contentsOf: pipeline, encoding: .utf8)
        let delete = topics.replacing(
            "manifests, partitions: 1, cleanup: compact", with: "manifests, partitions: 1, cleanup: delete")
        let short = topics.replacing(
            "transactions, partitions: 1, cleanup: delete",
            with: "transactions, partitions: 1, cleanup: delete, retention_days: 5")
        for (text, name, sentence) in [
            (delete, "party-0", "consortium.manifests: cleanup.policy is delete and must be compact"),
            (short, "bank-a", "bank-a.transactions: retention.ms is 432000000 and must be at least 3196800000"),
        ] {
            let log = "sqlite:" + consortium.folder.path("log-\(name)")
            try consortium.command(
                "topics", "create", "--topics", consortium.folder.write(text, to: "topics.yaml"), "--roster",
                consortium.roster, "--log", log)
            let process = try consortium.program(name, log: log)
            #expect(process.wait() == 1)
            #expect(process.said.hasPrefix("Error: \(sentence)"), "\(process.said)")
            #expect(process.said.split(separator: "\n").count == 1)
        }
    }

    @Test(
        "every command explains itself",
        arguments: ["", "demo", "score", "ingest", "keys init", "model train", "policy", "policy try", "replay"])
    func help(_ command: String) throws {
        let folder = try TemporaryFolder()
        let (exit, said) = try Program.run(command.split(separator: " ").map(String.init) + ["--help"], in: folder.url)
        #expect(exit == 0)
        #expect(said.contains("USAGE: cordon"))
    }
}
