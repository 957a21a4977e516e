import ArgumentParser
import Configuration
import EventLogs
import Foundation
import Keys
import Records
import TokenService
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

        @Option(help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
        var roster = "cordon-data/keys/roster.yaml"

        @Option(help: ArgumentHelp("The coordinator's private key.", valueName: "dir"))
        var keys = "cordon-data/keys/coordinator"

        @Option(
            help: ArgumentHelp(
                "Wait so long for the new key to be in force. (default: not at all)", valueName: "seconds"))
        var wait: Int?

        @OptionGroup var log: LogOptions

        func validate() throws {
            guard (1...86_400).contains(wait ?? 1) else { throw ValidationError("`--wait` is 1 to 86400 seconds") }
        }

        func run() throws {
            let roster = try Roster(file: roster)
            let keystore = FileKeystore(directory: keys)
            let key = try keystore.signingKey()
            guard key.verifyingKey == roster.coordinator else {
                throw Failure("the key in \(keystore.directory) is not the roster's coordinator")
            }
            let log = try log.open()
            let topic = TopicPartition(Topics.tokenKeys)
            let reader = try log.reader(at: [Position(topic, try log.earliest(of: topic))])
            var survey = TokenKeySurvey(consortium: roster.consortium, coordinator: roster.coordinator)
            try read(reader, &survey)
            guard let newest = survey.newest else {
                throw Failure(
                    "there is no token key yet: the parties make the first one when all three run `cordon score`"
                )
            }
            let epoch = newest.next
            let attempt = survey.nextAttempt(at: epoch)
            let order = RotationOrder.record(
                RotationOrder.make(
                    consortium: roster.consortium, epoch: epoch.number, attempt: attempt, coordinator: key))
            try log.append([NewRecord(topic, key: order.key, value: order.value)])
            print("ordered: the token key of epoch \(epoch.number), attempt \(attempt)")
            guard let wait else { return }
            let deadline = ContinuousClock.now + .seconds(wait)
            while survey.newest != epoch, survey.complaint(epoch: epoch, attempt: attempt) == nil, .now < deadline {
                let records = try reader.next(limit: 256, timeout: .milliseconds(200))
                for record in records { survey.take(record.value ?? []) }
            }
            guard survey.newest == epoch else {
                print("not in force: " + reason(survey, epoch, attempt))
                throw ExitCode(1)
            }
            print("in force: the token key of epoch \(epoch.number)")
        }

        private func reason(_ survey: TokenKeySurvey, _ epoch: TokenEpoch, _ attempt: UInt32) -> String {
            if let (party, accused) = survey.complaint(epoch: epoch, attempt: attempt) {
                return "\(party.name) says that \(accused.name) departs from the protocol; the parties' logs say more"
            }
            let missing = survey.missing(epoch: epoch, attempt: attempt)
            guard !missing.isEmpty else { return "the parties found different keys; their logs say whom they name" }
            return "the others wait for " + missing.map(\.name).joined(separator: ", ")
        }

        private func read(_ reader: any LogReader, _ survey: inout TokenKeySurvey) throws {
            while true {
                let records = try reader.available(limit: 256)
                if records.isEmpty { return }
                for record in records { survey.take(record.value ?? []) }
            }
        }
    }
}
