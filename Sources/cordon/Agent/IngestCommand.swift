import ArgumentParser
import CommandOptions
import Evaluation
import Formats
import Ingest
import Keys
import LocalStore
import Logging
import Manifests
import Model
import PipelineFiles
import Records
import Roles
import Stages
import Telemetry
import Terminal
import Tokens
import Trials

/// The process of one member's agent.
struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Run a member's agent.",
        discussion: """
            Reads <member>.transactions (transactions, labels and watermarks), keeps the member's own windows, and seals the \
            features' shares to the three parties on consortium.sealed, and with features of the consortium tokens of what \
            transactions name, and on consortium.labels what became of them; adds up the score shares that come back on <member>.scores, \
            and writes <member>.decisions and <member>.alerts. What can't be used goes to <member>.rejected with its reason.

            With --try it runs nothing: it shows what of sample files is mapped, what is missing and what would be rejected.
            """)

    @Flag(
        name: .customLong("try"),
        help:
            "Show what the mapping makes of sample files; needs no other option, and picks a mapping where none is named."
    )
    var trial = false

    @Argument(help: ArgumentHelp("With --try: the sample files.", valueName: "file"))
    var files: [String] = []

    @Flag(help: "With --try: a line of JSON a transaction, its canonical fields or the reason code.")
    var json = false

    @Option(help: ArgumentHelp("The member, as the roster names it.", valueName: "name"))
    var member: String?

    @Option(help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("This member's private keys.", valueName: "dir"))
    var keys: String?

    @OptionGroup var opening: KeystoreOptions

    @Option(
        help: ArgumentHelp(
            "Where the agent keeps windows and positions (SQLite), a file a partition.", valueName: "dir"))
    var state: String?

    @Option(
        help: ArgumentHelp(
            "A name of this agent that stays over restarts, so that it takes its own partitions up again at once.",
            valueName: "name"))
    var instance: String?

    @Option(help: "Seconds of silence after which another agent of this member takes over.")
    var sessionTimeout = 10

    @Option(help: ArgumentHelp("The consortium's public feature bins, from `cordon model train`.", valueName: "file"))
    var bins: String?

    @Option(
        help: ArgumentHelp(
            "Bins of a second feature spec, whose bits go out beside the first one's: the next one, or the one before.",
            valueName: "file"))
    var nextBins: String?

    @Option(
        help: ArgumentHelp(
            "How the member's records are read. (default: pipelines/mappings/canonical.yaml)", valueName: "file"))
    var mapping: String?

    @OptionGroup var rules: RecordRuleOptions

    @Option(
        help: ArgumentHelp(
            "What the member does at which probability of fraud, and its own rules (see `cordon policy`).",
            valueName: "file"))
    var policy = "pipelines/policies/default.yaml"

    @Option(
        help: ArgumentHelp(
            "The member's own model, whose score decisions record beside the consortium's (`cordon model train` on its own data).",
            valueName: "file"))
    var ownModel: String?

    @Option(
        help: ArgumentHelp(
            "How both scores make one probability, from `cordon model blend`. (default: the consortium's alone)",
            valueName: "file"))
    var ownBlend: String?

    @Flag(
        help: ArgumentHelp(
            "Say of each validation, on consortium.sync, whether the challenger does worse for this member (`cordon sync verdict`): one bit."
        ))
    var verdicts = false

    @Option(
        help: ArgumentHelp(
            "Where this agent writes the member's audit log; of several agents of a member one may. (default: nowhere)",
            valueName: "file"))
    var audit: String?

    @Option(
        help: ArgumentHelp(
            "What the member uses scores for; the agent runs where the agreement names it.", valueName: "name"))
    var purpose = ConsortiumAgreement.purpose

    @OptionGroup var bank: BankCodeOption
    @OptionGroup(title: "HTTP options") var http: HTTPOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func validate() throws {
        guard !trial else {
            guard !files.isEmpty else { throw ValidationError("Missing expected argument '<file> ...'") }
            return
        }
        guard ownBlend == nil || ownModel != nil else { throw ValidationError("'--own-blend' goes with '--own-model'") }
        guard files.isEmpty, !json else { throw ValidationError("Sample files and '--json' belong to '--try'") }
        for (name, value) in [
            ("--member <name>", member), ("--keys <dir>", keys), ("--state <dir>", state), ("--bins <file>", bins),
        ] where value == nil {
            throw ValidationError("Missing expected argument '\(name)'")
        }
    }

    func run() throws {
        guard !trial else {
            var trial = IngestTrial(
                mapping: mapping, rates: try readRates(file: rules.rates),
                rules: try readValidation(file: rules.validation),
                received: SystemClock().microseconds)
            for file in files {
                for line in try trial.take(file, json: json) { print(line) }
            }
            return
        }
        // First of all, so that no signal finds the process half started.
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        try role().run(front: http.front(), metricsFile: process.metrics, until: stop)
    }

    /// The member's own model with its blend, where these options name them.
    private func own() throws -> OwnModel? {
        guard let file = ownModel else { return nil }
        let model: ClearModel
        do { model = try ClearModel(json: readFile(file)) } catch let error as ClearModelError {
            throw Failure("\(file) is not a model: \(error)")
        }
        let blend: ScoreBlend?
        do { blend = try ownBlend.map { try ScoreBlend(json: readFile($0), of: model.version) } } catch let error
            as ScoreBlend.FileError
        {
            throw Failure("\(ownBlend ?? ""): \(error)")
        }
        guard let own = OwnModel(model, blend: blend) else {
            throw Failure("\(file) reads counts of the consortium: a member's own model has its own windows alone")
        }
        return own
    }

    /// The agent that these options describe.
    private func role() throws -> AgentRole {
        let rates = try readRates(file: rules.rates)
        let validation = try readValidation(file: rules.validation)
        let roster = try Roster(file: self.roster)
        let log = try log.open()
        let member = try AgreementSeat(roster, log: log).entry(of: member ?? "")
        var mapping = try readMapping(file: self.mapping ?? "pipelines/mappings/canonical.yaml")
        mapping.rates = rates
        if let form = mapping.format.csv, form.columns.isEmpty {
            throw Failure(
                "\(self.mapping ?? "the mapping") has no `columns`: records of a stream have no header, so name them in order"
            )
        }
        let files = PolicyFiles(self.policy)
        let source = PolicySource(stamp: { files.stamp }, read: { try files.read() })
        let (policy, notes) = try checkPolicy(file: self.policy)
        guard (1...3600).contains(sessionTimeout) else { throw Failure("`--session-timeout` is 1 to 3600 seconds") }
        // `validate` has seen to it that they are there.
        let (keys, state, bins) = (keys ?? "", state ?? "", bins ?? "")
        let logger = try process.logger("cordon.\(member.id)")
        if let doubts = notes.doubts { logger.warning("\(doubts)") }
        let keystore = try opening.open(keys)
        return AgentRole(
            member: member, roster: roster, keystore: keystore, spec: try readBins(bins),
            binsFile: bins, mapping: mapping, rules: validation,
            policy: policy, policySource: source, own: try own(),
            shadow: try nextBins.map { (ShadowSpec(try readBins($0)), $0) },
            fallback: try readFallback(file: self.policy), bankCode: bank.bankCode,
            verdicts: verdicts ? .standard : nil,
            form: SealedForm(), stores: try SealedStores(SQLiteStateStores(prefix: state + "/"), keystore),
            instance: instance,
            sessionTimeout: .seconds(sessionTimeout),
            log: log, logger: logger, audit: try audit.map { try AuditFile(path: $0) }, purpose: purpose)
    }
}
