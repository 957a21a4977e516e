package import Audit
package import Evaluation
package import EventLogs
package import Formats
package import Ingest
package import Keys
package import Logging
import Manifests
package import Model
package import PipelineFiles
package import Policy
import Records
import Secrets
package import Stages
import Telemetry
import Tokens

/// A member's agent as one process: it takes transactions in, decides on their scores, and answers over HTTP.
package struct AgentRole: Sendable {
    let member: Roster.Member
    let roster: Roster
    let keystore: any Keystore
    let spec: BinnedSpec
    /// Where `spec` was read from, for errors.
    let binsFile: String
    let mapping: Mapping
    let rules: ValidationRules
    let policy: PolicyInForce
    /// Where the policy is read from again; nil for one that stays.
    let policySource: PolicySource?
    /// The member's own model, set beside the consortium's; nil for none.
    let own: OwnModel?
    /// A second feature spec, whose bits go out beside the first one's, and where it was read from; nil for none.
    let shadow: (spec: ShadowSpec, file: String)?
    let fallback: FallbackPolicy
    /// The code of the member's own bank, for account numbers without one.
    let bankCode: String?
    /// By which rule the agent says of validations whether a challenger does worse for the member; nil where it says nothing.
    let verdicts: MemberRule?
    let form: any AgentForm
    /// The stores of a partition's state (`agentState`) and of its tokens (`tokenState`).
    let stores: any StateStores
    let instance: String?
    let sessionTimeout: Duration
    let log: any EventLog
    let clock: any StageClock
    let logger: Logger
    /// Where the member's audit log is; nil for none. Of several agents of a member one alone has it.
    let audit: (any AuditStorage)?
    /// What the member uses scores for.
    let purpose: String

    package init(
        member: Roster.Member, roster: Roster, keystore: any Keystore, spec: BinnedSpec, binsFile: String,
        mapping: Mapping, rules: ValidationRules, policy: DecisionPolicy, policySource: PolicySource? = nil,
        own: OwnModel? = nil,
        shadow: (spec: ShadowSpec, file: String)? = nil,
        fallback: FallbackPolicy, bankCode: String?, verdicts: MemberRule? = nil,
        form: any AgentForm, stores: any StateStores, instance: String?, sessionTimeout: Duration,
        log: any EventLog, clock: any StageClock = SystemClock(), logger: Logger, audit: (any AuditStorage)? = nil,
        purpose: String = ConsortiumAgreement.purpose
    ) {
        self.member = member
        self.roster = roster
        self.keystore = keystore
        self.spec = spec
        self.binsFile = binsFile
        self.mapping = mapping
        self.rules = rules
        self.policy = PolicyInForce(policy)
        self.policySource = policySource
        self.own = own
        self.shadow = shadow
        self.fallback = fallback
        self.bankCode = bankCode
        self.verdicts = verdicts
        self.form = form
        self.stores = stores
        self.instance = instance
        self.sessionTimeout = sessionTimeout
        self.log = log
        self.clock = clock
        self.logger = logger
        self.audit = audit
        self.purpose = purpose
    }

    /// The roster's entry of a member.
    package static func member(_ name: String, of roster: Roster) throws(RoleError) -> Roster.Member {
        guard let member = roster.members.first(where: { $0.id.name == name }) else {
            throw .unknownMember(name)
        }
        return member
    }

    /// Works until told to stop.
    ///
    /// - Parameters:
    ///   - front: nil without an HTTP front.
    ///   - metricsFile: nil for none.
    package func run(front: AgentFront.Settings?, metricsFile: String?, until stop: StopFlag) throws {
        let metrics = Metrics(describing: RoleMetrics.agent)
        let audit = try openAudit()
        let partitions = try partitions(metrics, host: ThreadHost(clock: clock), audit ?? NoAudit())
        var threads = StageThreads()
        if let audit { threads.add(auditing(audit, metrics), clock: clock, stop: stop) }
        threads.add(membership(of: partitions), clock: clock, stop: stop)
        if let asking = asking(of: partitions, metrics) { threads.add(asking, clock: clock, stop: stop) }
        threads.add(keys(of: partitions, metrics), clock: clock, stop: stop)
        threads.add(
            KeyWatch.plan(keystore, clock: clock, metrics: metrics, logger: logger), clock: clock, stop: stop)
        if let watching = watching(metrics) { threads.add(watching, clock: clock, stop: stop) }
        if let verdicts { threads.add(judging(by: verdicts, metrics, audit ?? NoAudit()), clock: clock, stop: stop) }
        let exposition = MetricsFile(path: metricsFile ?? "", metrics: metrics, log: log) {
            metrics.set(.transactionsWaiting, to: Double(partitions.waiting))
            metrics.set(.knownIDs, to: Double(partitions.knownIDs))
            if spec.spec.tellsLabels {
                metrics.set(.labelsWaiting, to: Double(partitions.unlabelled))
            }
        }
        if metricsFile != nil { threads.add("metrics") { exposition.run(until: stop) } }
        if let front {
            try AgentFront(
                member: member.id, log: log, mapping: mapping, rules: rules, fallback: fallback, settings: front,
                metrics: metrics, exposition: { exposition.text }, owned: { partitions.count }, logger: logger
            ).add(to: &threads, until: stop)
        }
        logger.notice("agent started")
        try threads.run(stop: stop)
        logger.notice("agent stopped")
    }

    /// The agent as two stages: what it gives its partitions to `host` for, and what goes with the epochs of keys.
    package func stages(host: any StageHost) throws -> [StagePlan] {
        let metrics = Metrics(describing: RoleMetrics.agent)
        let partitions = try partitions(metrics, host: host)
        return [membership(of: partitions), keys(of: partitions, metrics)]
            + [asking(of: partitions, metrics)].compactMap { $0 }
    }

    /// The stage that asks the parties why alerts were ones; nil where the agreement opens no reasons.
    private func asking(of partitions: AgentPartitions, _ metrics: Metrics) -> StagePlan? {
        guard let opened = partitions.reasons else { return nil }
        let sessions = partitions.sessions
        return StagePlan("reasons", isBackground: true) { error in
            logger.error("\(error)", metadata: ["stage": "reasons"])
            metrics.add(1, to: .logErrors)
        } make: {
            let cards = try ModelCards(
                consortium: roster.consortium, coordinator: roster.coordinator, log: log, logger: logger)
            return ReasonAsker(
                ReasonAsker.Terms(
                    member: member.id, specs: [spec] + (shadow.map { [$0.spec.spec] } ?? []), daily: opened.daily,
                    sealing: sessions.sealing, random: randomBytes),
                log: log, sessions: { sessions.session($0, $1) }, card: cards.card, clock: clock, metrics: metrics,
                logger: logger)
        }
    }

    private func keys(of partitions: AgentPartitions, _ metrics: Metrics) -> StagePlan {
        StagePlan("keys") { error in
            logger.error("\(error)", metadata: ["stage": "keys"])
            metrics.add(1, to: .logErrors)
        } make: {
            MemberKeyStage(partitions.sessions, clock: clock) { try checkPurpose(partitions.sessions.book.agreement) }
        }
    }

    private func partitions(
        _ metrics: Metrics, host: any StageHost, _ audit: any AuditWriter = NoAudit()
    ) throws -> AgentPartitions {
        try checks.run()
        // Before the member announces anything.
        try checkPurpose(EpochBook(roster, log: log).agreement)
        let sessions = try openSessions(member, roster, keystore, log, logger)
        let partitions = AgentPartitions(of: self, sessions: sessions, host: host, metrics: metrics)
        if partitions.reasons != nil {
            try [Topics.reasons, Topics.reasons(member.id), Topics.contributions(member.id)]
                .map { Check.topic($0, in: log) }.run()
        }
        let now = sessions.sealing.now
        audit.write(Self.announced(now.sessions, epoch: now.number))
        for rule in policy.current.rules {
            metrics.add(0, to: .rulesMatched, .init("rule", rule.id), .init("mode", rule.mode.rawValue))
        }
        return partitions
    }

    private func checkPurpose(_ agreement: ConsortiumAgreement) throws(RoleError) {
        guard agreement.purposes.contains(purpose) else {
            throw .purposeNotAgreed(purpose, agreed: agreement.purposes)
        }
    }

    /// The stage that takes up a changed policy.
    private func watching(_ metrics: Metrics) -> StagePlan? {
        policySource.map { source in
            StagePlan("policy", isBackground: true) { [policy, logger] in
                PolicyWatch(source, policy, metrics: metrics, logger: logger)
            }
        }
    }

    /// The stage that says of validations whether a challenger does worse for the member.
    private func judging(by rule: MemberRule, _ metrics: Metrics, _ audit: any AuditWriter) -> StagePlan {
        StagePlan("verdicts", isBackground: true) { error in
            logger.error("\(error)", metadata: ["stage": "verdicts"])
            metrics.add(1, to: .logErrors)
        } make: {
            let sync = try MemberSync(member, of: roster, keystore: keystore, log: log, clock: clock)
            return VerdictStage(sync, rule: rule, metrics: metrics, logger: logger, audit: audit)
        }
    }

    private func membership(of partitions: AgentPartitions) -> StagePlan {
        // Positions are kept under another group: Kafka takes commits for a group with members from these alone.
        let group = GroupSettings(
            group: "\(member.id).agents", topics: [Topics.transactions(member.id)], instance: instance,
            sessionTimeout: sessionTimeout)
        return StagePlan("partitions") { AgentMembership(group, partitions: partitions, log: log, clock: clock) }
    }

    /// The checks at the agent's start, in order: topics that it can't do without are there, and keep what its windows
    /// are filled again from; and its bins are the consortium's.
    package var checks: [Check] {
        let id = member.id
        var topics = [
            Topics.transactions(id), Topics.sealed, Topics.decisions(id), Topics.alerts(id), Topics.receipts(id),
        ]
        var reach = FeatureEngine(
            spec: FeatureSpec(
                name: spec.spec.name,
                features: spec.spec.own.features + policy.windows + (shadow?.spec.windows ?? []))
        ).retention
        topics += AgentTokens.topics(id, spec.spec)
        if spec.spec.tellsLabels {
            // An agent without its state has to find the events again whose labels have not left.
            reach = max(reach, spec.spec.labelHistory)
        }
        if verdicts != nil { topics.append(Topics.sync) }
        if audit != nil { topics.append(Topics.audit) }
        let needs = TopicNeeds(
            compacted: [Topics.manifests],
            complete: [Topics.sessions] + (verdicts == nil ? [] : [Topics.sync])
                + (spec.spec.tokenEntities.isEmpty ? [] : [Topics.tokenKeys]),
            kept: [Topics.transactions(id): .seconds(reach)])
        return topics.map { .topic($0, in: log) } + needs.checks(log, logger) + [Check("feature bins", agreeOnBins)]
    }

    /// Members agree on one spec by its digest: where models were dealt, one of them must be for these bins.
    @Sendable private func agreeOnBins() throws {
        let dealt = try ModelCards(
            consortium: roster.consortium, coordinator: roster.coordinator, log: log, logger: logger
        ).featureSpecs()
        func check(_ spec: BinnedSpec, _ file: String) throws {
            guard !dealt.values.contains(spec.id) else { return }
            throw RoleError.otherBins(
                file: file, digest: specDigest(spec.id),
                models: dealt.sorted { $0.key < $1.key }.map { "model \($0.key) is for \(specDigest($0.value))" })
        }
        if !dealt.isEmpty { try check(spec, binsFile) }
        // A spec is the next one by a model that was dealt for it.
        if let shadow { try check(shadow.spec.spec, shadow.file) }
    }
}
