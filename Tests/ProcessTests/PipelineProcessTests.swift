import EventLogs
import Foundation
import Keys
import Policy
import Records
import Sealing
import Support
import Testing

@Suite("The pipeline as processes", .serialized)
struct PipelineProcessTests {
    private static func record(_ number: Int, customer: String = "c-1", amount: String = "12.50") -> String {
        """
        {"id":"t-\(number)","time":"2026-01-21T10:00:\(number % 60 < 10 ? "0" : "")\(number % 60)Z",\
        "customer":"\(customer)","terminal":"x-1","amount":"\(amount)"}
        """
    }

    @Test(
        "transactions in, one decision each out; bad records are named and the stream goes on; processes stop cleanly")
    func wholeWay() throws {
        let consortium = try TestConsortium()
        try consortium.startAll()
        let bad: [(record: String, reason: String)] = [
            ("{\"id\":\"t-9", "malformed_json"), ("[1,2]", "malformed_json"),
            (
                "{\"id\":\"b-1\",\"time\":\"2026-01-21T10:00:00Z\",\"customer\":\"c\",\"terminal\":\"x\"}",
                "missing_field"
            ),
            (Self.record(1, amount: "-5.00"), "amount_negative"),
            (Self.record(1, amount: "1e9"), "amount_not_a_number"),
            (Self.record(1, amount: "99999999999999999"), "amount_too_large"),
            (Self.record(1).replacing("2026-01-21", with: "2026-02-30"), "time_invalid"),
            ("{\"type\":\"label\",\"transaction\":\"nobody\",\"fraud\":true}", "unknown_transaction"),
            (Self.record(1, amount: "12.51"), "id_conflict"),
        ]
        for number in 0..<200 {
            for member in TestConsortium.members { try consortium.send(Self.record(number), to: member) }
            if number < bad.count { try consortium.send(bad[number].record, to: "bank-b") }
        }
        // A repeat is dropped; a label on a known transaction is taken.
        try consortium.send(Self.record(7), to: "bank-a")
        try consortium.send("{\"type\":\"label\",\"transaction\":\"t-7\",\"fraud\":true}", to: "bank-a")
        try consortium.send(Self.record(200), to: "bank-a")

        try eventually("all decisions") {
            try consortium.decisions("bank-a").count >= 201 && consortium.decisions("bank-b").count >= 200
                && consortium.decisions("bank-c").count >= 200
        }
        for member in TestConsortium.members {
            let ids = try consortium.decisions(member).map(\.data.transaction)
            #expect(ids.sorted() == (0..<(member == "bank-a" ? 201 : 200)).map { "t-\($0)" }.sorted())
        }
        try eventually("all rejections") { try consortium.records("bank-b.rejected").count >= bad.count }
        let key = try FileKeystore(directory: consortium.folder.path("keys/bank-b")).hpkeKey()
        let rejected = try consortium.records("bank-b.rejected").map {
            try #require(WireRejected(decoding: $0.value ?? []))
        }
        #expect(rejected.map(\.reason) == bad.map(\.reason))
        for (wire, (original, _)) in zip(rejected, bad) {
            #expect(String(decoding: try RejectedRecord.open(wire, key: key), as: UTF8.self) == original)
            let source = try consortium.records("bank-b.transactions")[Int(wire.offset)]
            #expect(source.value == Array(original.utf8))
        }
        #expect(try consortium.records("bank-a.rejected").isEmpty)
        let exits = consortium.stopAll()
        #expect(exits.values.allSatisfy { $0 == 0 }, "\(exits)")
    }

