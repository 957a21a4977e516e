import ArgumentParser
import Audit
import CommandOptions
import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Stages
import Terminal

/// `cordon consortium erase`: what a role keeps of a member, or of a time, is dropped, and the role signs for that.
struct ConsortiumEraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erase what a party, or a member, keeps of the member or of a time.",
        discussion: """
            Runs at each role for itself, while the role does not run. A party drops rows and labels that it keeps for trainings, in its \
            shares, and what it had still to sign for; a member drops all its keys but its identity, and its agents' state. The receipt \
            says what was dropped and what can't be, and stands in the role's audit log. After all three parties have erased the same, \
            trainings and validations go on, on windows without it.

              cordon consortium erase party --party party-0 --member bank-a --state party-0.sqlite --keys keys/party-0 --out erased.json
              cordon consortium erase party --party party-0 --until 2026-01-01 --state party-0.sqlite --keys keys/party-0 --out erased.json
              cordon consortium erase member --member bank-a --keys keys/bank-a --state state/bank-a --audit bank-a.audit --out erased.json
              cordon consortium erase verify erased.json --roster roster.yaml
            """, subcommands: [Party.self, Member.self, Verify.self])

    struct Party: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Erase at a party that does not run.")

        @Option(help: ArgumentHelp("party-0, party-1 or party-2.", valueName: "name")) var party: String
        @Option(help: ArgumentHelp("Only what is of this member.", valueName: "name")) var member: String?
        @Option(help: ArgumentHelp("Only what came before this day, such as 2026-01-01.", valueName: "day")) var until:
            String?
        @Option(help: ArgumentHelp("This party's private keys.", valueName: "dir")) var keys: String
        @OptionGroup var opening: KeystoreOptions
        @Option(help: ArgumentHelp("Where this party keeps how far it is (SQLite).", valueName: "file")) var state:
            String
        @Option(
            help: ArgumentHelp("This party's audit log. (default: the state's name and .audit)", valueName: "file"))
        var audit: String?
        @Option(help: "Partitions of consortium.sealed.") var partitions = 1
        @OptionGroup var common: EraseOptions

        func run() throws {
            guard let party = PartyID(name: party) else {
                throw Failure("`--party \(party)` is not party-0, party-1 or party-2")
            }
            guard member != nil || until != nil else { throw Failure("`--member`, `--until` or both say what goes") }
            guard (1...1024).contains(partitions) else { throw Failure("`--partitions` is 1 to 1024") }
            let roster = try common.roster()
            let member = try member.map { name in
                guard let id = MemberID(name) else { throw Failure("`--member \(name)` is no member's name") }
                return id
            }
            let day = try until.map { text in
                guard let day = EventTime(rfc3339: text + "T00:00:00Z") else {
                    throw Failure("`--until \(text)` is no day such as 2026-01-01")
                }
                return day
            }
            // The party has its audit log to itself: one that runs is found here, before anything is touched.
            let keystore = try opening.open(keys)
            let audit = try roster.auditLog(
                of: .party(party), key: keystore.signingKey(), in: AuditFile(path: audit ?? state + ".audit"),
                clock: SystemClock())
            let files = SQLiteStateStores(prefix: state)
            let erasure = PartyErasure(
                party: party, roster: roster, stores: try SealedStores(files, keystore), partitions: partitions)
            let receipt = try erasure.erase(of: member, until: day, audit: audit)
            for name in [""] + (0..<partitions).map({ ".rows-\($0)" }) { try files.vacuum(name) }
            try common.write(receipt, audit)
        }
    }

    struct Member: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Erase at a member whose agents do not run.")

        @Option(help: ArgumentHelp("The member, as the roster names it.", valueName: "name")) var member: String
        @Option(help: ArgumentHelp("The member's private keys.", valueName: "dir")) var keys: String
        @OptionGroup var opening: KeystoreOptions
        @Option(help: ArgumentHelp("Where its agents keep windows and positions.", valueName: "dir")) var state: String?
        @Option(help: ArgumentHelp("The member's audit log; begun where there is none.", valueName: "file"))
        var audit: String
        @OptionGroup var common: EraseOptions

        func run() throws {
            let roster = try common.roster()
            let member = try AgentRole.member(self.member, of: roster).id
            let keystore = try opening.open(keys)
            let audit = try roster.auditLog(
                of: .member(member), key: keystore.signingKey(), in: AuditFile(path: audit), clock: SystemClock())
            let erasure = MemberErasure(member, consortium: roster.consortium, keystore: keystore, state: state)
            try common.write(erasure.erase(audit: audit), audit)
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the receipt of an erasure without a network.")

        @Argument(help: ArgumentHelp("The receipt.", valueName: "file")) var file: String

        @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
        var roster = "cordon-data/keys/roster.yaml"

        func run() throws {
            guard let receipt = ErasureReceipt(json: try readFile(file)) else {
                throw Failure("\(file): \(ErasureReceipt.Fault.otherVersion)")
            }
            let terms = try Roster(file: roster).syncTerms
            let (role, time): (SyncAuthor, Int64)
            do { (role, time) = try receipt.verify(consortium: terms.consortium) { terms.key(of: $0) } } catch {
                throw Failure("\(file): \(error)")
            }
            say("\(role) signed at \(EventTime(seconds: time / 1_000_000).rfc3339), by its clock, that it erased")
            say(
                "  \(receipt.member.map { "what is of \($0)" } ?? "everybody's")\(receipt.until.map { ", older than \($0)" } ?? ""):"
            )
            for line in receipt.dropped { say("  \(line.count) \(line.what)") }
            say("It says that this is left:")
            for sentence in receipt.remains { say("  \(sentence)") }
            say("That nothing was kept elsewhere is its own word.")
        }
    }
}

/// What all that erase have in common.
struct EraseOptions: ParsableArguments {
    @Option(name: .customLong("roster"), help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("Where to write the receipt.", valueName: "file"))
    var out: String

    func roster() throws -> Roster { try Roster(file: rosterFile) }

    func write(_ receipt: ErasureReceipt?, _ audit: AuditLog) throws {
        guard let receipt else {
            throw Failure("erased, and not told: \(audit.trouble.map { "\($0)" } ?? "the audit log can't be written")")
        }
        try Data(receipt.json).write(to: URL(fileURLWithPath: out))
        for line in receipt.dropped { say("erased: \(line.count) \(line.what)") }
        for sentence in receipt.remains { say("left: \(sentence)") }
        say("\(out): the receipt")
    }
}
