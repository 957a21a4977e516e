import ArgumentParser
import EventLogs
import Formats
import Foundation
import PipelineFiles
import Policy
import Records
import Terminal
import Trials

/// A policy on the member's own past, beside the one that is in force.
struct PolicyBacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Show what a policy would have made of the member's own past, beside the present one.",
        discussion: """
            Reads <member>.transactions and <member>.decisions from the log, and writes nothing: each transaction is decided by both \
            policies, by the probability that it had then and with windows as an agent computes them. Where the log begins, windows \
            are empty, as of an agent that begins there. Fraud is what labels of the topic say by now; alerts are reviews and declines. \
            Transactions without a score are left out. Ctrl-C ends it at any time.
            """)

    @Argument(help: "The policy that is to be tried.")
    var file: String

    @Option(help: ArgumentHelp("The policy in force.", valueName: "file"))
    var against: String

    @OptionGroup var member: MemberOption
    @OptionGroup var records: DeskRecordOptions
    @OptionGroup var log: LogOptions

    @Flag(help: "A line of JSON in place of the table.")
    var json = false

    func run() throws {
        let (present, candidate) = (try readPolicy(file: against), try readPolicy(file: file))
        let (member, log) = (try member.id(), try log.open())
        var test = PolicyBacktest(present: present, candidate: candidate)
        let decisions = try decisions(Topics.decisions(member), log)
        let parser = RecordParser(mapping: try records.read())
        let progress = Progress("back-testing")
        var count = 0
        for partition in 0..<(try log.partitions(of: Topics.transactions(member))) {
            let partition = TopicPartition(Topics.transactions(member), partition)
            try each(partition, log) { record in
                let position = record.position
                let place =
                    parser.needsPlaces
                    ? RecordPlace("\(position.partition.topic)/\(position.partition.partition)/\(position.offset)")
                    : nil
                for part in parser.parts(record.value ?? [], at: place) {
                    let source = SourcePosition(
                        partition: position.partition.partition, offset: position.offset, index: part.index)
                    test.take(part, decision: decisions[source])
                }
                count += 1
                if count % 10_000 == 0 { progress.show("\(count) records") }
            }
        }
        progress.done("\(count) records")
        let report = test.report
        say(json ? report.json : report.text)
    }

    private func decisions(
        _ topic: String, _ log: any EventLog
    ) throws -> [SourcePosition: (probability: Double, band: Band)] {
        var found: [SourcePosition: (probability: Double, band: Band)] = [:]
        for partition in 0..<(try log.partitions(of: topic)) {
            try each(TopicPartition(topic, partition), log) { record in
                guard let event = record.value.flatMap({ CloudEvent(json: $0) }), event.type == CloudEvent.decision,
                    let band = Band(rawValue: event.data.decision), (0...1).contains(event.data.probability)
                else { return }
                found[event.data.source.position] = (event.data.probability, band)
            }
        }
        return found
    }

    /// All that a partition has now.
    private func each(_ partition: TopicPartition, _ log: any EventLog, _ body: (LogRecord) throws -> Void) throws {
        let reader = try log.reader(at: [Position(partition, try log.earliest(of: partition))])
        while true {
            let records = try reader.available(limit: 4096)
            if records.isEmpty { return }
            for record in records { try body(record) }
        }
    }
}
