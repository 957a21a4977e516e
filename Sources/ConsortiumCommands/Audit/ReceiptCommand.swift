package import ArgumentParser
import Audit
import CommandOptions
import Foundation
import Manifests
import PipelineFiles
import Records
import Roles
import Terminal

/// `cordon receipt`: what shows, without a network, how a decision came about.
package struct ReceiptCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "receipt", abstract: "Give, or check, the receipt of a decision.",
        discussion: """
            A receipt is a file for an auditor: the decision, the sealed record's digest and place, the model, and of each of the three \
            parties its share of the score with the signed entry of its audit log that stands for it. Parties sign once a minute.

              cordon receipt t-4711 --member bank-a --keys cordon-data/keys/bank-a --out t-4711.receipt
              cordon receipt verify t-4711.receipt --roster roster.yaml
            """, subcommands: [Make.self, Verify.self], defaultSubcommand: Make.self)

    struct Make: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give the receipt of a decision, at its member.",
            discussion:
                "Reads the member's topics of decisions, scores and evidence, and opens the parties' shares by its session keys."
        )

        @Argument(help: ArgumentHelp("The member's own id of the transaction.", valueName: "decision"))
        var decision: String

        @OptionGroup var member: MemberOption

        @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
        var rosterFile = "cordon-data/keys/roster.yaml"

        @Option(help: ArgumentHelp("This member's private keys.", valueName: "dir"))
        var keys: String

        @OptionGroup var opening: KeystoreOptions

        @Option(help: ArgumentHelp("Where to write it. (default: standard output)", valueName: "file"))
        var out: String?

        @OptionGroup var log: LogOptions

        func run() throws {
            let roster = try Roster(file: rosterFile)
            let log = try log.open()
            let member = try AgreementSeat(roster, log: log).entry(of: self.member.id().name)
            let receipts = MemberReceipts(member, of: roster, keystore: try opening.open(keys), log: log)
            let receipt = try receipts.receipt(of: decision)
            // What does not hold is not given away.
            _ = try checked(receipt, by: roster)
            guard let out else { return say(String(decoding: receipt.json, as: UTF8.self)) }
            try Data(receipt.json).write(to: URL(fileURLWithPath: out))
            say("\(out): the receipt of \(decision)")
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a receipt without a network, and say what it shows.",
            discussion: """
                Needs the roster alone. With copies of parties' audit logs it also looks whether they hold the entries that the receipt \
                names: a party that showed a member one log and everybody else another is found by that. Exits with 1 where \
                something does not hold.
                """)

        @Argument(help: ArgumentHelp("The receipt.", valueName: "file"))
        var file: String

        @Option(help: ArgumentHelp("A copy of a party's audit log; may be given again.", valueName: "file"))
        var audit: [String] = []

        @OptionGroup var roster: AuditRosterOption

        func run() throws {
            guard let receipt = DecisionReceipt(json: try readFile(file)) else {
                throw Failure("\(file): \(ReceiptFault.notAReceipt)")
            }
            let verified: VerifiedReceipt
            do { verified = try checked(receipt, by: Roster(file: roster.file)) } catch let fault as ReceiptFault {
                throw Failure("\(file): \(fault)")
            }
            for line in verified.account(of: receipt) { say(line) }
            for file in audit {
                let log = try roster.read(file)
                if log.fault != nil { throw Failure("\(file): \(log.account)") }
                guard let entry = verified.entries.first(where: { .party($0.party) == log.verifier.role }) else {
                    throw Failure(
                        "\(file): \(log.verifier.role.map { "\($0)" } ?? "nobody") is no party of the receipt")
                }
                guard entry.head.size <= log.verifier.tree.count else {
                    throw Failure(
                        "\(file): the copy is older than the receipt, whose head is of \(entry.head.size) entries")
                }
                guard log.verifier.tree.root(of: entry.head.size) == entry.head.root else {
                    throw Failure("\(file): forked: \(entry.party) signed another log for the receipt than this one")
                }
                say("\(file) has the entry that \(entry.party) signed for")
            }
        }
    }

    package init() {}
}

private func checked(_ receipt: DecisionReceipt, by roster: Roster) throws -> VerifiedReceipt {
    let terms = roster.syncTerms
    return try ReceiptVerifier(consortium: terms.consortium) { terms.key(of: $0) }.verify(receipt)
}
