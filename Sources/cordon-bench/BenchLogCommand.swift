import ArgumentParser
import EventLogs
import Foundation
import Records
import Roles
import Stages
import Terminal

/// One writer, and readers in processes of their own, over one partition of a log.
struct BenchLogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Measure a log: records written a second, and the time from append to read.",
        discussion: """
            First as fast as can be, for --seconds: a record counts once its append has returned, so is durable. Then at \
            --rate records a second: the time from before an append to each reader's having the record. Every reader must \
            have had every record once, in order, or there are no figures.
            """)

    @Option(help: "Bytes of a record's value.")
    var bytes = 1024

    @Option(help: "Records of an append, when as fast as can be.")
    var batch = 100

    @Option(help: "Threads that append at the same time, when as fast as can be.")
    var writers = 1

    @Option(help: "Reading processes.")
    var readers = 3

    @Option(help: "Records a second, when the time to a reader is measured.")
    var rate = 2000

    @Option(help: "Seconds of each of the two measurements.")
    var seconds = 10

    @Option(help: ArgumentHelp("Also write the figures here, as JSON.", valueName: "file"))
    var json: String?

    @OptionGroup var log: LogOptions

    struct Figures: Codable {
        var records: Int
        var recordBytes: Int
        var batch: Int
        var writers: Int
        var readers: Int
        var writtenPerSecond: Double
        var readPerSecond: Double
        var rate: Int
        /// Append to read at that rate, milliseconds; of the slowest reader.
        var latency: Latency

        struct Latency: Codable {
            var p50: Double
            var p99: Double
            var p999: Double
            var max: Double
        }

        enum CodingKeys: String, CodingKey {
            case records, batch, writers, readers, rate
            case recordBytes = "record_bytes"
            case writtenPerSecond = "written_per_s"
            case readPerSecond = "read_per_s"
            case latency = "latency_ms"
        }
    }

    func run() throws {
        guard (16...900_000).contains(bytes), (1...10_000).contains(batch), (1...64).contains(writers),
            (0...16).contains(readers), (1...1_000_000).contains(rate), (1...600).contains(seconds)
        else {
            throw Failure(
                "--bytes is 16 to 900000, --batch 1 to 10000, --writers 1 to 64, --readers 0 to 16, --seconds 1 to 600")
        }
        let log = try log.open()
        let full = try measure("as fast as can be", log) { try writeAsFastAsCanBe($0, $1) }
        let paced = try measure("\(rate) records a second", log) { try writeAtRate($0, $1) }
        let latencies = paced.readers.map(\.latency)
        let figures = Figures(
            records: full.count, recordBytes: bytes, batch: batch, writers: writers, readers: readers,
            writtenPerSecond: Double(full.count) / full.seconds,
            readPerSecond: full.readers.map { Double($0.records) / $0.seconds }.min() ?? 0, rate: rate,
            latency: .init(
                p50: latencies.map(\.p50).max() ?? 0, p99: latencies.map(\.p99).max() ?? 0,
                p999: latencies.map(\.p999).max() ?? 0, max: latencies.map(\.max).max() ?? 0))
        say("written       \(Int(figures.writtenPerSecond)) records/s of \(bytes) B, \(batch) an append, durable")
        say("read          \(Int(figures.readPerSecond)) records/s by the slowest of \(readers) processes meanwhile")
        let l = figures.latency
        say(
            "append to read at \(rate)/s: p50 \(decimals(l.p50, 2)) ms, p99 \(decimals(l.p99, 2)) ms, "
                + "p99.9 \(decimals(l.p999, 2)) ms, slowest \(decimals(l.max, 2)) ms")
        if let json { try writeFigures(figures, to: json) }
    }

    private func measure(
        _ name: String, _ log: any EventLog, _ write: (any EventLog, TopicPartition) throws -> Int
    ) throws -> (count: Int, seconds: Double, readers: [BenchLogReaderCommand.Report]) {
        let topic = "bench-\(UUID().uuidString.prefix(8).lowercased()).records"
        let partition = TopicPartition(topic)
        try log.create([TopicSettings(name: topic)])
        let processes = try (0..<readers).map { _ in try BenchReaderProcess(topic, log: self.log) }
        for process in processes { try process.waitUntilReady() }
        let progress = Progress(name)
        // Connections are made and topics looked up before the clock starts.
        var first = [UInt8](repeating: 0x5A, count: bytes)
        BenchStamp.set(&first)
        try log.append([NewRecord(partition, value: first)])
        let start = ContinuousClock.now
        let count = try write(log, partition)
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        try log.append([NewRecord(partition, value: BenchStamp.end(count + 1))])
        progress.show("waiting for the readers")
        let reports = try processes.map { try $0.report() }
        progress.done("\(count) records")
        for report in reports where report.records != count + 1 || !report.inOrder {
            throw Failure("a reader had \(report.records) of \(count + 1) records, or not in order: no figures")
        }
        return (count, elapsed, reports)
    }

    private func writeAsFastAsCanBe(_ log: any EventLog, _ partition: TopicPartition) throws -> Int {
        let end = ContinuousClock.now + .seconds(seconds)
        let counts = Tally()
        var stages = StageThreads()
        for _ in 0..<writers {
            stages.add("writer") { [batch, bytes] in
                var value = [UInt8](repeating: 0x5A, count: bytes)
                var written = 0
                while ContinuousClock.now < end {
                    BenchStamp.set(&value)
                    try log.append([NewRecord](repeating: NewRecord(partition, value: value), count: batch))
                    written += batch
                }
                counts.add(written)
            }
        }
        try stages.run(stop: StopFlag())
        return counts.count
    }

    /// In steps of 5 ms: what is due goes in one append.
    private func writeAtRate(_ log: any EventLog, _ partition: TopicPartition) throws -> Int {
        let start = ContinuousClock.now
        var value = [UInt8](repeating: 0x5A, count: bytes)
        var written = 0
        while written < rate * seconds {
            let due = min(rate * seconds, Int((ContinuousClock.now - start) / .seconds(1) * Double(rate)))
            if due > written {
                BenchStamp.set(&value)
                try log.append([NewRecord](repeating: NewRecord(partition, value: value), count: due - written))
                written = due
            }
            Thread.sleep(forTimeInterval: 0.005)
        }
        return written
    }
}
