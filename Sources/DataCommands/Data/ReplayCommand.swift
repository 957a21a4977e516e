package import ArgumentParser
import Records
import Stages
import Terminal
import Worlds

package struct ReplayCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Send CSV files of transactions into the members' topics.",
        discussion: """
            Writes each transaction of the chosen days to <member>.transactions in the order of its time, and the label of \
            every fraud once its delay has passed; at each full hour, a watermark. With `--speed 60x` a minute of the data takes a second.
            """)

    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("Days to send, both included.", valueName: "from..to"))
    var days: String

    @Option(help: Pace.help)
    var speed = Pace.unbounded

    @OptionGroup var labels: LabelDelayOption
    @OptionGroup var log: LogOptions

    package func run() throws {
        let range = try DayRange(days).days
        let log = try self.log.open()
        let events = eventSchedule(
            try data.load(lastDay: range.upperBound), days: range, labelDelayDays: labels.labelDelay, watermarks: 3600)
        guard !events.isEmpty else { throw Failure("\(days) holds no transactions") }
        var feed = EventFeed(log: log, pace: speed, stop: StopFlag.onSignals())
        try feed.check(Set(events.map(\.member)))
        let progress = Progress("replaying")
        try feed.send(events) { sent, time in
            progress.show("\(sent) of \(events.count) records, \(time.rfc3339)")
        }
        progress.done("\(feed.sent) of \(events.count) records")
    }

    package init() {}
}
