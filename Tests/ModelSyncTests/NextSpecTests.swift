import Audit
import Evaluation
import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Model
import ModelSync
import Records
import Roles
import Support
import Synchronization
import Testing
import ThreeParty

/// The way of a model of the next feature spec, while the one in force is of another: six of seven rows are of both.
@Suite("A challenger of another feature spec", .serialized)
struct NextSpecTests {
    private let world: SyncWorld
    private let coordinator: SyncCoordinator
    private let work: SyncWork
    /// The digest of a model that was dealt for the next spec, and is in force nowhere.
    private let dealt: Digest32
    private var rows: ClearRows { world.rows }

    init() throws {
        world = try SyncWorld(rows: ClearRows(rows: 240, later: 600))
        try world.log.create([TopicSettings(name: Topics.labels)])
        dealt = try SyncWorld.deal(world.rows.nextModel, world.log)
        coordinator = try world.coordinator()
        work = SyncWork(coordinator, try SliceTests.planner(), isStopping: { false })
    }

    // MARK: The log

    /// The parties have scored up to an offset, some time later.
    private func score(to end: Int64, by model: Digest32) throws {
        world.clock.advance(.seconds(1))
        let sealed = TopicPartition(Topics.sealed)
        let missing = max(0, end - (try world.log.end(of: sealed)))
        try world.log.append((0..<missing).map { _ in NewRecord(sealed, value: WireSealedRecord().encoded) })
        var decision = WireBatchDecision()
        (decision.first, decision.end) = (end, end)
        decision.modelDigest = Data(model.bytes)
        try world.log.append([NewRecord(TopicPartition(Topics.batches), value: decision.encoded)])
    }

    /// Announcements on the log as a party takes them, each with the kind of the record before it.
    private func announcements() throws -> [(announced: SpecAnnouncement, isBehindActivation: Bool)] {
        let sealed = try world.log.reader(at: [Position(TopicPartition(Topics.sealed), 0)]).available(limit: 10_000)
        let bodies = sealed.map { $0.value.flatMap { WireSealedRecord(decoding: $0) }?.body }
        return try bodies.indices.compactMap { at in
            guard case .specAnnouncement(let wire) = bodies[at] else { return nil }
            var isBehind = false
            if at > 0, case .activation = bodies[at - 1] { isBehind = true }
            return (
                try SpecAnnouncement(
                    verifying: wire, consortium: "c", partition: 0,
                    coordinator: SyncWorld.key(SyncWorld.coordinator).verifyingKey), isBehind
            )
        }
    }

    private func task(window: Range<Int64>? = nil) throws -> TrainTask {
        try TrainTask(
            version: "v2", formModel: dealt, window: SyncWindow(window ?? rows.trained, labels: 0), rule: rows.rule,
            frequencies: rows.nextFrequencies, admitted: SyncWorld.members.sorted(), leastRows: 1, leastFrauds: 1)
    }

