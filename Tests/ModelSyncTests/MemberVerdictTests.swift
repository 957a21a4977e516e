import Evaluation
import EventLogs
import Keys
import LocalStore
import Manifests
import Model
import ModelSync
import PipelineFiles
import Records
import Roles
import Stages
import Support
import Telemetry
import Testing

@Suite("A member's verdict")
struct MemberVerdictTests {
    private let told: ToldValidations
    private let candidate: ValidateTask.Challenger
    private let metrics = Metrics(describing: RoleMetrics.agent)
    private let lines = CapturedLines()
    private let a = SyncWorld.members[0]
    private let b = SyncWorld.members[1]
    private let c = SyncWorld.members[2]
    private let rule: MemberRule

    /// The challenger has bank A's frauds where the champion has its legitimate rows, and finds all of bank B's. Bank C has few.
    private static func counts(_ members: [MemberID]) -> [MemberID: ToldValidations.Counts] {
        [
            members[0]: .init(
                challenger: ([10, 10, 40, 40], [12, 0, 0, 0]), champion: ([40, 40, 10, 10], [0, 0, 2, 10])),
            members[1]: .init(
                challenger: ([90, 9, 1, 0], [0, 0, 1, 30]), champion: ([40, 40, 10, 10], [0, 11, 10, 10])),
            members[2]: .init(challenger: ([9, 0, 0, 1], [1, 0, 0, 0]), champion: ([9, 1, 0, 0], [0, 0, 0, 1])),
        ]
    }

    init() throws {
        rule = try MemberRule(leastFrauds: 20)
        told = try ToldValidations()
        candidate = .candidate(try told.train().digest)
        for window in 0..<2 as Range<Int64> {
            let begin = 240 + 50 * window
            try told.validate(candidate, on: begin..<begin + 50, Self.counts(SyncWorld.members))
        }
    }

