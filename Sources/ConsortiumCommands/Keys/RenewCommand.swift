import ArgumentParser
import CommandOptions
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Terminal

/// Gives a member other keys with the next epoch.
struct RenewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew", abstract: "Give a member another identity and HPKE key with the next epoch of keys.",
        discussion: """
            Makes `identity-<epoch>.key` and `hpke-<epoch>.key` in DIR, and offers them on consortium.agreement, signed by the old identity and \
            by the new one. They are in force with the next rotation (`cordon keys rotate` at the coordinator). Until its epoch is closed \
            the old ones open and sign what is of it; then the member's agent erases them, and nothing that they sign counts. Agents go on \
            running. Run again, it says what was offered.

              cordon keys renew --keys keys/bank-a
              cordon keys history
            """)

    @Option(help: ArgumentHelp("The member's private keys.", valueName: "dir"))
    var keys: String

    @Flag(help: "The HPKE key alone: of a member that keeps an audit log, or has its identity in a token.")
    var hpkeOnly = false

    @OptionGroup var opening: KeystoreOptions
    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @OptionGroup var log: LogOptions

    func run() throws {
        let renewal = MemberRenewal(try Roster(file: rosterFile), keystore: try opening.open(keys), log: try log.open())
        let offered = try renewal.offer(identity: !hpkeOnly, hpke: true)
        say(
            "\(offered.member) \(offered.wasThere ? "had offered" : "offers") keys from epoch \(offered.offer.epoch) on; "
                + "they are in force with the coordinator's next `cordon keys rotate`")
    }
}
