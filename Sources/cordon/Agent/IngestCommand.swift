import ArgumentParser
import Configuration
import EventLogs
import Ingest
import Keys
import Logging
import Model
import Records
import Telemetry
import ThreeParty
import Tokens

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
            "How the member's records are read. (default: pipelines/mappings/canonical.yaml)", valueName: "file"))
    var mapping: String?

    @Option(help: ArgumentHelp("What other currencies are worth in the consortium's.", valueName: "file"))
    var rates = "pipelines/rates.yaml"

    @Option(help: ArgumentHelp("What transactions must be, beyond their form.", valueName: "file"))
    var validation = "pipelines/validation.yaml"

    @Option(
        help: ArgumentHelp(
            "What the member does at which probability of fraud, and its own rules (see `cordon policy`).",
            valueName: "file"))
    var policy = "pipelines/policies/default.yaml"

    @Option(
        help: ArgumentHelp(
            "The code of the member's own bank, for account numbers without one, where the parties count accounts or payees.",
            valueName: "code"))
    var bankCode: String?

    @OptionGroup(title: "HTTP options") var http: HTTPOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func validate() throws {
        guard !trial else {
            guard !files.isEmpty else { throw ValidationError("Missing expected argument '<file> ...'") }
            return
        }
        guard files.isEmpty, !json else { throw ValidationError("Sample files and '--json' belong to '--try'") }
        for (name, value) in [
            ("--member <name>", member), ("--keys <dir>", keys), ("--state <dir>", state), ("--bins <file>", bins),
        ] where value == nil {
            throw ValidationError("Missing expected argument '\(name)'")
        }
    }

    func run() throws { try run(as: SealedForm()) }

    func run(as form: any AgentForm) throws {
        let rates = try readRates(file: self.rates)
        let rules = try readValidation(file: self.validation)
        guard !trial, let name = member, let keys, let state, let bins else {
            return try IngestTrial(mapping: mapping, rates: rates, rules: rules).run(files, json: json)
        }
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        let roster = try Roster(file: self.roster)
        guard let entry = roster.members.first(where: { $0.id.name == name }) else {
            throw Failure("the roster has no member `\(name)`")
        }
        let member = entry.id
        var mapping = try readMapping(file: self.mapping ?? "pipelines/mappings/canonical.yaml")
        mapping.rates = rates
        let policy = try readPolicy(file: self.policy)
        guard (1...3600).contains(sessionTimeout) else { throw Failure("`--session-timeout` is 1 to 3600 seconds") }
        let spec = try readBins(bins)
        let keystore = FileKeystore(directory: keys)
        let log = try self.log.open()
        let logger = try process.logger("cordon.\(member)")
        for topic in [Topics.transactions(member), Topics.sealed, Topics.decisions(member), Topics.alerts(member)] {
            _ = try log.partitions(of: topic)
        }
        var reach = FeatureEngine(
            spec: FeatureSpec(name: spec.spec.name, features: spec.spec.own.features + policy.windows)
        ).retention
        if !spec.spec.tokenEntities.isEmpty {
            for topic in AgentTokens.topics(member) { _ = try log.partitions(of: topic) }
            // An agent without its state has to find the events again whose labels have not left.
            reach = max(reach, spec.spec.terms.labelDelay + 2 * spec.spec.terms.bucket)
        }
        try TopicNeeds(
            compacted: [Topics.sessions, Topics.manifests], kept: [Topics.transactions(member): .seconds(reach)]
        ).check(log, logger)
        try agree(on: spec, bins, ModelCards(coordinator: roster.coordinator, log: log, logger: logger))
        let sessions = try openSessions(entry, roster, keystore, log, logger)
        let metrics = Self.metrics()
        for rule in policy.rules {
            metrics.add(0, to: "cordon_rules_matched_total", .init("rule", rule.id), .init("mode", rule.mode.rawValue))
        }
        let partitions = AgentPartitions(
            member: entry, roster: roster, keystore: keystore, spec: spec, mapping: mapping, rules: rules,
            policy: policy, sessions: sessions,
            tokens: AgentTokens(
                member: entry, roster: roster, keystore: keystore, spec: spec, sessions: sessions,
                rules: IdentifierRules(bankCode: bankCode), log: log, metrics: metrics, logger: logger),
            form: form, stateFolder: state, log: log, metrics: metrics,
            logger: logger)
        // Not the group that positions are kept under: Kafka takes commits for a group with members from these alone.
        let group = GroupSettings(
            group: "\(member).agents", topics: [Topics.transactions(member)], instance: instance,
            sessionTimeout: .seconds(sessionTimeout))
        var stages = Stages()
        stages.add("partitions") { try partitions.run(group, until: stop) }
        let exposition = MetricsFile(path: process.metrics ?? "", metrics: metrics, log: log) {
            metrics.set("cordon_transactions_waiting", to: Double(partitions.waiting))
            metrics.set("cordon_known_ids", to: Double(partitions.knownIDs))
            if !spec.spec.tokenEntities.isEmpty {
                metrics.set("cordon_labels_waiting", to: Double(partitions.unlabelled))
            }
        }
        if process.metrics != nil { stages.add("metrics") { exposition.run(until: stop) } }
        if let settings = try http.settings() {
            try AgentFront(
                member: member, log: log, mapping: mapping, rules: rules,
                fallback: try readFallback(file: self.policy), options: http, settings: settings, metrics: metrics,
                exposition: { exposition.text }, owned: { partitions.count },
                logger: logger
            ).add(to: &stages, until: stop)
        }
        logger.notice("agent started")
        try stages.run(stop: stop)
        logger.notice("agent stopped")
    }

    /// Members agree on one spec by its digest: where models were dealt, one of them must be for these bins.
    private func agree(on spec: BinnedSpec, _ file: String, _ cards: ModelCards) throws {
        let dealt = try cards.featureSpecs()
        guard !dealt.isEmpty, !dealt.values.contains(spec.id) else { return }
        let models = dealt.sorted { $0.key < $1.key }.map { "model \($0.key) is for \(digest($0.value))" }
        throw Failure(
            "the bins in \(file) have the digest \(digest(spec.id)), but \(models.joined(separator: ", ")): "
                + "take the bins that the consortium published with its model")
    }

    private static func metrics() -> Metrics {
        let metrics = Metrics()
        AgentTokens.describe(metrics)
        metrics.describe("cordon_watermarks_total", .counter, "Records that say how far event time has come.")
        metrics.describe("cordon_transactions_sealed_total", .counter, "Transactions sealed for the parties.")
        metrics.describe("cordon_sealed_bytes_total", .counter, "Bytes of sealed records.")
        metrics.describe("cordon_duplicates_total", .counter, "Transactions dropped because their id was known.")
        metrics.describe("cordon_rejected_total", .counter, "Records on <member>.rejected, by reason.")
        metrics.describe("cordon_labels_total", .counter, "Labels taken into the windows.")
        metrics.describe("cordon_outcomes_total", .counter, "Statuses, returns and recalls of payments, by kind.")
        metrics.describe("cordon_decisions_total", .counter, "Decisions, by band.")
        metrics.describe("cordon_rules_matched_total", .counter, "Transactions that a rule of the policy matched.")
        metrics.describe("cordon_repeated_scores_total", .counter, "Scores of transactions that were decided before.")
        metrics.describe("cordon_score_records_refused_total", .counter, "Records of score shares that were refused.")
        metrics.describe("cordon_partitions_stopped", .gauge, "Partitions given up for what their log holds.")
        metrics.describe("cordon_log_errors_total", .counter, "Failed calls of the log that were tried again.")
        metrics.describe("cordon_transactions_waiting", .gauge, "Sealed transactions without a decision.")
        metrics.describe("cordon_known_ids", .gauge, "Ids of transactions whose repeats are told from new ones.")
        metrics.describe(
            "cordon_transactions_marked_total", .counter, "Transactions scored though late or ahead of the clock.")
        return metrics
    }
}