    private func version(_ history: SyncHistory) throws -> SyncVersion { try #require(history.versions.last) }

    private func stage(_ member: MemberID) throws -> VerdictStage {
        VerdictStage(
            try ToldValidations.sync(of: member, in: told.world), rule: rule, metrics: metrics,
            logger: lines.logger(member.name))
    }

    private func turn(_ stage: VerdictStage) throws { _ = try stage.turn(until: told.world.clock.now) }

    private func told(_ verdict: String) -> Double { metrics.value(.syncVerdicts, .init("verdict", verdict)) }

    private func records() throws -> [LogRecord] {
        let partition = TopicPartition(Topics.sync)
        return try told.world.log.reader(at: [Position(partition, 0)]).available(limit: 1_000)
    }

    // MARK: Figures

    @Test("rests on its own transactions of all windows of the version, and on no other's")
    func figures() throws {
        for (member, counts) in Self.counts(SyncWorld.members) {
            let sync = try ToldValidations.sync(of: member, in: told.world)
            let validation = try sync.validation(of: version(sync.history))
            #expect(validation.champion == told.world.champion && validation.comparison.windows.count == 2)
            #expect(validation.comparison.challenger.frauds == counts.challenger.frauds.map { 2 * Int($0) })
            #expect(validation.comparison.challenger.legitimate == counts.challenger.legitimate.map { 2 * Int($0) })
            #expect(validation.comparison.champion.frauds == counts.champion.frauds.map { 2 * Int($0) })
            #expect(validation.comparison.champion.legitimate == counts.champion.legitimate.map { 2 * Int($0) })
            // As it would be sealed: of all members' transactions.
            let all = try #require(SyncFigures(version(sync.history), in: sync.history))
            #expect(try validation.calibration == all.comparison.challenger.calibration())
            let champion = try #require(try sync.champion(of: validation))
            #expect(champion.version == "v1" && champion.calibration?.points.count == 1)
        }
    }

    @Test("leaves windows out in which the member has nothing, and counts one once that was validated again")
    func windows() throws {
        let counts = Self.counts(SyncWorld.members)
        try told.validate(candidate, on: 340..<390, counts.filter { $0.key != b })
        try told.validate(candidate, on: 240..<290, counts)
        let sync = try ToldValidations.sync(of: b, in: told.world)
        #expect(try sync.validation(of: version(sync.history)).comparison.windows.count == 2)
        let other = try ToldValidations.sync(of: a, in: told.world)
        #expect(try other.validation(of: version(other.history)).comparison.windows.count == 3)
    }

    @Test("is refused by name where there is nothing to say it of, or with other keys")
    func errors() throws {
        let fresh = try ToldValidations()
        let trained = try fresh.train()
        let sync = try ToldValidations.sync(of: a, in: fresh.world)
        #expect(throws: MemberSyncError.notValidated("v2")) { try sync.validation(of: version(sync.history)) }
        try fresh.validate(
            .candidate(trained.digest), on: 240..<290, Self.counts(SyncWorld.members).filter { $0.key != a })
        try sync.read()
        #expect(throws: MemberSyncError.noRows(a, "v2")) { try sync.validation(of: version(sync.history)) }
        let (world, member) = (fresh.world, try #require(fresh.world.roster.members.first { $0.id == a }))
        let wrong = try ToldValidations.keystore(of: b, in: world)
        #expect(throws: MemberSyncError.otherKeys(a, keys: wrong.directory)) {
            try MemberSync(member, of: world.roster, keystore: wrong, log: world.log)
        }
        let sentences = [MemberSyncError.otherKeys(a, keys: "k"), .notValidated("v2"), .noRows(a, "v2")].map(
            \.description)
        #expect(Set(sentences).count == 3 && sentences.allSatisfy { $0.contains("v2") || $0.contains("bank-a") })
    }

    @Test(
        "opens what was sealed to the member in each order's epoch of keys, and signs by the newest, until old keys are erased"
    )
    func epochs() throws {
        let fresh = try ToldValidations()
        let world = fresh.world
        let trained = try fresh.train()
        let counts = Self.counts(SyncWorld.members)
        try fresh.validate(.candidate(trained.digest), on: 240..<290, counts)
        let sync = try ToldValidations.sync(of: a, in: world)
        let keystore = FileKeystore(directory: world.folder.path("keys-\(a)"))
        let renewal = MemberRenewal(world.roster, keystore: keystore, log: world.log, clock: world.clock)
        let keys = try renewal.offer(identity: true, hpke: true).offer.keys
        try world.rotateKeys()
        let later = try fresh.validate(
            .candidate(trained.digest), on: 290..<340, counts, keys: [a: keys.hpke])
        #expect(later.order.epoch == KeyEpoch(2))
        try sync.read()
        #expect(try sync.validation(of: version(sync.history)).comparison.windows.count == 2)
        // What the old identity says counts no more.
        let verdict = SyncStatement.verdict(try MemberVerdict(order: later.digest, isWorse: true))
        let stolen = try verdict.record(
            by: .member(a), consortium: "c", key: SyncWorld.key(SyncWorld.identity(a)))
        try world.log.append([NewRecord(TopicPartition(Topics.sync), value: stolen)])
        try sync.read()
        #expect(sync.history.job(later.digest)?.verdicts.isEmpty == true)
        try sync.say(isWorse: true, on: later.digest)
        #expect(sync.history.job(later.digest)?.verdicts[a]?.isWorse == true)
        // Who begins anew has both, too.
        let again = try MemberSync(
            #require(world.roster.members.first { $0.id == a }), of: world.roster, keystore: keystore, log: world.log,
            clock: world.clock)
        #expect(try again.validation(of: version(again.history)).comparison.windows.count == 2)
        try keystore.erase("hpke")
        #expect(throws: MemberSyncError.keysGone(KeyEpoch(1))) { try sync.validation(of: version(sync.history)) }
    }

    // MARK: By the agent

    @Test("is said by the agent once: worse, no worse, and nothing of few frauds")
    func automatic() throws {
        let before = try records().count
        for member in SyncWorld.members {
            let stage = try stage(member)
            for _ in 0..<3 { try turn(stage) }
        }
        // One that begins anew says nothing twice.
        for member in SyncWorld.members { try turn(stage(member)) }
        #expect(try records().count == before + 2)
        try told.coordinator.read()
        let version = try version(told.coordinator.history)
        let jobs = version.validations.compactMap { told.coordinator.history.job($0) }
        #expect(jobs[0].verdicts.isEmpty)
        #expect(jobs[1].verdicts.mapValues(\.isWorse) == [a: true, b: false])
        #expect(jobs[1].verdicts.values.allSatisfy { $0.figures.isEmpty })
        #expect(told.coordinator.takeRefused().isEmpty)
        #expect(told("worse") == 1 && told("no_worse") == 1 && told("none") == 2)
        #expect(lines.entries.count == 4)
        #expect(lines.text.contains("notice told the consortium: worse") && lines.text.contains("there are 2 frauds"))
        #expect(lines.entries.allSatisfy { $0.metadata.contains("v2") })
    }

    @Test("is said of a later window again, and the last one counts")
    func again() throws {
        let stage = try stage(a)
        try turn(stage)
        var better = Self.counts(SyncWorld.members)
        let frauds: UInt32 = 400
        better[a] = .init(
            challenger: ([90, 9, 1, 0], [0, 0, 0, frauds]), champion: ([90, 9, 1, 0], [0, 0, frauds, 0]))
        try told.validate(candidate, on: 340..<390, better)
        try turn(stage)
        try told.coordinator.read()
        let history = told.coordinator.history
        let said = try version(history).validations.compactMap { history.job($0)?.verdicts[a]?.isWorse }
        #expect(said == [true, false])
        #expect(try SyncFigures(version(history), in: history)?.verdicts[a]?.isWorse == false)
    }

    @Test("is not said once the version is decided on")
    func decided() throws {
        let planner = try SliceTests.planner()
        let coordinator = told.coordinator
        let form = try #require(try coordinator.manifest(told.world.champion))
        let trained = try version(coordinator.history)
        let figures = try #require(SyncFigures(trained, in: coordinator.history))
        let sealing = try planner.sealing(
            of: trained, by: figures, form: form, consortium: "c", rounded: false)
        let sealed = try told.end(coordinator.order(.seal(sealing), within: 60)) { _ in
            .sealed(
                try SealedReport(encapsulated: [UInt8](repeating: 1, count: 32), box: [UInt8](repeating: 2, count: 40)))
        }
        guard case .sealed(let model) = sealed.outcome else { throw SyncWorld.Stuck() }
        // Its calibration is the sealed one's now.
        let sync = try ToldValidations.sync(of: a, in: told.world)
        let calibration = try sync.validation(of: version(sync.history)).calibration
        #expect(try calibration == figures.comparison.challenger.calibration())
        _ = try coordinator.decide(
            .turnDown, model: model, previous: told.world.champion, reason: "by hand", figures: [])
        let before = try records().count
        try turn(stage(a))
        #expect(try records().count == before && lines.entries.isEmpty)
    }

    @Test("is not said where a party's box is none of the member's; the agent names the party and goes on")
    func unreadable() throws {
        let job = try told.order(candidate, on: 340..<390)
        let counts = Self.counts(SyncWorld.members)
        let (right, wrong) = (
            try ToldValidations.boxes(of: counts, order: job.digest),
            try ToldValidations.boxes(of: counts, order: .zero)
        )
        let opened = try ToldValidations.opened(Array(counts.values))
        try told.end(job) { party in
            .validated(try ValidatedReport(opened: opened, boxes: (party == .one ? wrong : right)[party] ?? []))
        }
        let before = try records().count
        let stage = try stage(a)
        for _ in 0..<3 { try turn(stage) }
        #expect(try records().count == before && told("none") == 1)
        #expect(lines.entries.count == 1)
        #expect(lines.text.contains("error no verdict: the box of \(PartyID.one.name) does not open"))
        // The next version is another story.
        let next = try told.train("v3")
        try told.validate(.candidate(next.digest), on: 390..<440, counts.mapValues { $0 + $0 })
        try turn(stage)
        #expect(told("worse") == 1)
    }

    // MARK: What it tells

    @Test("holds the bit, and nothing else that hangs on the member's counts")
    func bit() throws {
        let order = try #require(try version(told.coordinator.history).validations.last)
        let first = try records().count
        for member in [a, b] {
            try ToldValidations.sync(of: member, in: told.world).say(isWorse: true, on: order)
        }
        try ToldValidations.sync(of: c, in: told.world).say(isWorse: false, on: order)
        let said = try records().dropFirst(first).map { record in
            let wire = try #require(WireSyncRecord(decoding: record.value ?? []))
            #expect(record.key == nil && record.headers.isEmpty)
            return Array(wire.body)
        }
        // The same of two members whose counts are far from each other: consortium, order, bit.
        #expect(said.count == 3 && said[0] == said[1])
        var body = try #require(WireSyncBody(decoding: said[0]))
        #expect(body.verdict.worse && body.verdict.figures.isEmpty && Array(body.verdict.order) == order.bytes)
        #expect(body.encoded == said[0])
        body.verdict.worse = false
        #expect(body.encoded == said[2])
    }

    @Test("of worse keeps a version from being promoted, unless the loss that is told is one that the rule bears")
    func promotion() throws {
        let order = try #require(try version(told.coordinator.history).validations.last)
        func reasons(_ most: Double) throws -> [PromotionVerdict.Reason] {
            try told.coordinator.read()
            let figures = try #require(SyncFigures(version(told.coordinator.history), in: told.coordinator.history))
            let rule = try PromotionRule(leastFrauds: 1, leastGain: 0, confidence: 0.5, mostMemberLoss: most)
            guard case .refuse(let reasons) = figures.verdict(by: rule, approvals: []) else { return [] }
            return reasons
        }
        let others = try reasons(1)
        try ToldValidations.sync(of: b, in: told.world).say(isWorse: true, on: order)
        #expect(try reasons(1) == others + [.member(b, loss: nil, most: 1)])
        let sync = try ToldValidations.sync(of: a, in: told.world)
        let validation = try sync.validation(of: version(sync.history))
        let loss = try #require(validation.loss(confidence: 0.9))
        #expect(loss.value > 0.2 && loss.low <= loss.value && loss.value <= loss.high)
        let gain = try #require(validation.comparison.gain(confidence: 0.9)).estimate
        #expect(loss.value == -gain.value)
        try sync.say(isWorse: true, telling: [loss], on: order)
        #expect(try reasons(loss.value) == others + [.member(b, loss: nil, most: loss.value)])
        let less = loss.value.nextDown
        #expect(
            try reasons(less) == others + [.member(a, loss: loss.value, most: less), .member(b, loss: nil, most: less)])
        // Once is enough.
        let before = try records().count
        #expect(throws: SyncRefusal.alreadyTold(a)) { try sync.say(isWorse: false, on: order) }
        #expect(throws: SyncRefusal.unknownOrder) { try sync.say(isWorse: false, on: .zero) }
        #expect(try records().count == before)
    }
}

