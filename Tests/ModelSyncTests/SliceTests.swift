import Audit
import Evaluation
import EventLogs
import Keys
import Manifests
import Model
import ModelSync
import Records
import Roles
import Support
import Synchronization
import Testing
import ThreeParty

@Suite("A retraining on shares, from the order to the model", .serialized)
struct SliceTests {
    /// The forest that the reference trainer makes of the rows that parties trained on.
    static func reference(_ world: SyncWorld, _ report: TrainedReport) throws -> Forest {
        try ReferenceTrainer(
            rule: world.rows.rule, frequencies: world.rows.frequencies, coin: TrainingCoin(digest: report.coin)
        ).train(world.rows.columns(world.rows.trained))
    }

    /// The points that the reference trainer fits to it.
    static func card(_ world: SyncWorld, _ forest: Forest) throws -> [Int32] {
        let card = try #require(CardRule(features: world.rows.spec.edges.map(\.count)))
        let columns = world.rows.columns(world.rows.trained)
        return ReferenceCardTrainer(rule: world.rows.rule, card: card).train(columns, forest: forest).points.flatMap {
            $0
        }
    }

    static func trained(_ job: SyncJob) throws -> TrainedReport {
        guard case .trained(let report) = job.outcome else {
            Issue.record("order \(job.order.number): \(job.standing)")
            throw SyncWorld.Stuck()
        }
        return report
    }

    /// Of how many rows of a range each bit is set.
    static func features(_ world: SyncWorld, _ range: Range<Int64>) throws -> FeatureCounts {
        try FeatureCounts(rows: range.count, ones: world.rows.columns(range).ones.map { UInt32($0) })
    }

    static func planner(windows: Int = 2) throws -> SyncPlanner {
        SyncPlanner(
            SyncSettings(
                promotion: try PromotionRule(leastFrauds: 10, leastGain: 0.01, confidence: 0.5),
                probation: try ProbationRule(leastFrauds: 10, leastLoss: 0.01, confidence: 0.5, enoughFrauds: 100),
                windows: windows, bins: 12, leastFrauds: 2, leastLegitimate: 5))
    }

