import ArgumentParser
import EventLogs
import Ingest
import PipelineFiles
import Records
import SecureScoring
import Terminal

struct LagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lag", abstract: "Show how far each reader is behind the end of what it reads.")

    @Option(help: ArgumentHelp("Who takes part.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @OptionGroup var log: LogOptions

    func run() throws {
        let roster = try Roster(file: roster)
        let log = try log.open()
        let widths = [20, 28, 12, 12]
        print(
            zip(["reader", "partition"], widths).map { column($0, $1, left: true) }.joined()
                + ["position", "end", "lag"].map { column($0, 12) }.joined())
        var readers = PartyID.allCases.map { (name: $0.name, topic: Topics.sealed) }
        for member in roster.members.map(\.id) {
            readers.append((IngestPipeline.group(member), Topics.transactions(member)))
            for number in 0..<(try log.partitions(of: Topics.transactions(member))) {
                readers.append((DecisionPipeline.group(member, number), Topics.scores(member)))
            }
        }
        for (group, topic) in readers {
            for number in 0..<(try log.partitions(of: topic)) {
                let partition = TopicPartition(topic, number)
                let end = try log.end(of: partition)
                let position = try log.committed(partition, group: group)
                let from = try position ?? log.earliest(of: partition)
                let cells = [position.map { "\($0)" } ?? "-", "\(end)", "\(max(0, end - from))"]
                print(
                    zip([group, "\(partition)"], widths).map { column($0, $1, left: true) }.joined()
                        + cells.map { column($0, 12) }.joined())
            }
        }
    }
}
