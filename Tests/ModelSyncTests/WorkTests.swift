import Evaluation
import EventLogs
import Foundation
import LocalStore
import Manifests
import Model
import ModelSync
import Records
import Roles
import Support
import Testing

@Suite("A coordinator at work, with three parties", .serialized)
struct WorkTests {
    private let world: SyncWorld

    init() throws {
        world = try SyncWorld(rows: ClearRows(rows: 240, later: 600))
        try world.log.create([TopicSettings(name: Topics.labels)])
    }

    /// The parties have scored up to an offset, by the champion.
    private func score(to end: Int64, model: Digest32? = nil) throws {
        let sealed = TopicPartition(Topics.sealed)
        let missing = max(0, end - (try world.log.end(of: sealed)))
        try world.log.append((0..<missing).map { _ in NewRecord(sealed, value: WireSealedRecord().encoded) })
        var decision = WireBatchDecision()
        (decision.first, decision.end) = (end, end)
        decision.modelDigest = Data((model ?? world.champion).bytes)
        try world.log.append([NewRecord(TopicPartition(Topics.batches), value: decision.encoded)])
    }

    private func label(_ count: Int) throws {
        try world.log.append((0..<count).map { _ in NewRecord(TopicPartition(Topics.labels), value: [1]) })
    }

    private func task() throws -> TrainTask {
        guard case .train(let task) = try world.training() else { throw SyncWorld.Stuck() }
        return task
    }

    @Test("goes by a schedule from labels to a promotion, watches what it promoted, and tells all of it")
    func schedule() throws {
        let coordinator = try world.coordinator()
        let work = SyncWork(coordinator, try SliceTests.planner(), isStopping: { false })
        let schedule = SyncSchedule(cron: nil, labels: 10, validateAfter: 160, decides: true)
        var state = SyncSchedule.State(now: coordinator.now, labels: try schedule.labelEnd(world.log))
        var said: [String] = []
        func step() throws -> String? {
            let words = try schedule.step(work, &state, task: task)
            if let words { said.append(words) }
            return words
        }
        try world.start()
        try score(to: 240)
        #expect(try step() == nil)
        try label(10)
        #expect(try step()?.contains("v2 is trained on 240 rows") == true)
        #expect(try step() == nil)
        try score(to: 400)
        #expect(try step()?.contains("v2 is validated beside v1") == true)
        #expect(try step() == "v2 is sealed")
        #expect(try step()?.contains("v2 is in force") == true)
        let model = try #require(try coordinator.modelInForce())
        #expect(coordinator.history.version(sealedAs: model)?.task.version == "v2")
        // Nothing but time: it is watched beside the model before it.
        #expect(try step() == nil)
        try score(to: 560, model: model)
        #expect(try step()?.contains("v2 is validated beside v1") == true)
        #expect(try coordinator.modelInForce() == model)
        #expect(try step() == nil)
        world.stop()
        try expectTold(coordinator, said)
    }

