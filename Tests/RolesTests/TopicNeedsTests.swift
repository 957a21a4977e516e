import EventLogs
import Foundation
import LocalStore
import Logging
import Roles
import Stages
import Support
import Telemetry
import Testing

/// A log whose records have their writers' times, or its own.
private struct Stamped: LogDecorator {
    let log: any EventLog
    let timestamps: TopicSettings.Timestamps

    func settings(of topic: String) throws(LogError) -> TopicSettings {
        var settings = try log.settings(of: topic)
        settings.timestamps = timestamps
        return settings
    }
}

/// A log that does not let settings be seen, or can't be reached.
private struct Closed: LogDecorator {
    let log: any EventLog
    let error: LogError

    func settings(of topic: String) throws(LogError) -> TopicSettings { throw error }
}

@Suite("What a process needs of topics")
struct TopicNeedsTests {
    private let folder: TemporaryFolder
    private let log: SQLiteEventLog
    private let lines = CapturedLines()

    init() throws {
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: FixedClock())
        try log.create([
            TopicSettings(name: "consortium.sessions", cleanup: .compact),
            TopicSettings(name: "consortium.sealed", retention: .seconds(3600)),
            TopicSettings(name: "bank-a.transactions"),
        ])
    }

    private func refusal(_ needs: TopicNeeds, _ log: (any EventLog)? = nil) -> (any Error)? {
        do {
            try needs.checks(log ?? self.log, lines.logger()).run()
            return nil
        } catch { return error }
    }

    @Test("is there where topics are compacted and keep their records long enough")
    func met() {
        #expect(refusal(TopicNeeds(compacted: [])) == nil)
        let needs = TopicNeeds(
            compacted: ["consortium.sessions"],
            // What has no limit keeps everything.
            kept: ["consortium.sealed": .seconds(3600), "bank-a.transactions": .seconds(1_000_000)])
        #expect(refusal(needs) == nil && lines.entries.isEmpty)
    }

    @Test("is missing where a topic keeps its records longer than is agreed, or for ever")
    func keptTooLong() throws {
        var needs = TopicNeeds()
        needs.agreed = ["consortium.sealed": .seconds(3600)]
        #expect(refusal(needs) == nil)
        needs.agreed = ["consortium.sealed": .seconds(3599)]
        #expect(
            refusal(needs) as? RoleError == .topicKeepsTooMuch(topic: "consortium.sealed", seconds: 3600, most: 3599))
        needs.agreed = ["bank-a.transactions": .seconds(1_000_000)]
        #expect(
            refusal(needs) as? RoleError
                == .topicKeepsTooMuch(topic: "bank-a.transactions", seconds: nil, most: 1_000_000))
    }

    @Test("is missing where a topic is not compacted")
    func notCompacted() {
        let error = refusal(TopicNeeds(compacted: ["consortium.sessions", "consortium.sealed"]))
        #expect(error as? RoleError == .topicNotCompacted(topic: "consortium.sealed", cleanup: .delete))
    }

    @Test(
        "is missing where a topic that must keep every record is compacted, or drops what is old or too much",
        arguments: [
            (TopicSettings(name: "t.x", cleanup: .compact), "cleanup.policy is compact and must be delete"),
            (TopicSettings(name: "t.x", retention: .seconds(9)), "retention.ms is 9000 and must be -1"),
            (TopicSettings(name: "t.x", retentionBytes: 5), "retention.bytes is 5 and must be -1"),
        ])
    func loses(_ settings: TopicSettings, _ sentence: String) throws {
        try log.create([settings])
        #expect(refusal(TopicNeeds(complete: ["t.x"])) as? RoleError == .topicLosesRecords("t.x", sentence))
        #expect(refusal(TopicNeeds(complete: ["bank-a.transactions"])) == nil)
    }

    @Test("is missing where a topic keeps its records for less")
    func tooShort() {
        let error = refusal(TopicNeeds(compacted: [], kept: ["consortium.sealed": .seconds(3601)]))
        #expect(error as? RoleError == .topicKeepsTooLittle(topic: "consortium.sealed", seconds: 3600, least: 3601))
    }

    @Test("is missing where writers say when they wrote, and not where the log says it, or nothing of it is known")
    func stamped() {
        let needs = TopicNeeds(compacted: [], stamped: ["consortium.sealed"])
        #expect(refusal(needs) == nil)
        #expect(refusal(needs, Stamped(log: log, timestamps: .log)) == nil)
        let error = refusal(needs, Stamped(log: log, timestamps: .writer))
        #expect(error as? RoleError == .topicStampedByWriters(topic: "consortium.sealed"))
    }

    @Test("can't be looked at where the topic is not there")
    func unknown() {
        for needs in [
            TopicNeeds(compacted: ["consortium.none"]), TopicNeeds(compacted: [], kept: ["consortium.none": .zero]),
        ] {
            #expect(refusal(needs) as? LogError == .unknownTopic("consortium.none"))
        }
    }

    @Test("is warned of where the log shows no settings, and every other error stops")
    func unseen() {
        let needs = TopicNeeds(compacted: ["consortium.sealed"])
        #expect(refusal(needs, Closed(log: log, error: .failed(reason: "not allowed"))) == nil)
        #expect(lines.entries.map(\.level) == [.warning])
        #expect(lines.text.contains("consortium.sealed can't be seen and were not checked: not allowed"))
        let gone = LogError.unreachable(reason: "x")
        #expect(refusal(needs, Closed(log: log, error: gone)) as? LogError == gone)
    }
}

/// A log with figures of its client's.
private struct Measured: LogDecorator {
    let log: any EventLog

    func statistics() -> [LogStatistic] {
        [
            LogStatistic("cordon_kafka_sent_total", ["b": "2", "a": "1"], 7, help: "Sent."),
            LogStatistic("cordon_kafka_queue", [:], 0.5, help: "Waiting."),
        ]
    }
}

@Suite("A metrics file")
struct MetricsFileTests {
    private let folder: TemporaryFolder
    private let file: MetricsFile
    private let refreshed = Tally()

    init() throws {
        folder = try TemporaryFolder()
        let log = try SQLiteEventLog(directory: folder.path("log"), clock: FixedClock())
        let metrics = Metrics()
        file = MetricsFile(
            path: folder.path("m.prom"), metrics: metrics, log: Measured(log: log),
            refresh: { [refreshed] in metrics.set(.gauge("now", "Writes."), to: Double(refreshed.add())) })
    }

    @Test("holds what is read at the time of writing, and the log's own figures")
    func text() {
        #expect(
            file.text == """
                # HELP cordon_kafka_queue Waiting.
                # TYPE cordon_kafka_queue gauge
                cordon_kafka_queue 0.5
                # HELP cordon_kafka_sent_total Sent.
                # TYPE cordon_kafka_sent_total counter
                cordon_kafka_sent_total{a="1",b="2"} 7
                now 1

                """)
        #expect(file.text.contains("now 2"))
    }

    @Test("is written whole, over what was there")
    func written() throws {
        file.write()
        let first = String(decoding: try folder.bytes("m.prom"), as: UTF8.self)
        #expect(first.hasSuffix("now 1\n"))
        file.write()
        #expect(String(decoding: try folder.bytes("m.prom"), as: UTF8.self).hasSuffix("now 2\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["log", "m.prom"])
    }
}
