import ArgumentParser
import Configuration
import EventLogs

struct TopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "Make the log's topics.", subcommands: [Create.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Create the topics that a consortium needs; those that exist stay.")

        @Option(help: ArgumentHelp("The topics and their settings.", valueName: "file"))
        var topics = "pipelines/topics.yaml"

        @Option(help: ArgumentHelp("Who takes part.", valueName: "file"))
        var roster = "cordon-data/keys/roster.yaml"

        @OptionGroup var log: LogOptions

        func run() throws {
            let members = try Roster(file: roster).members.map(\.id)
            let settings = try readTopics(file: topics, members: members)
            try log.open().create(settings)
            print("\(settings.count) topics are there")
        }
    }
}
