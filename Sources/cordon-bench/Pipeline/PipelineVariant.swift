import ArgumentParser
import EventLogs
import Keys
import LocalConsortium
import LocalStore
import PipelineFiles
import Records
import Roles
import SecureScoring
import Stages
import Terminal
import Tokens

/// A secure pipeline that differs in one thing, to be measured beside the one that members have.
enum PipelineVariant: String, CaseIterable, ExpressibleByArgument {
    /// Parties that state no scores for receipts, and write no audit log.
    case withoutEvidence = "without-evidence"
    /// Parties' and members' keys of X25519 alone, in the place of hybrid ones.
    case classicalKeys = "classical-keys"

    var suite: KEMSuite { self == .classicalKeys ? .x25519 : .xWing }
}

/// How a pipeline and a variant of it compare.
struct VariantComparison {
    let variant: PipelineVariant
    var usual: [Run] = []
    var varied: [Run] = []

    struct Run {
        var transactionsPerSecond: Double
        /// Microseconds of processor time of each party a transaction.
        var party: Double
        /// Bytes of a member's announcement of sessions.
        var announcement: Double

        init(_ outcome: PipelineBench.Outcome) {
            transactionsPerSecond = outcome.figures.tx_per_s
            party = outcome.figures.party?.cpu_us_per_tx ?? 0
            announcement = outcome.announcementBytes
        }
    }

    private static func median(_ runs: [Run], _ figure: (Run) -> Double) -> Double {
        percentile(runs.map(figure).sorted(), 0.5) ?? 0
    }

    var text: String {
        func both(_ figure: (Run) -> Double) -> (usual: Double, varied: Double) {
            (Self.median(usual, figure), Self.median(varied, figure))
        }
        let (rates, party) = (both(\.transactionsPerSecond), both(\.party))
        var text = """
            \(variant.rawValue), medians of \(usual.count) runs each in turns: \(Int(rates.usual)) transactions/s against \
            \(Int(rates.varied)) without the difference (\(decimals(rates.usual / rates.varied, 2))), and \
            \(decimals(party.usual, 1)) µs of processor time a transaction and party against \(decimals(party.varied, 1)) \
            (\(decimals(party.usual / party.varied, 2)))
            """
        if variant == .classicalKeys {
            let bytes = both(\.announcement)
            text += "; \(Int(bytes.usual)) bytes a member's announcement of sessions against \(Int(bytes.varied))"
        }
        return text
    }
}

/// A party of `cordon-bench pipeline` that states no scores, with the options of `cordon score` that consortiums start parties
/// with.
struct BenchBarePartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-party", abstract: "A party of `cordon-bench pipeline` without evidence.",
        shouldDisplay: false)

    @Option var party: String
    @Option var roster: String
    @Option var keys: String
    @Option var authority: String
    @Option var state: String
    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func run() throws {
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        keepFreedMemory()
        guard let party = PartyID(name: party) else { throw Failure("`--party \(party)` is no party") }
        let keystore = FileKeystore(directory: keys)
        let role = try PartyRole(
            party: party, roster: Roster(file: roster), keystore: keystore,
            stores: SealedStores(SQLiteStateStores(prefix: state), keystore),
            limits: BatchLimits(records: 256, beat: .cell(every: .milliseconds(10)), batches: 2),
            tokenLimit: .standard, tokenAttempt: 1, log: log.open(), logger: process.logger("cordon.\(party)"))
        try role.run(authorityFile: authority, metricsFile: process.metrics, until: stop)
    }
}