    private var champion: ModelManifest {
        get throws { try #require(try coordinator.manifest(world.champion)) }
    }

    // MARK: The whole way

    @Test("is trained, held against the champion on rows of both, sealed, promoted, watched and taken back")
    func whole() throws {
        try world.start()
        try score(to: 240, by: world.champion)
        let form = try #require(try coordinator.newestModel(of: rows.next.id))
        #expect(form.digest == dealt)
        try coordinator.announce(next: form)
        let version = try work.train(task()) { _ in }
        #expect(version.trained.rows == rows.both(rows.trained).count && version.trained.rows < 240)
        let forest = try ReferenceTrainer(
            rule: rows.rule, frequencies: rows.nextFrequencies, coin: TrainingCoin(digest: version.trained.coin)
        ).train(rows.nextColumns(rows.trained))
        // Beside the champion, before it is sealed.
        try score(to: 400, by: world.champion)
        let figures = try work.validate(version, against: champion) { _, _, _ in }
        #expect(figures.jobs.count == 2)
        for job in figures.jobs { try expectCounts(job, challenger: forest) }
        // Sealed under the spec that it reads.
        let sealed = try work.seal(version) { _ in }
        let model = try #require(sealed.sealed?.model)
        let manifest = try #require(try coordinator.manifest(model))
        #expect(manifest.featureSpec == rows.next.id && manifest.ownFeatures == [3, 11, 1])
        #expect(try OpenedModel(manifest).forest.trees == forest.trees)
        #expect(try coordinator.newestModel(of: rows.next.id)?.digest == model)
        // In force at one record; the spec before is the next one from there on.
        let decision = try work.promote(sealed, force: "a new spec")
        #expect(try coordinator.modelInForce() == model)
        var told = try announcements()
        #expect(told.map(\.announced.spec?.id) == [rows.next.id, rows.spec.id])
        #expect(told.map(\.isBehindActivation) == [false, true])
        #expect(told[1].announced.sequence == decision.sequence && told[0].announced.sequence < decision.sequence)
        // Watched beside the one before, which now is the one of another spec.
        try score(to: 560, by: model)
        let watched = try work.validate(sealed, against: champion) { _, _, _ in }
        let later = watched.jobs.filter { $0.order.task.window?.range.lowerBound ?? 0 >= 400 }
        #expect(later.count == 2)
        for job in later { try expectCounts(job, challenger: forest) }
        _ = try work.rollback(reason: "the trial is over")
        #expect(try coordinator.modelInForce() == world.champion)
        told = try announcements()
        #expect(told.map(\.announced.spec?.id) == [rows.next.id, rows.spec.id, rows.next.id])
        // And none any more.
        world.clock.advance(.seconds(1))
        try coordinator.announce(next: nil)
        told = try announcements()
        #expect(told.count == 4 && told[3].announced.spec == nil)
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.announced.sequence < $1.announced.sequence })
        world.stop()
        #expect(coordinator.takeRefused().isEmpty)
        let collecting = world.coordinatorNotes.events.filter { $0.kind == .collecting }
        #expect(collecting.map(\.fields[.outcome]) == ["begun", "begun", "begun", "ended"])
    }

    /// Counts are those of each model's scores in the clear, of its own rows of the same events: of all members and of each.
    private func expectCounts(_ job: SyncJob, challenger forest: Forest) throws {
        guard case .validate(let task) = job.order.task, case .validated(let opened) = job.outcome else {
            Issue.record("\(job.standing)")
            return
        }
        let places = rows.both(task.window.range)
        #expect(places.count < task.window.range.count)
        func expected(
            _ forest: Forest, _ thermometers: [[UInt8]], _ thresholds: ValidateTask.Thresholds?,
            of member: UInt16? = nil
        ) throws -> BinCounts {
            let thresholds = try #require(thresholds)
            let histogram = try ScoreHistogram(
                fractionBits: thresholds.fraction, thresholds: thresholds.scores,
                counting: places.filter { member == nil || rows.owners[$0] == member }.map {
                    (forest.score(thermometer: thermometers[$0]), rows.frauds[$0])
                })
            return try BinCounts(
                legitimate: histogram.legitimate.map { UInt32($0) }, frauds: histogram.frauds.map { UInt32($0) })
        }
        let before = try rows.championModel.forest
        #expect(try opened.challenger == expected(forest, rows.nextThermometers, task.challengerThresholds))
        #expect(try opened.champion == expected(before, rows.thermometers, task.championThresholds))
        for (place, member) in SyncWorld.members.enumerated() {
            let own = try MemberCounts(
                of: member, from: job, key: HPKEPrivateKey(bytes: SyncWorld.identity(member)))
            let place = UInt16(place)
            #expect(
                try own.challenger
                    == expected(forest, rows.nextThermometers, task.challengerThresholds, of: place))
            #expect(try own.champion == expected(before, rows.thermometers, task.championThresholds, of: place))
        }
        // How often bits are set is opened of the champion's alone.
        let sums = BitColumns(
            thermometers: places.map { rows.thermometers[$0] }, bits: rows.spec.bits,
            fraud: places.map { rows.frauds[$0] }
        ).ones
        #expect(
            try opened.features.map { try $0 == FeatureCounts(rows: places.count, ones: sums.map { UInt32($0) }) }
                ?? true)
    }

    // MARK: Refused

    /// Rows of which one form is changed on its way.
    private struct Changed: SyncRowSource {
        let rows: ClearRows.Source
        let change: @Sendable (SyncRows) throws -> SyncRows

        func rows(
            _ range: Range<Int64>, labels: Int64, form: ModelManifest, beside other: ModelManifest?,
            under epoch: KeyEpoch?
        ) throws -> SyncRows {
            let found = try rows.rows(range, labels: labels, form: form, beside: other, under: epoch)
            return other == nil ? found : try change(found)
        }
    }

    /// How a validation ends where each party's rows of two forms are changed; that the champion stays, and that the same
    /// validation is done afterwards.
    private func refusal(
        by parties: [PartyID] = PartyID.allCases, _ change: @escaping @Sendable (SyncRows) throws -> SyncRows
    ) throws -> (code: String, text: String) {
        let whole = world.sources.withLock { $0 }
        for party in parties {
            world.sources.withLock { $0[party] = .some(Changed(rows: rows.source(party), change: change)) }
        }
        try world.start()
        try score(to: 240, by: world.champion)
        let version = try work.train(task()) { _ in }
        try score(to: 400, by: world.champion)
        var refused: (code: String, text: String)?
        do {
            _ = try work.validate(version, against: champion) { _, _, _ in }
        } catch SyncWork.Failure.job(_, .refused(_, let code, let text)) { refused = (code, text) }
        world.stop()
        #expect(try coordinator.modelInForce() == world.champion)
        world.sources.withLock { $0 = whole }
        try world.start()
        #expect(try work.validate(version, against: champion) { _, _, _ in }.jobs.count == 2)
        world.stop()
        return try #require(refused)
    }

    private static func none(_ rows: SyncRows, beside bits: Int) -> SyncRows {
        SyncRows(
            source: TrainingSource(
                rows: TrainingRows(bits: rows.source.rows.bits), members: rows.source.members, memberOf: [],
                offsets: [],
                digest: .zero), events: 0, otherForms: 80, beside: TrainingRows(bits: bits))
    }

    @Test("is refused where no row of the window is of both specs, with what to do")
    func noneOfBoth() throws {
        let said = try refusal { Self.none($0, beside: 15) }
        #expect(said.code == "other-form" && said.text.contains("cordon sync collect"))
    }

    @Test("is refused where its rows are of other bits than it reads")
    func otherBits() throws {
        let said = try refusal { found in
            // As many rows of one bit.
            var short = TrainingRows(bits: 1)
            for at in 0..<found.source.rows.count {
                short.append(BitShares(first: [0], second: [0]), label: found.source.rows[at].label)
            }
            return SyncRows(source: found.source, events: found.events, otherForms: 0, beside: short)
        }
        #expect(said.code == "other-form" && said.text.contains("another form"))
    }

    @Test("is refused where a party's rows of both are others than the two others'")
    func otherRows() throws {
        let said = try refusal(by: [.two]) { found in
            SyncRows(
                source: TrainingSource(
                    rows: found.source.rows, members: found.source.members, memberOf: found.source.memberOf,
                    offsets: found.source.offsets, digest: .zero), events: found.events, otherForms: 0,
                beside: found.beside)
        }
        #expect(said.code == "other-rows")
    }

    @Test("has rows collected of a spec with the counts of the model in force alone, and of another spec than its")
    func announced() throws {
        #expect(throws: SyncRefusal.unknownModel) { try coordinator.announce(next: coordinator.manifest(dealt)) }
        try score(to: 10, by: world.champion)
        let own = try champion
        #expect(throws: RoleError.otherCounts("v1", "v1")) { try coordinator.announce(next: own) }
        // A spec that tells no labels has no counts, not even none.
        let spec = try BinnedSpec(
            spec: FeatureSpec(name: "alone", features: [Feature(name: "a", kind: .amount)]), edges: [[1, 2]])
        let model = try SyncWorld.deal(
            ClearModel(
                version: "a1", binned: spec,
                forest: Forest(trees: [Forest.Tree(conditions: [0], leaves: [1, 2])], bits: 2),
                calibration: Calibration(points: [.init(score: 0, probability: 0.5)])), world.log)
        #expect(throws: RoleError.otherCounts("a1", "v1")) {
            try coordinator.announce(next: coordinator.manifest(model))
        }
        #expect(try announcements().isEmpty && coordinator.newestModel(of: 1) == nil)
        #expect(try coordinator.newestModel(of: spec.id)?.version == "a1")
        try coordinator.announce(next: coordinator.manifest(dealt))
        #expect(try announcements().map(\.announced.spec?.ownFeatures) == [[3, 11, 1]])
    }
}
