import EventLogs
import Foundation
import LocalStore
import Policy
import Records
import Stages
import Support
import Testing

@Suite("The pipeline's bench", .serialized)
struct PipelineBenchTests {
    /// What a decision says of a transaction, whichever pipeline made it.
    private struct Decided: Hashable {
        var transaction: String
        var raw: Int64
        var probability: Double
        var band: String
        var model: String

        init(_ event: CloudEvent) {
            transaction = event.data.transaction
            raw = event.data.rawScore
            probability = event.data.probability
            band = event.data.decision
            model = event.data.modelVersion
        }
    }

    private static func record(_ number: Int) -> NewRecord {
        let member = TestConsortium.members[number % 3]
        let time = "2026-01-21T\(10 + number / 3600):\(String(format: "%02d:%02d", number / 60 % 60, number % 60))Z"
        let text = """
            {"id":"t-\(number)","time":"\(time)","customer":"c-\(number % 17)","terminal":"x-\(number % 11)",\
            "amount":"\(number * number % 397).50"}
            """
        return NewRecord(TopicPartition("\(member).transactions"), value: Array(text.utf8))
    }

    private static func decisions(_ log: any EventLog, _ member: String) throws -> [Decided] {
        let reader = try log.reader(at: [Position(TopicPartition("\(member).decisions"), 0)])
        var out: [Decided] = []
        while case let more = try reader.available(limit: 1000), !more.isEmpty {
            out += try more.map { Decided(try #require(CloudEvent(json: $0.value ?? []))) }
        }
        return out
    }

    @Test("the baseline in the clear decides as the secure pipeline does, and what it writes says INSECURE")
    func sameDecisions() throws {
        let consortium = try TestConsortium()
        let folder = consortium.folder
        let clear = "sqlite:" + folder.path("clear-log")
        let clearLog = try SQLiteEventLog(directory: folder.path("clear-log"), clock: SystemClock())
        try consortium.command("topics", "create", "--roster", consortium.roster, "--log", clear)
        try consortium.command(
            "model", "deal", "--model", folder.path("model/model.json"), "--roster", consortium.roster, "--keys",
            folder.path("keys/coordinator"), "--log", clear)
        let records = (0..<600).map(Self.record)
        try consortium.startAll()
        var programs = try TestConsortium.members.map { member in
            try consortium.program(
                "\(member)/clear", log: clear, agent: "clear-agent", of: Program.bench, state: "clear-state")
        }
        programs.append(
            try Program(
                [
                    "clear-worker", "--model", folder.path("model/model.json"), "--roster", consortium.roster,
                    "--log", clear, "--stop-on-eof",
                ], of: Program.bench, output: folder.url.appendingPathComponent("clear-worker.log")))
        defer { for program in programs { program.kill() } }
        try consortium.log.append(records)
        try clearLog.append(records)
        for log in [consortium.log, clearLog] {
            try eventually("all decisions") {
                try TestConsortium.members.allSatisfy { try Self.decisions(log, $0).count >= 200 }
            }
        }
        for member in TestConsortium.members {
            let secure = try Self.decisions(consortium.log, member)
            let plain = try Self.decisions(clearLog, member)
            #expect(secure.count == 200 && plain.count == 200)
            #expect(Set(secure) == Set(plain))
            #expect(Set(secure.map(\.raw)).count > 1)
        }
        for topic in ["consortium.sealed", "bank-a.scores"] {
            // The first record of the sealed ones is the model's activation.
            let reader = try clearLog.reader(at: [Position(TopicPartition(topic), topic == "consortium.sealed" ? 1 : 0)]
            )
            let values = try reader.available(limit: 1000).compactMap(\.value)
            #expect(!values.isEmpty && values.allSatisfy { $0.firstRange(of: Array("INSECURE".utf8)) != nil })
            // On the secure pipeline's log they are refused.
            try consortium.log.append([NewRecord(TopicPartition(topic), value: values[0])])
        }
        try eventually("the parties' refusal") {
            try TestConsortium.members.contains { member in
                try consortium.records("\(member).rejected").contains { record in
                    WireRejected(decoding: record.value ?? [])?.reason == "box_missing"
                }
            }
        }
        try eventually("the agent's refusal") {
            consortium.processes["bank-a"]?.said.contains("a record of score shares was refused") == true
        }
        #expect(programs.allSatisfy { $0.said.contains("INSECURE") })
        let (_, help) = try Program.run(["--help"], of: Program.bench, in: folder.url)
        #expect(help.contains("pipeline") && !help.contains("clear-"))
    }

    private static func bench(_ folder: TemporaryFolder, _ options: String...) throws -> (exit: Int32, said: String) {
        try Program.run(
            [
                "pipeline", "--dir", folder.path("bench"), "--customers", "800", "--seconds", "1", "--rate",
                "100",
                "--open-seconds", "1", "--json", folder.path("figures.json"), "--svg", folder.path("latency.svg"),
            ] + options, of: Program.bench, in: folder.url)
    }

    @Test("measures all three, draws latency against load, and says which ratio fell by more than a tenth")
    func figures() throws {
        let folder = try TemporaryFolder()
        // No machine's protocol is a thousand times as fast as its pipeline in the clear; every one's is faster than nothing.
        let stored = try folder.write(#"{"secure_to_clear": 0.000001, "protocol_to_clear": 1000}"#, to: "stored.json")
        let (exit, said) = try Self.bench(
            folder, "--late-ms", "60000", "--rates", "2", "--curve-seconds", "1", "--quick", "--compare", stored)
        #expect(exit == 3, "\(said)")
        #expect(said.contains("slower: protocol_to_clear is") && said.contains("stored 1000.000"))
        #expect(!said.contains("slower: secure_to_clear"))
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("figures.json")))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["equal_to_clear"] as? Bool == true)
        #expect(json["rounds"] as? Double == 2)
        for name in ["secure_to_clear", "protocol_to_clear", "single_ms", "sent_bytes_per_tx_party", "record_bytes"] {
            #expect((json[name] as? Double ?? 0) > 0, "\(name)")
        }
        for (name, role) in [("pipeline", "party"), ("clear", "worker")] {
            let pipeline = try #require(json[name] as? [String: Any])
            let latency = try #require(pipeline["latency_ms"] as? [String: Double])
            #expect(latency["p50"]! > 0 && latency["p50"]! <= latency["p99"]! && latency["p999"]! <= latency["max"]!)
            for role in ["agent", role] {
                let costs = try #require(pipeline[role] as? [String: Any])
                let processor = try #require(costs["cpu_us_per_tx"] as? Double)
                let step = try #require(costs["cpu_step_us_per_tx"] as? Double)
                let tick = try #require(costs["stage_step_us_per_tx"] as? Double)
                // A kernel that counts processes in ticks too may not have counted one yet.
                #expect(processor > 0 || step >= tick, "\(name) \(role)")
                #expect(try #require(costs["peak_mb"] as? Double) > 1, "\(name) \(role)")
                // Each stage is named, and together they are the whole. Where that is many ticks, some are the stages'.
                let stages = try #require(costs["stages"] as? [String: Double])
                let work = role == "agent" ? ["ingest", "decisions"] : [role == "party" ? "partition" : "worker"]
                let spent = try work.map { try #require(stages[$0], "\(name) \(role): \(stages)") }
                #expect(
                    spent.allSatisfy { $0 >= 0 } && (processor < 50 * tick || spent.contains { $0 > 0 }), "\(stages)")
                #expect(abs(stages.values.reduce(0, +) - processor) < 0.001 * processor + 0.001, "\(name) \(role)")
            }
        }
        let curve = (json["pipeline"] as? [String: Any])?["latency_curve"] as? [[String: Any]]
        #expect(curve?.map { $0["rate"] as? Int } == [2])
        let picture = try String(contentsOfFile: folder.path("latency.svg"), encoding: .utf8)
        #expect(picture.hasPrefix("<svg") && picture.components(separatedBy: "<polyline").count == 4)
    }

    @Test("a late generator refuses the run: nothing is reported")
    func late() throws {
        let folder = try TemporaryFolder()
        let (exit, said) = try Self.bench(folder, "--late-ms", "0.0001", "--quick", "--secure-only")
        #expect(exit == 1)
        #expect(said.contains("the generator was late by"), "\(said)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("figures.json")))
    }
}