    @Test("trains the reference trainer's forest, holds it against the champion, seals it, and puts it in force")
    func whole() throws {
        let world = try SyncWorld()
        try world.start()
        let coordinator = try world.coordinator()
        // Training.
        let order = try coordinator.order(world.training(), within: 3600)
        let report = try Self.trained(world.ended(order.digest))
        let forest = try Self.reference(world, report)
        #expect(report.rows == 240 && report.leftOut.isEmpty)
        #expect(report.frauds == world.rows.columns(world.rows.trained).fraud.count { $0 })
        #expect(try report.features == Self.features(world, world.rows.trained))
        // Validation on later windows.
        try coordinator.read()
        let version = try #require(coordinator.history.versions.last)
        let champion = try #require(try coordinator.manifest(world.champion))
        let planner = try Self.planner()
        for window in try planner.windows(world.rows.later, labels: 0) {
            let job = try coordinator.order(
                .validate(planner.validation(of: version, against: champion, on: window)), within: 3600)
            try expectCounts(world, world.ended(job.digest), forest)
        }
        try coordinator.read()
        // Sealing.
        let validated = try #require(coordinator.history.version(of: order.digest))
        let figures = try #require(SyncFigures(validated, in: coordinator.history))
        #expect(figures.jobs.count == 2 && figures.comparison.windows.count == 2)
        let sealing = try planner.sealing(
            of: validated, by: figures, form: champion, consortium: "c", rounded: false)
        let sealed = try world.ended(coordinator.order(.seal(sealing), within: 3600).digest)
        guard case .sealed(let model) = sealed.outcome else {
            Issue.record("\(sealed.standing)")
            return
        }
        try coordinator.read()
        let final = try #require(coordinator.history.version(sealedAs: model))
        try coordinator.publish(final)
        let manifest = try #require(try coordinator.manifest(model))
        #expect(manifest.version == "v2" && manifest.order == order.digest)
        #expect(try OpenedModel(manifest).forest.trees == forest.trees)
        #expect(try manifest.hasCard && OpenedModel(manifest).points == Self.card(world, forest))
        let calibration = try figures.comparison.challenger.calibration().points
        #expect(manifest.calibration.map(\.score) == calibration.map(\.score))
        #expect(manifest.calibration.map(\.probability) == calibration.map(\.probability))
        // Promotion, by the rule.
        guard case .promote(_, let reason) = planner.judge(final, in: coordinator.history) else {
            Issue.record("\(planner.judge(final, in: coordinator.history))")
            return
        }
        let decision = try coordinator.decide(
            .promote, model: model, previous: world.champion, reason: reason,
            figures: figures.said(confidence: 0.9))
        #expect(try coordinator.modelInForce() == model)
        // And back.
        #expect(coordinator.history.version(sealedAs: model)?.promotion == decision)
        _ = try coordinator.decide(
            .rollback, model: world.champion, previous: model, reason: "by hand", figures: [])
        #expect(try coordinator.modelInForce() == world.champion)
        #expect(coordinator.takeRefused().isEmpty)
        try expectAudited(world, order.digest, model)
        // A party tells whoever opens models which ones are sealed, once a life.
        world.stop()
        world.sealed.withLock { $0 = [:] }
        try world.start()
        for party in PartyID.allCases { #expect(world.waitUntilReady(party)) }
        world.stop()
        world.sealed.withLock { told in
            for party in PartyID.allCases { #expect(told[party] == [model]) }
        }
    }

    /// Each party's audit log has what became of the orders, what was opened and what was decided; the coordinator's has what it
    /// said.
    private func expectAudited(_ world: SyncWorld, _ order: Digest32, _ model: Digest32) throws {
        for party in PartyID.allCases {
            #expect(world.waitUntilTold(.decision, 2, by: party) && world.waitUntilTold(.order, 4, by: party))
            let events = world.notes[party]!.events
            let orders = Set(events.filter { $0.kind == .order })
            #expect(orders.map(\.fields[.outcome]) == ["done", "done", "done", "done"])
            #expect(orders.contains(AuditEvent(.order, of: order, [.order: "1", .task: "train", .outcome: "done"])))
            #expect(Set(orders.map(\.fields[.task])) == ["train", "validate", "seal"])
            let openings = Set(events.filter { $0.kind == .opening })
            #expect(Set(openings.map(\.fields[.order])) == ["1", "2", "3"])
            #expect(openings.count { $0.fields[.object] == "histograms of scores" } == 2)
            #expect(openings.count { $0.fields[.object] == "how often each input bit is set" } == 3)
            let decisions = Set(events.filter { $0.kind == .decision })
            #expect(Set(decisions.map(\.subject)) == [model, world.champion])
            #expect(Set(decisions.map(\.fields[.outcome])) == ["promote", "rollback"])
            #expect(!events.contains { $0.kind == .refused })
        }
        #expect(
            world.coordinatorNotes.events.map(\.kind) == [
                .order, .order, .order, .order, .manifest, .decision, .decision,
            ])
    }

    /// Counts of a validation are those of the two models' scores in the clear, of all members and of each.
    private func expectCounts(_ world: SyncWorld, _ job: SyncJob, _ forest: Forest) throws {
        guard case .validate(let task) = job.order.task, case .validated(let opened) = job.outcome else {
            Issue.record("\(job.standing)")
            return
        }
        func expected(
            _ forest: Forest, _ thresholds: ValidateTask.Thresholds?, of member: UInt16? = nil
        ) throws -> BinCounts {
            let thresholds = try #require(thresholds)
            let rows = task.window.range.map { Int($0) }.filter { member == nil || world.rows.owners[$0] == member }
            let histogram = try ScoreHistogram(
                fractionBits: thresholds.fraction, thresholds: thresholds.scores,
                counting: rows.map {
                    (forest.score(thermometer: world.rows.thermometers[$0]), world.rows.frauds[$0])
                })
            return try BinCounts(
                legitimate: histogram.legitimate.map { UInt32($0) }, frauds: histogram.frauds.map { UInt32($0) })
        }
        #expect(try opened.features == Self.features(world, task.window.range))
        let before = try world.rows.championModel.forest
        #expect(try opened.challenger == expected(forest, task.challengerThresholds))
        #expect(try opened.champion == expected(before, task.championThresholds))
        for (place, member) in SyncWorld.members.enumerated() {
            let key = try HPKEPrivateKey(bytes: SyncWorld.identity(member))
            let own = try MemberCounts(of: member, from: job, key: key)
            #expect(try own.challenger == expected(forest, task.challengerThresholds, of: UInt16(place)))
            #expect(try own.champion == expected(before, task.championThresholds, of: UInt16(place)))
            // For nobody else.
            let other = try HPKEPrivateKey(bytes: SyncWorld.identity(SyncWorld.members[(place + 1) % 3]))
            #expect(throws: MemberCountsError.notOpened(.zero)) {
                try MemberCounts(of: member, from: job, key: other)
            }
        }
    }
}
