import ArgumentParser
import CommandOptions
import Keys
import LocalStore
import Logging
import PipelineFiles
import Records
import Roles
import SecureScoring
import Stages
import Terminal
import Tokens

/// The process of one scoring party.
struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Run one of the three scoring parties.",
        discussion: """
            Reads consortium.sealed together with the two other parties, opens its own boxes, computes its share of \
            every score in two rounds (two more where the model reads counts, and two where scores are rounded), over \
            mutual TLS 1.3, and writes it, sealed for the member, to <member>.scores. It sees no amount, feature, label, \
            score or model weight. Makes the consortium's token key with the two others on consortium.tokenkeys, rotates it when the coordinator orders \
            that (`cordon tokens rotate`), and answers <member>.blinded on <member>.evaluations.
            """)

    @Option(help: ArgumentHelp("party-0, party-1 or party-2.", valueName: "name"))
    var party: String

    @Option(help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("This party's private keys.", valueName: "dir"))
    var keys: String

    @OptionGroup var opening: KeystoreOptions

    @Option(help: ArgumentHelp("The authority that issued the parties' TLS certificates (PEM).", valueName: "file"))
    var authority = "cordon-data/keys/ca.pem"

    @Option(help: ArgumentHelp("Where this party keeps how far it is (SQLite).", valueName: "file"))
    var state: String

    @Option(
        help: ArgumentHelp(
            "Where this party writes its audit log. (default: the state's name and .audit)", valueName: "file"))
    var audit: String?

    @Flag(
        help: ArgumentHelp(
            "Nothing is left of this party's state: have the two other parties deal it.",
            discussion: """
                For a new host of the party that has its keys (a restored keystore) and no state. The two other parties have to run; they deal \
                their components of counts and models to this one, which takes them only where they agree, and scores with them \
                from there on. cordon_take_over_progress tells how much is there. One that is cut off begins anew at the next start, \
                with this flag or without. It is refused where there is a state.
                """))
    var takeOver = false

    @Option(help: "Most transactions of a batch.")
    var batchSize = 256

    @Option(help: "Most full batches under way at once.")
    var batches = 2

    @Option(
        help:
            "Milliseconds between the instants at which a batch leaves that is not full; it waits for the one before it, too."
    )
    var batchDeadlineMs = 10

    @OptionGroup var rows: RowOptions
    @OptionGroup var tokens: TokenOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func run() throws {
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        keepFreedMemory()
        guard let party = PartyID(name: party) else {
            throw Failure("`--party \(party)` is not party-0, party-1 or party-2")
        }
        guard (1...4096).contains(batchSize), (1...8).contains(batches), (1...10_000).contains(batchDeadlineMs) else {
            throw Failure("`--batch-size` is 1 to 4096, `--batches` 1 to 8, `--batch-deadline-ms` 1 to 10000")
        }
        let keystore = try opening.open(keys)
        let role = try PartyRole(
            party: party, roster: Roster(file: roster), keystore: keystore,
            stores: SealedStores(SQLiteStateStores(prefix: state), keystore),
            limits: BatchLimits(
                records: batchSize, beat: .cell(every: .milliseconds(batchDeadlineMs)), batches: batches),
            tokenLimit: tokens.limit, tokenAttempt: tokens.tokenAttempt, rows: rows.limits,
            log: log.open(),
            logger: process.logger("cordon.\(party)"), audit: AuditFile(path: audit ?? state + ".audit"),
            takesOver: takeOver)
        try role.run(authorityFile: authority, metricsFile: process.metrics, until: stop)
    }
}
