import EventLogs
import Formats
import Foundation
import LocalStore
import Records
import Stages
import Support
import Testing

@Suite("cordon simulate")
struct SimulateCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func simulate(_ arguments: String...) throws -> (exit: Int32, said: String) {
        try Program.run(
            ["simulate", "--customers", "300", "--terminals", "300", "--days", "8"] + arguments, in: folder.url)
    }

    private func bytes(_ name: String) throws -> [String: Data] {
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path(name)).filter { $0.contains(".") }
        return try Dictionary(
            uniqueKeysWithValues: files.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: folder.path("\(name)/\($0)"))))
            })
    }

    @Test("equal seeds and options write equal bytes, and it says how many transactions in how many seconds")
    func files() throws {
        let (exit, said) = try simulate("--out", folder.path("one"), "--report", folder.path("one.html"))
        try #require(exit == 0, "\(said)")
        #expect(try said.contains(Regex("[0-9]+ transactions, [0-9]+ frauds in .*; [0-9.]+ s with the world's making")))
        #expect(try simulate("--out", folder.path("two"), "--report", folder.path("two.html")).exit == 0)
        #expect(try simulate("--out", folder.path("three"), "--seed", "2").exit == 0)
        let one = try bytes("one")
        #expect(one.count == 9 && one["2026-01-08.csv"] != nil && one["truth.csv"] != nil)
        #expect(one == (try bytes("two")))
        #expect(one != (try bytes("three")))
        let pages = try ["one.html", "two.html"].map { try Data(contentsOf: URL(fileURLWithPath: folder.path($0))) }
        #expect(pages[0] == pages[1] && pages[0].count > 10_000)
    }

    @Test("what can't be is refused with one sentence")
    func refused() throws {
        #expect(try simulate("--out", folder.path("one")).exit == 0)
        let again = try simulate("--out", folder.path("one"))
        #expect(again.exit == 1 && again.said.contains("is not empty; name a new folder"))
        #expect(try simulate().said.contains("say what becomes of it: `--out DIR`, `--report FILE` or `--send`"))
        #expect(
            try simulate("--out", folder.path("x"), "--customers", "5").said.contains("100 to 10,000,000 customers"))
        #expect(try simulate("--send", "--speed", "fast").said.contains("'fast' is invalid for '--speed"))
        let world = try simulate("--out", folder.path("x"), "--world", folder.write("world: moon\n", to: "moon.yaml"))
        #expect(world.exit == 1 && world.said.contains("moon.yaml:1: world: consortium or handbook belongs here"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("x")))
    }

    @Test(
        "sent into the topics: each member's own transactions in order, and the labels that fall due",
        arguments: ["max", "100000/s"])
    func sent(speed: String) throws {
        let (log, url) = (
            try SQLiteEventLog(directory: folder.path("log"), clock: SystemClock()),
            "sqlite:" + folder.path("log")
        )
        let early = try simulate("--send", "--log", url)
        #expect(early.exit == 1 && early.said.contains("the log has no topic bank-"))
        try Program.run(["keys", "init", "--out", folder.path("keys")], in: folder.url)
        try Program.run(
            ["topics", "create", "--roster", folder.path("keys/roster.yaml"), "--log", url], in: folder.url)
        let (exit, said) = try simulate(
            "--send", "--speed", speed, "--label-delay", "2", "--log", url, "--out", folder.path("files"))
        try #require(exit == 0, "\(said)")
        var mapping = Mapping.canonical
        mapping.rates = RateTable(currency: try #require(Currency("EUR")))
        let parser = RecordParser(mapping: mapping)
        var frauds = Set<String>()
        for line in String(decoding: try #require(try bytes("files")["truth.csv"]), as: UTF8.self).split(
            separator: "\n"
        ).dropFirst() {
            frauds.insert(String(line.prefix { $0 != "," }))
        }
        var count = 0
        for member in TestConsortium.members {
            let reader = try log.reader(at: [Position(TopicPartition("\(member).transactions"), 0)])
            var known: [String: EventTime] = [:]
            var last = EventTime(seconds: 0)
            while case let records = try reader.available(limit: 1000), !records.isEmpty {
                for record in records {
                    switch try parser.parse(record.value ?? []) {
                    case .transaction(let valid):
                        #expect(valid.transaction.time >= last && known[valid.transaction.id] == nil)
                        last = valid.transaction.time
                        known[valid.transaction.id] = last
                        count += 1
                    case .verdict(let verdict):
                        // A label comes once its delay has passed, for a fraud of this member.
                        let time = try #require(known[verdict.transaction])
                        #expect(verdict.fraud && frauds.contains(verdict.transaction))
                        #expect(last.seconds <= time.seconds + 2 * EventTime.day)
                    case .outcome, .watermark, .leftOut: Issue.record("neither a transaction nor a label")
                    }
                }
            }
        }
        let files = try bytes("files").filter { $0.key != "truth.csv" }.values
        #expect(count == files.reduce(0) { $0 + $1.count { $0 == 10 } - 1 })
    }
}
