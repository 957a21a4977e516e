package import ArgumentParser
import Audit
import CommandOptions
import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Stages
import Terminal

/// `cordon replay-decision`: the three parties compute one decision again, for an auditor who learns its score alone.
package struct ReplayDecisionCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "replay-decision", abstract: "Have the parties compute one decision again, for an auditor.",
        discussion: """
            The parties keep what transactions were scored by, in shares (`cordon score --rows`), and compute the score of one of them \
            again: the same, in every bit. The score goes to the auditor's key, and to nobody else. It takes the signatures of the \
            coordinator, of the member whose decision it is, and of as many operators as have to approve of a model.

              cordon replay-decision key --out auditor                                  (the auditor)
              cordon replay-decision order t-4711.receipt --auditor KEY --out t-4711.order   (the coordinator)
              cordon replay-decision sign t-4711.order --as member/bank-a --keys cordon-data/keys/bank-a
              cordon replay-decision send t-4711.order                                  (anybody who may write there)
              cordon replay-decision open t-4711.order --keys auditor --receipt t-4711.receipt   (the auditor)
            """, subcommands: [Key.self, Order.self, Sign.self, Send.self, Open.self])

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an auditor's key, and print its public half.")

        @Option(help: ArgumentHelp("The folder for it.", valueName: "dir")) var out: String

        func run() throws {
            let key = HPKEPrivateKey()
            try FileKeystore(directory: out).store(key)
            print(Data(key.publicKey.bytes).base64EncodedString())
        }
    }

    struct Order: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Order a replay, at the coordinator: reads consortium.sealed for the record that a receipt names."
        )

        @Argument(help: ArgumentHelp("The decision's receipt.", valueName: "receipt")) var receipt: String
        @Option(help: ArgumentHelp("The auditor's public key.", valueName: "base64")) var auditor: String
        @Option(help: "Days until the order expires.") var days = 7
        @Option(help: ArgumentHelp("Where to write the order.", valueName: "file")) var out: String
        @OptionGroup var coordinator: CoordinatorOptions
        @OptionGroup var log: LogOptions

        func run() throws {
            guard let receipt = DecisionReceipt(json: try readFile(receipt)) else {
                throw Failure("\(self.receipt): \(ReceiptFault.notAReceipt)")
            }
            guard let bytes = Data(base64Encoded: auditor), let key = try? HPKEPublicKey(bytes: Array(bytes)) else {
                throw Failure("`--auditor \(auditor)` is no key of `cordon replay-decision key`")
            }
            guard (1...365).contains(days) else { throw Failure("`--days` is 1 to 365") }
            let roster = try coordinator.roster()
            let own = try coordinator.keystore.signingKey()
            guard own.verifyingKey == roster.coordinator else {
                throw RoleError.notTheCoordinator(keys: coordinator.keys)
            }
            let order = try Replays(roster, log: log.open()).order(
                of: receipt, to: key,
                expires: SystemClock().microseconds / 1_000_000 + Int64(days) * EventTime.day)
            let wire = try WireReplayOrder(order, coordinator: own)
            try Data(wire.encoded).write(to: URL(fileURLWithPath: out))
            print("\(out): order \(order.digest); \(order.member) and \(roster.approvals) operators have to sign it")
        }
    }

    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sign an order, as its member or an operator.")

        @Argument(help: ArgumentHelp("The order.", valueName: "file")) var file: String
        @Option(name: .customLong("as"), help: ArgumentHelp("member/NAME or operator/NAME.", valueName: "who"))
        var author: String
        @Option(help: ArgumentHelp("The signer's private keys.", valueName: "dir")) var keys: String
        @OptionGroup var opening: KeystoreOptions
        @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
        var roster = "cordon-data/keys/roster.yaml"

        func run() throws {
            var (wire, order) = try readOrder(file)
            guard let author = SyncAuthor(author) else {
                throw Failure("`--as \(author)` is not member/NAME or operator/NAME")
            }
            let key = try opening.open(keys).signingKey()
            // Of one that has come since, the roster has no key; `send` looks at all of them by the agreement.
            guard try Roster(file: roster).syncTerms.key(of: author).map({ $0 == key.verifyingKey }) ?? true else {
                throw Failure("the key in \(keys) is not the roster's \(author)")
            }
            try wire.sign(order, by: author, key: key)
            try Data(wire.encoded).write(to: URL(fileURLWithPath: file))
            print(
                "\(file): signed by \(wire.signatures.map(\.author).joined(separator: ", ")); of \(order.member)'s "
                    + "transaction at offset \(order.offset) of partition \(order.partition)")
        }
    }

    struct Send: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a signed order on consortium.replays.")

        @Argument(help: ArgumentHelp("The order.", valueName: "file")) var file: String
        @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
        var roster = "cordon-data/keys/roster.yaml"
        @OptionGroup var log: LogOptions

        func run() throws {
            let wire = try readOrder(file).wire
            do { try Replays(Roster(file: roster), log: log.open()).send(wire) } catch let refusal as ReplayRefusal {
                throw Failure("\(file) counts for nothing: \(refusal)")
            }
            print("\(file) is ordered")
        }
    }

    struct Open: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open the parties' answers, at the auditor.",
            discussion: "Exits with 1 where they refused, or where the score is another than the receipt's.")

        @Argument(help: ArgumentHelp("The order.", valueName: "file")) var file: String
        @Option(help: ArgumentHelp("The auditor's private key.", valueName: "dir")) var keys: String
        @OptionGroup var opening: KeystoreOptions
        @Option(help: ArgumentHelp("The decision's receipt.", valueName: "file")) var receipt: String
        @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
        var roster = "cordon-data/keys/roster.yaml"
        @OptionGroup var log: LogOptions

        func run() throws {
            let order = try readOrder(file).order
            guard let receipt = DecisionReceipt(json: try readFile(receipt)) else {
                throw Failure("\(self.receipt): \(ReceiptFault.notAReceipt)")
            }
            let again = try Replays(Roster(file: roster), log: log.open()).score(
                of: order, decidedIn: receipt, key: opening.open(keys).hpkeKey())
            say("the three parties computed the same score again: \(again)")
        }
    }

    package init() {}
}

private func readOrder(_ file: String) throws -> (wire: WireReplayOrder, order: ReplayOrder) {
    guard let wire = WireReplayOrder(decoding: try readFile(file)), let order = ReplayOrder(body: Array(wire.body))
    else {
        throw Failure("\(file): \(ReplayRefusal.malformed)")
    }
    return (wire, order)
}
