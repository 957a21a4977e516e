import ArgumentParser
import Configuration
import EventLogs
import Foundation
import Ingest
import Records
import Simulation

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Send CSV files of transactions into the members' topics.",
        discussion: """
            Writes each transaction of the chosen days to <member>.transactions in the order of its time, and the label of \
            every fraud once its delay has passed. With a speed of 60, a minute of the data takes a second.
            """)

    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("Days to send, both included.", valueName: "from..to"))
    var days: String

    @Option(
        help: ArgumentHelp(
            "How many times faster than the data's own clock; 0 is as fast as can be.", valueName: "factor"))
    var speed = 0.0

    @Option(help: ArgumentHelp("Days after which a fraud is confirmed.", valueName: "days"))
    var labelDelay = 7

    @OptionGroup var log: LogOptions

    func run() throws {
        guard speed >= 0, speed.isFinite, (0...365).contains(labelDelay) else {
            throw Failure("`--speed` is 0 or more, `--label-delay` 0 to 365")
        }
        let range = try DayRange(days).days
        let log = try self.log.open()
        let events = eventSchedule(
            try data.load(lastDay: range.upperBound), days: range, labelDelayDays: labelDelay)
        guard let first = events.first else { throw Failure("\(days) holds no transactions") }
        for member in Set(events.map(\.member)) { _ = try log.partitions(of: Topics.transactions(member)) }
        let stop = StopFlag.onSignals()
        let progress = Progress("replaying")
        let start = ContinuousClock.now
        var sent = 0
        while sent < events.count, !stop.isSet {
            var batch: [NewRecord] = []
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            let due = speed > 0 ? first.time.seconds + Int64(elapsed * speed) : .max
            while sent + batch.count < events.count, batch.count < 500, events[sent + batch.count].time.seconds <= due {
                batch.append(events[sent + batch.count].record)
            }
            if batch.isEmpty {
                Thread.sleep(forTimeInterval: 0.01)
            } else {
                try log.append(batch)
                sent += batch.count
            }
            progress.show("\(sent) of \(events.count) records, \(events[max(sent - 1, 0)].time.rfc3339)")
        }
        progress.done("\(sent) of \(events.count) records")
    }
}

extension ScheduledEvent {
    /// What the member's core system would emit.
    var record: NewRecord {
        let partition = TopicPartition(Topics.transactions(member))
        return switch self {
        case .transaction(let labelled):
            NewRecord(
                partition, key: Array(labelled.transaction.customer.utf8),
                value: CanonicalJSON.encode(labelled.transaction))
        case .verdict(_, let verdict, _):
            NewRecord(partition, key: Array(verdict.transaction.utf8), value: CanonicalJSON.encode(verdict))
        }
    }
}
