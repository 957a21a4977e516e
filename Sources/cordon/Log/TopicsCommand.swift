import ArgumentParser
import EventLogs
import Manifests
import PipelineFiles
import Roles
import Terminal

struct TopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "List, create and check the log's topics, and print the access lists of a cluster.",
        subcommands: [List.self, Create.self, Check.self, RightsCommand.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show every topic with its settings and size.")

        @OptionGroup var log: LogOptions

        func run() throws {
            let log = try log.open()
            print(
                column("topic", 28, left: true)
                    + ["partitions", "cleanup", "kept", "records"].map { column($0, 12) }.joined())
            for topic in try log.topics() {
                var records: Int64 = 0
                for number in 0..<topic.partitions {
                    let partition = TopicPartition(topic.name, number)
                    records += try log.end(of: partition) - log.earliest(of: partition)
                }
                let cells = ["\(topic.partitions)", topic.cleanup.rawValue, topic.kept, "\(records)"]
                print(column(topic.name, 28, left: true) + cells.map { column($0, 12) }.joined())
            }
        }
    }

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create the topics that a consortium needs; those that exist stay.")

        @OptionGroup var wanted: WantedTopics
        @OptionGroup var log: LogOptions

        func run() throws {
            let log = try log.open()
            let settings = try wanted.read(log)
            try log.create(settings)
            print("\(settings.count) topics are there")
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold the log's topics against what a consortium needs; exits with 1 where they differ.")

        @OptionGroup var wanted: WantedTopics
        @OptionGroup var log: LogOptions

        func run() throws {
            let log = try log.open()
            let settings = try wanted.read(log)
            let found = Dictionary(uniqueKeysWithValues: try log.topics().map { ($0.name, $0) })
            let agreed = try wanted.agreed(log)
            var wrong = 0
            for topic in settings {
                for trouble in topic.troubles(in: found[topic.name], most: agreed[topic.name]) {
                    print("\(topic.name): \(trouble)")
                    wrong += 1
                }
            }
            guard wrong == 0 else { throw ExitCode(1) }
            print("\(settings.count) topics are as they should be")
        }
    }

    struct WantedTopics: ParsableArguments {
        @Option(help: ArgumentHelp("The topics and their settings.", valueName: "file"))
        var topics = "pipelines/topics.yaml"

        @Option(help: ArgumentHelp("Who takes part.", valueName: "file"))
        var roster = "cordon-data/keys/roster.yaml"

        /// Those of the roster's members, and of members that have joined since or are proposed; none keeps its records longer than
        /// is agreed.
        func read(_ log: any EventLog) throws -> [TopicSettings] {
            let seat = try AgreementSeat(Roster(file: roster), log: log)
            let agreed = agreed(seat)
            return try readTopics(file: topics, members: seat.members).map { settings in
                var settings = settings
                if let most = agreed[settings.name] { settings.retention = min(settings.retention ?? most, most) }
                return settings
            }
        }

        /// The topics that keep their records for a time at most, by the version in force.
        func agreed(_ log: any EventLog) throws -> [String: Duration] {
            try agreed(AgreementSeat(Roster(file: roster), log: log))
        }

        private func agreed(_ seat: AgreementSeat) -> [String: Duration] {
            seat.history.agreement.inForce.agreement.retention.agreedTopics
        }
    }
}

extension TopicSettings {
    /// How long and how much is kept, in a few characters.
    fileprivate var kept: String {
        if cleanup == .compact { return "by key" }
        let age = retention.map { "\($0.components.seconds / 86_400) d" }
        let size = retentionBytes.map { "\($0 / 1_048_576) MB" }
        return [age, size].compactMap { $0 }.joined(separator: ", ").nonEmpty ?? "all"
    }

    /// In which settings the log's topic falls short of this one, a sentence each.
    ///
    /// - Parameter most: how long records are kept at most, by the agreement; nil for any time.
    fileprivate func troubles(in found: TopicSettings?, most: Duration?) -> [String] {
        guard let found else { return ["the topic is missing; `cordon topics create` makes it"] }
        var out: [String] = []
        if found.partitions != partitions { out.append("has \(found.partitions) partitions, not \(partitions)") }
        if found.cleanup != cleanup {
            out.append("cleanup.policy is \(found.cleanup.rawValue), not \(cleanup.rawValue)")
        }
        if cleanup == .delete {
            if let most, found.retention.map({ $0 > most }) ?? true {
                let kept = found.retention.map { $0.components.seconds * 1000 } ?? -1
                out.append(
                    "not_agreed: retention.ms is \(kept), and the agreement has \(most.components.seconds * 1000) at most"
                )
            }
            if let retention, let kept = found.retention, kept < retention {
                out.append(
                    "retention.ms is \(kept.components.seconds * 1000), less than \(retention.components.seconds * 1000)"
                )
            }
            if retention == nil, let kept = found.retention {
                out.append("retention.ms is \(kept.components.seconds * 1000); records must not go by age")
            }
            if let bytes = found.retentionBytes, bytes < retentionBytes ?? .max {
                out.append("retention.bytes is \(bytes); records must not go earlier by size")
            }
        }
        if let minInSync, let kept = found.minInSync, kept < minInSync {
            out.append("min.insync.replicas is \(kept), less than \(minInSync)")
        }
        if timestamps == .log, found.timestamps == .writer {
            out.append("message.timestamp.type is CreateTime, not LogAppendTime: writers say when they wrote")
        }
        return out
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