    @Test("a party that is gone stops scoring and is named; once it is back, everything is scored once")
    func missingParty() throws {
        let consortium = try TestConsortium()
        try consortium.startAll()
        for number in 0..<50 { try consortium.send(Self.record(number), to: "bank-a") }
        try eventually("the first decisions") { try consortium.decisions("bank-a").count == 50 }
        consortium.processes["party-1"]?.kill()
        _ = consortium.processes["party-1"]?.wait()
        for number in 50..<100 { try consortium.send(Self.record(number), to: "bank-a") }
        try eventually("the leader's word on the missing party") {
            consortium.processes["party-0"]?.said.contains("batch stopped: party-1 is missing") == true
        }
        #expect(try consortium.decisions("bank-a").count == 50)
        try consortium.start("party-1")
        try eventually("the other decisions") { try consortium.decisions("bank-a").count >= 100 }
        #expect(Set(try consortium.decisions("bank-a").map(\.data.transaction)).count == 100)
        #expect(try consortium.decisions("bank-a").count == 100)
    }

    @Test(
        "score shares of a schema that an agent does not know are named and passed over, and those behind them decide")
    func unreadableScores() throws {
        let consortium = try TestConsortium()
        var header = WireScoreHeader()
        header.schema = 2
        var newer = WireScoreShares()
        newer.header = Data(header.encoded)
        try consortium.log.append([NewRecord(TopicPartition("bank-a.scores"), value: newer.encoded)])
        try consortium.send(Self.record(1), to: "bank-a")
        try consortium.startAll()
        try eventually("the decision") { try consortium.decisions("bank-a").count == 1 }
        let said = consortium.processes["bank-a"]?.said ?? ""
        #expect(said.contains("a record of score shares was refused, and is passed over"), "\(said)")
    }

    @Test("nothing that identifies anybody, and nothing of a policy, is in a log line, a metric or another role's file")
    func planted() throws {
        let consortium = try TestConsortium()
        let customer = "PLANTED-CUSTOMER"
        let reason = "PLANTED-REASON"
        consortium.policies["bank-a"] = try consortium.folder.write(
            """
            review: 0.1
            decline: 0.5
            lists: { watched: [\(customer), PLANTED-VALUE] }
            rules:
              - { id: watched, mode: live, reason: \(reason), when: { customer: { in: watched } }, set: decline }
            """, to: "policy.yaml")
        try consortium.startAll()
        for number in 0..<20 {
            try consortium.send(Self.record(number, customer: customer, amount: "7777777.77"), to: "bank-a")
        }
        try consortium.send("{\"id\":\"\(customer)", to: "bank-a")
        try eventually("all decisions") { try consortium.decisions("bank-a").count == 20 }
        let decisions = try consortium.decisions("bank-a").map(\.data)
        #expect(decisions.allSatisfy { $0.decision == "decline" && $0.rules?.map(\.reason) == [reason] })
        _ = consortium.stopAll()
        let planted = [customer, "7777777", "777777777", reason, "PLANTED-VALUE"]
        for name in TestConsortium.parties + TestConsortium.members {
            let said = consortium.processes[name]?.said ?? ""
            #expect(said.contains("started"))
            for planted in planted { #expect(!said.contains(planted), "\(name)") }
        }
        // Only the member's own topics, state and backlog hold it; everything shared and every party's file does not.
        let shared = ["log/consortium.sqlite", "log/consortium.sqlite-wal"]
        let others = (TestConsortium.parties + ["bank-b", "bank-c"]).flatMap {
            ["state/\($0).sqlite", "state/\($0).sqlite-wal", "log/\($0).sqlite", "log/\($0).sqlite-wal"]
        }
        for file in shared + others {
            guard let data = FileManager.default.contents(atPath: consortium.folder.path(file)) else { continue }
            for planted in planted { #expect(data.range(of: Data(planted.utf8)) == nil, "\(file)") }
        }
        let own = FileManager.default.contents(atPath: consortium.folder.path("log/bank-a.sqlite-wal")) ?? Data()
        let settled = FileManager.default.contents(atPath: consortium.folder.path("log/bank-a.sqlite")) ?? Data()
        for planted in [customer, reason] {
            #expect((own + settled).range(of: Data(planted.utf8)) != nil, "the search would find it")
        }
    }
}