    private func expectTold(_ coordinator: SyncCoordinator, _ said: [String]) throws {
        #expect(said.count == 5)
        let history = try ModelHistory(
            coordinator.history, inForce: coordinator.modelInForce(), manifestOf: { try? coordinator.manifest($0) },
            days: { _ in 1 })
        let version = try #require(history.versions.first)
        #expect(history.versions.count == 1 && version.version == "v2" && version.standing == .probation)
        #expect(version.previous == "v1" && version.decision?.outcome == .promoted)
        #expect(version.training?.rows == 240 && version.training?.window.until == 240)
        #expect(version.validations.map(\.kind) == [.validation, .probation])
        #expect(version.validations.allSatisfy { $0.windows.count == 2 && $0.beside == "v1" && $0.comparison != nil })
        #expect(!version.calibration.isEmpty)
        // Rows behind the training, by its features; scores from the second look on.
        let drift = try #require(history.drift)
        #expect(
            drift.weeks.map(\.week) == ["offset 240", "offset 400"] && drift.weeks.allSatisfy { $0.features.count == 4 }
        )
        let sums = world.rows.columns(240..<400).ones
        #expect(
            drift.weeks[0].features[1].counts.current
                == StabilityIndex.counts(ofThermometer: Array(sums[7..<14]), rows: 160))
        #expect(drift.weeks[0].scores.current.isEmpty && drift.weeks[1].scores.current.reduce(0, +) == 160)
        #expect(drift.weeks[0].features.map(\.feature) == ["feature 1", "feature 2", "feature 3", "feature 4"])
        #expect(try ModelHistory(json: history.json()) == history)
    }

    @Test("looks at the model in force as rows come, and says how scores and features are")
    func drift() throws {
        let coordinator = try world.coordinator()
        let work = SyncWork(coordinator, try SliceTests.planner(), isStopping: { false })
        let schedule = SyncSchedule(
            cron: nil, labels: nil, validateAfter: 160, decides: true, drift: try DriftRule())
        var state = SyncSchedule.State(now: coordinator.now, labels: 0)
        func step() throws -> String? { try schedule.step(work, &state, task: task) }
        try world.start()
        try score(to: 159)
        #expect(try step() == nil)
        try score(to: 160)
        #expect(try step()?.contains("v1 on 160 newer records") == true)
        #expect(try step() == nil)
        try score(to: 400)
        let words = try #require(try step())
        #expect(words.contains("; features, PSI 0."), "\(words)")
        #expect(try step() == nil)
        let looks = try coordinator.drift(from: #require(try coordinator.manifest(world.champion))).looks
        #expect(looks.map(\.range) == [0..<160, 240..<400])
        #expect(try looks[1].features == SliceTests.features(world, 240..<400))
        world.stop()
    }

    @Test("promotes nothing without a validation, an approval or a reason, and brings back what was replaced")
    func byHand() throws {
        let coordinator = try world.coordinator()
        let work = SyncWork(coordinator, try SliceTests.planner(), isStopping: { false })
        try world.start()
        try score(to: 240)
        #expect(throws: SyncWork.Failure.self) { try work.rollback(reason: "nothing was replaced") }
        var groups: [Int] = []
        let version = try work.train(task()) { groups.append($0.parties[.zero]?.groups ?? 0) }
        #expect(groups.first == 0 && groups == groups.sorted())
        #expect(throws: SyncWork.Failure.self) { try work.promote(version) }
        let champion = try #require(try coordinator.manifest(world.champion))
        #expect(throws: SyncWork.Failure.self) { try work.validate(version, against: champion) { _, _, _ in } }
        try score(to: 400)
        var windows: [Int] = []
        let figures = try work.validate(version, against: champion) { _, window, of in
            if windows.last != window { windows.append(window) }
            #expect(of == 2)
        }
        #expect(windows == [1, 2] && figures.comparison.windows.count == 2)
        // What was opened once is not opened in another cut.
        #expect(throws: SyncRefusal.self) {
            try work.validate(version, against: champion, on: 250..<390) { _, _, _ in }
        }
        let sealed = try work.seal(version) { _ in }
        // Again it changes nothing.
        #expect(try work.seal(sealed) { _ in }.sealed == sealed.sealed)
        let strict = SyncWork(
            coordinator,
            SyncPlanner(
                SyncSettings(
                    promotion: try PromotionRule(leastFrauds: 100_000), probation: try ProbationRule(), windows: 2,
                    bins: 12)), isStopping: { false })
        #expect(throws: SyncWork.Failure.self) { try strict.promote(sealed) }
        let forced = try strict.promote(sealed, force: "a trial")
        #expect(forced.reason.hasPrefix("by force: a trial (") && forced.previous == world.champion)
        #expect(!forced.figures.isEmpty)
        #expect(throws: SyncWork.Failure.self) { try strict.promote(sealed, force: "twice") }
        let back = try work.rollback(reason: "the trial is over")
        #expect(try back.model == world.champion && coordinator.modelInForce() == world.champion)
        world.stop()
    }

    /// A log to which a coordinator that was killed writes nothing of one topic.
    private struct Cut: LogDecorator {
        let log: any EventLog
        let topic: String

        @discardableResult
        func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
            guard !batch.contains(where: { $0.partition.topic == topic }) else {
                throw .failed(reason: "the process was killed")
            }
            return try log.append(batch)
        }
    }

    /// The work of a coordinator that is killed before it writes to a topic.
    private func work(killedBefore topic: String) throws -> SyncWork {
        SyncWork(
            try world.coordinator(Cut(log: world.log, topic: topic)), try SliceTests.planner(),
            isStopping: { false })
    }

    @Test("goes on where one was killed between two records: sealed and not published, decided and not activated")
    func killed() throws {
        let coordinator = try world.coordinator()
        let work = SyncWork(coordinator, try SliceTests.planner(), isStopping: { false })
        try world.start()
        try score(to: 240)
        let version = try work.train(task()) { _ in }
        try score(to: 400)
        let champion = try #require(try coordinator.manifest(world.champion))
        _ = try work.validate(version, against: champion) { _, _, _ in }
        #expect(throws: LogError.self) { try self.work(killedBefore: Topics.manifests).seal(version) { _ in } }
        world.stop()
        try coordinator.read()
        let model = try #require(coordinator.history.versions.last?.sealed?.model)
        #expect(try coordinator.manifest(model) == nil)
        #expect(throws: LogError.self) { try self.work(killedBefore: Topics.sealed).promote(version, force: "a trial") }
        try coordinator.read()
        #expect(try coordinator.history.inForce == model && coordinator.modelInForce() == world.champion)
        // Whatever is asked for then.
        let decision = try work.promote(version)
        #expect(decision.reason.contains("a trial"))
        #expect(try coordinator.modelInForce() == model && coordinator.manifest(model) != nil)
        #expect(coordinator.history.decisions == [decision])
        #expect(try coordinator.resume() == nil)
        #expect(throws: LogError.self) { try self.work(killedBefore: Topics.sealed).rollback(reason: "it is over") }
        #expect(try coordinator.modelInForce() == model)
        #expect(try world.coordinator().resume()?.reason == "it is over")
        #expect(try coordinator.modelInForce() == world.champion)
        try coordinator.read()
        #expect(coordinator.history.decisions.count == 2)
    }
}
