import Foundation
import Support
import Testing

@Suite("Commands that look at the log")
struct LogCommandTests {
    private func run(_ consortium: TestConsortium, _ arguments: String...) throws -> (exit: Int32, said: String) {
        try Program.run(arguments + ["--log", consortium.logURL], in: consortium.folder.url)
    }

    @Test("topics are listed, and held against what a consortium needs")
    func topics() throws {
        let consortium = try TestConsortium()
        let listed = try run(consortium, "topics", "list")
        #expect(listed.exit == 0)
        #expect(listed.said.contains("consortium.manifests"))
        #expect(listed.said.contains("bank-c.alerts"))
        #expect(try run(consortium, "topics", "check", "--roster", consortium.roster).exit == 0)

        let file = Program.root.appendingPathComponent("pipelines/topics.yaml")
        let wanted = try String(contentsOf: file, encoding: .utf8).replacing(
            "consortium.sealed, partitions: 1", with: "consortium.sealed, partitions: 4")
        let checked = try run(
            consortium, "topics", "check", "--roster", consortium.roster, "--topics",
            consortium.folder.write(wanted, to: "topics.yaml"))
        #expect(checked.exit == 1)
        #expect(checked.said == "consortium.sealed: has 1 partitions, not 4\n")
    }

    @Test("the lag of each reader is what it has not read, and none once all is decided")
    func lag() throws {
        let consortium = try TestConsortium()
        for number in 0..<7 { try consortium.send(transaction(number), to: "bank-a") }
        func lags() throws -> [String: String] {
            let (exit, said) = try run(consortium, "lag", "--roster", consortium.roster)
            #expect(exit == 0)
            let rows = said.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[4]) })
        }
        let before = try lags()
        #expect(before["bank-a.ingest"] == "7")
        // The activation of the model.
        #expect(before["party-1"] == "1")
        try consortium.startAll()
        try eventually("all is read") { try lags().values.allSatisfy { $0 == "0" } }
        #expect(try lags().count == 9)
        #expect(try consortium.decisions("bank-a").count == 7)
    }

    @Test("a topic's tail shows what is sealed as sizes, never a customer, an amount or a key")
    func tail() throws {
        let consortium = try TestConsortium()
        for number in 0..<3 { try consortium.send(transaction(number), to: "bank-a") }
        try consortium.send("{\"id\":\"SECRET", to: "bank-a")
        try consortium.startAll()
        try eventually("all decisions") { try consortium.decisions("bank-a").count == 3 }
        try eventually("the rejection") { try consortium.records("bank-a.rejected").count == 1 }
        for (topic, shown) in [
            ("consortium.sealed", "of bank-a, from 0@2, epoch 1; boxes of ["),
            ("consortium.sealed", "model 1 is in force"),
            ("consortium.sessions", "session keys of bank-a for epoch 1"),
            ("consortium.manifests", "model 1: "), ("bank-a.scores", "party-2's shares of "),
            ("bank-a.rejected", "rejected as malformed_json, from bank-a.transactions/0@3; sealed original of"),
            ("bank-a.transactions", "bank-a.transactions/0@0 "), ("bank-a.decisions", "\"transaction\":\"t-2\""),
        ] {
            let (exit, said) = try run(consortium, "tail", topic)
            #expect(exit == 0)
            #expect(said.contains(shown), "\(topic): \(said)")
            for secret in ["SECRET", "4711.11", "471111"] { #expect(!said.contains(secret), "\(topic)") }
        }
        #expect(try run(consortium, "tail", "bank-a.decisions", "-n", "1").said.split(separator: "\n").count == 1)
        let missing = try run(consortium, "tail", "bank-a.nothing")
        #expect(missing.exit == 1)
        #expect(missing.said.hasPrefix("Error: the log has no topic bank-a.nothing"))
    }

    private func transaction(_ number: Int) -> String {
        """
        {"id":"t-\(number)","time":"2026-01-21T10:00:0\(number)Z","customer":"SECRET-\(number)","terminal":"x-1",\
        "amount":"4711.11"}
        """
    }
}