@Suite("Members' verdicts on what three parties validated", .serialized)
struct MemberSliceTests {
    @Test("are by figures that equal those in the clear, and reach the promotion's rule")
    func whole() throws {
        let world = try SyncWorld()
        try world.start()
        let coordinator = try world.coordinator()
        let order = try coordinator.order(world.training(), within: 3600)
        let forest = try SliceTests.reference(world, SliceTests.trained(world.ended(order.digest)))
        try coordinator.read()
        let version = try #require(coordinator.history.versions.last)
        let champion = try #require(try coordinator.manifest(world.champion))
        let planner = try SliceTests.planner()
        for window in try planner.windows(world.rows.later, labels: 0) {
            let job = try coordinator.order(
                .validate(planner.validation(of: version, against: champion, on: window)), within: 3600)
            _ = try world.ended(job.digest)
        }
        world.stop()
        let rule = try MemberRule(leastFrauds: 1, leastLoss: 0, confidence: 0.5)
        let before = try world.rows.championModel.forest
        let metrics = Metrics(describing: RoleMetrics.agent)
        var expected: [MemberID: Bool] = [:]
        for (place, member) in SyncWorld.members.enumerated() {
            let sync = try ToldValidations.sync(of: member, in: world)
            let validated = try #require(sync.history.versions.last)
            let own = try sync.validation(of: validated).comparison
            let rows = world.rows.later.map { Int($0) }.filter { world.rows.owners[$0] == UInt16(place) }
            #expect(own.windows.count == 2 && own.champion.rows == rows.count)
            for (histogram, forest) in [(own.champion, before), (own.challenger, forest)] {
                let clear = try ScoreHistogram(
                    fractionBits: histogram.fractionBits, thresholds: histogram.thresholds,
                    counting: rows.map {
                        (forest.score(thermometer: world.rows.thermometers[$0]), world.rows.frauds[$0])
                    })
                #expect(histogram == clear)
            }
            if case .worse = rule.judge(own) { expected[member] = true } else { expected[member] = false }
            let stage = VerdictStage(sync, rule: rule, metrics: metrics, logger: world.lines.logger(member.name))
            _ = try stage.turn(until: world.clock.now)
        }
        try coordinator.read()
        let told = try #require(coordinator.history.versions.last)
        let figures = try #require(SyncFigures(told, in: coordinator.history))
        #expect(figures.verdicts.mapValues(\.isWorse) == expected)
        #expect(coordinator.takeRefused().isEmpty)
    }
}

extension ToldValidations {
    /// A folder with a member's keys.
    static func keystore(of member: MemberID, in world: SyncWorld) throws -> FileKeystore {
        let keystore = FileKeystore(directory: world.folder.path("keys-\(member)"))
        try keystore.store(SyncWorld.key(SyncWorld.identity(member)))
        try keystore.store(HPKEPrivateKey(bytes: SyncWorld.identity(member)))
        return keystore
    }

    /// A member's side, as it begins.
    static func sync(of member: MemberID, in world: SyncWorld) throws -> MemberSync {
        try MemberSync(
            #require(world.roster.members.first { $0.id == member }), of: world.roster,
            keystore: keystore(of: member, in: world), log: world.log, clock: world.clock)
    }
}
