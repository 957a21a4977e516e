import ArgumentParser
import CommandOptions
import Foundation
import Keys
import PipelineFiles
import Records
import Roles
import Stages
import Terminal

/// Where a role's new keys go.
struct NewKeysFolder: ParsableArguments {
    @Option(help: ArgumentHelp("Where the keys go; must not hold any yet.", valueName: "dir"))
    var out: String

    var keys: RoleKeys { RoleKeys(directory: out) }

    /// Says what was made, and what to do with it.
    func tell(_ card: KeyCard) {
        print("keys of \(card.role) are in \(out), for their owner alone")
        print("card    \(out)/card.yaml: public; send it to whoever puts the roster together")
        print("digest  \(spoken(card.digest)): read it out to them, so that nobody changes the card on its way")
    }
}

/// Makes the keys of one scoring party.
struct PartyKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "party", abstract: "Make the keys of one scoring party, on its own machine.",
        discussion: """
            Writes into DIR what this party alone may read: hpke.key (models and sessions are sealed to it), agreement.key (pairwise \
            keys with the two others), identity.key and tls.key with tls.pem, by an authority of its own whose key is gone at \
            once. DIR/card.yaml has the public halves.
            """)

    @Argument(help: "party-0, party-1 or party-2.")
    var name: String

    @Option(help: "Days for which the TLS certificate holds.")
    var days = 365

    @OptionGroup var folder: NewKeysFolder

    func run() throws {
        guard let id = PartyID(name: name) else { throw Failure("`\(name)` is not party-0, party-1 or party-2") }
        guard (1...3650).contains(days) else { throw Failure("`--days` is 1 to 3650") }
        let authority = try CertificateAuthority(
            name: "Cordon \(id)", now: SystemClock().microseconds / 1_000_000, days: days)
        folder.tell(try folder.keys.make(id, by: authority))
    }
}

/// Makes the keys of one member.
struct MemberKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Make the keys of one member, on its own machine.",
        discussion: """
            Writes into DIR what this member alone may read: identity.key and hpke.key (rejected originals are sealed to it). Session \
            keys and local keys come there by themselves when its agent starts. DIR/card.yaml has the public halves. All \
            agents of a member need the same folder.
            """)

    @Argument(help: "The member's name.")
    var name: String

    @OptionGroup var folder: NewKeysFolder

    func run() throws {
        guard let id = MemberID(name) else {
            throw Failure("a member's name is 1 to 40 of a-z, 0-9 and -, starting with a letter (not `consortium`)")
        }
        folder.tell(try folder.keys.make(id))
    }
}

/// Makes the coordinator's key.
struct CoordinatorKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator", abstract: "Make the coordinator's key, on its own machine.",
        discussion: "Writes DIR/identity.key, by which manifests, activations and orders are signed, and DIR/card.yaml."
    )

    @OptionGroup var folder: NewKeysFolder

    func run() throws { folder.tell(try folder.keys.makeCoordinator()) }
}

/// Puts a roster together from everybody's cards.
struct RosterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roster", abstract: "Put the roster together from the cards of all who take part.",
        discussion: """
            Reads who takes part and by which terms from the consortium's file, and everybody's public keys from their cards. Every \
            organisation does this for itself: from one file and the same cards all get the same roster, and compare \
            its digest. The authorities of the parties' TLS certificates are written beside it.
            """)

    @Argument(help: ArgumentHelp("A card.yaml of every role.", valueName: "card"))
    var cards: [String]

    @Option(help: ArgumentHelp("Who takes part.", valueName: "file"))
    var consortium = "pipelines/consortium.yaml"

    @Option(help: ArgumentHelp("Where the roster goes, and ca.pem beside it.", valueName: "file"))
    var out: String

    func run() throws {
        let authorities = ((out as NSString).deletingLastPathComponent as NSString).appendingPathComponent("ca.pem")
        for file in [out, authorities] where FileManager.default.fileExists(atPath: file) {
            throw Failure("\(file) exists: a roster is never overwritten; name another folder")
        }
        let cards = try self.cards.map { try KeyCard(file: $0) }
        let roster = try Roster(ConsortiumPlan(file: consortium), cards)
        try writeFile(Array(roster.yaml.utf8), to: out)
        try writeFile(Array(cards.authoritiesPEM.utf8), to: authorities)
        for card in cards.sorted(by: { $0.role < $1.role }) {
            print("\(column(card.role, 24, left: true)) \(spoken(card.digest))")
        }
        print("roster  \(out), authorities \(authorities)")
        print(
            "digest  \(spoken(roster.digest)): the same at every organisation, or one of them has other cards or terms")
    }
}

/// Holds a role's private keys against a roster.
struct KeysCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Hold a folder of private keys against a roster; exits with 1 where they differ.")

    @Option(help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("The role's private keys.", valueName: "dir"))
    var keys: String

    @OptionGroup var opening: KeystoreOptions

    func run() throws {
        let roster = try Roster(file: roster)
        let (role, misfits) = try opening.open(keys).misfits(roster)
        for misfit in misfits { print(misfit) }
        guard misfits.isEmpty else { throw ExitCode(1) }
        print("\(role): every key fits the roster, whose digest is \(spoken(roster.digest))")
    }
}

/// A digest as people read it out: its first 16 bytes, by fours of digits.
private func spoken(_ digest: Digest32) -> String {
    let digits = Array(hexadecimal(Array(digest.bytes.prefix(16))))
    return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: " ")
}
