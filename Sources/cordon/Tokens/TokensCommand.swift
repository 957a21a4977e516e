import ArgumentParser
import CommandOptions
import Keys
import PipelineFiles
import Roles
import Terminal
import Tokens

struct TokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens", abstract: "Rotate the consortium's token key.", subcommands: [Rotate.self])

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Order the three parties to rotate the token key.",
            discussion: """
                Writes an order, signed by the coordinator, to consortium.tokenkeys. The parties (`cordon score`, all \
                three) multiply the key by a factor that none of them chooses and that they alone know; their counts \
                move to the new tokens, and members' agents ask for new ones, all without a restart. Whoever has stolen \
                tokens before can't link them to those after.

                An order for a rotation that failed, or stands still because a party is away, begins its next attempt. \
                With `--wait` it exits with 1 where the new key is not in force in time, and names the parties that it \
                waits for.
                """)

        @OptionGroup var coordinator: CoordinatorOptions

        @Option(
            help: ArgumentHelp(
                "Wait so long for the new key to be in force. (default: not at all)", valueName: "seconds"))
        var wait: Int?

        @OptionGroup var log: LogOptions

        func validate() throws {
            guard (1...86_400).contains(wait ?? 1) else { throw ValidationError("`--wait` is 1 to 86400 seconds") }
        }

        func run() throws {
            let log = try log.open()
            let rotation = try coordinator.audited(showing: log) { audit in
                try TokenRotation(
                    ordering: coordinator.roster(), coordinator: coordinator.keystore, log: log, audit: audit)
            }
            print("ordered: the token key of epoch \(rotation.epoch.number), attempt \(rotation.attempt)")
            guard let wait else { return }
            if let reason = try rotation.wait(until: .now + .seconds(wait)) {
                print("not in force: \(reason)")
                throw ExitCode(1)
            }
            print("in force: the token key of epoch \(rotation.epoch.number)")
        }
    }
}
