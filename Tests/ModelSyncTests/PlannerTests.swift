import Evaluation
import EventLogs
import Keys
import LocalStore
import Manifests
import Model
import ModelSync
import Records
import Roles
import Support
import Testing
import ThreeParty

@Suite("What the coordinator does next")
struct PlannerTests {
    @Test("splits a range into windows that meet, none of them empty")
    func windows() throws {
        for (range, count) in [(0..<10, 3), (7..<8, 1), (100..<1105, 5), (3..<7, 4)] as [(Range<Int64>, Int)] {
            let windows = try SliceTests.planner(windows: count).windows(range, labels: 9)
            #expect(windows.count == count && windows.allSatisfy { $0.labels == 9 })
            #expect(windows.first?.range.lowerBound == range.lowerBound)
            #expect(windows.last?.range.upperBound == range.upperBound)
            #expect(zip(windows, windows.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
            let lengths = windows.map { $0.range.count }
            #expect(lengths.max()! - lengths.min()! <= 1)
        }
        #expect(throws: SyncMistake.window) { try SliceTests.planner(windows: 4).windows(3..<6, labels: 0) }
    }

    /// A history with a version that was trained by parties in the clear's stead, on offsets 0 to 239.
    private final class Story {
        let world: SyncWorld
        let coordinator: SyncCoordinator
        var offset: Int64 = 0

        init(approvals: Int = 0) throws {
            world = try SyncWorld(approvals: approvals)
            coordinator = try world.coordinator()
        }

        func say(_ step: PartyReport.Step, _ job: SyncJob, of party: PartyID) throws {
            let record = try SyncStatement.report(try PartyReport(order: job.digest, step: step)).record(
                by: .party(party), consortium: "c", key: SyncWorld.key(SyncWorld.identity(party)))
            try world.log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        }

        /// All three parties do what was ordered, and say this in the end.
        func end(_ job: SyncJob, _ step: (PartyID) throws -> PartyReport.Step) throws {
            for party in PartyID.allCases { try say(.accepted(codeVersion: "test"), job, of: party) }
            for party in PartyID.allCases { try say(step(party), job, of: party) }
            try coordinator.read()
        }

        func train() throws -> SyncVersion {
            let job = try coordinator.order(world.training(), within: 60)
            let report = try TrainedReport(plan: .zero, coin: .zero, rows: 240, frauds: 40, ringBits: 16)
            try end(job) { _ in .trained(report) }
            return try #require(coordinator.history.version(of: job.digest))
        }

        /// - Parameter shift: of the challenger's frauds towards high scores.
        func validate(_ version: SyncVersion, _ range: Range<Int64>, better: Bool) throws {
            let champion = try #require(try coordinator.manifest(world.champion))
            let window = try SyncWindow(range, labels: 0)
            let task = try SliceTests.planner().validation(of: version, against: champion, on: window)
            func counts(_ bins: Int, _ fraudBin: Int) throws -> BinCounts {
                var (legitimate, frauds) = ([UInt32](repeating: 10, count: bins), [UInt32](repeating: 0, count: bins))
                frauds[fraudBin] = 30
                legitimate[bins - 1] = 10
                return try BinCounts(legitimate: legitimate, frauds: frauds)
            }
            let challengerBins = try #require(task.challengerThresholds?.bins)
            // As many rows of both.
            #expect(challengerBins == task.championThresholds.bins)
            let opened = try ValidatedReport.Opened(
                challenger: counts(challengerBins, better ? challengerBins - 1 : 1),
                champion: counts(challengerBins, challengerBins / 2))
            let job = try coordinator.order(.validate(task), within: 60)
            try end(job) { _ in .validated(try ValidatedReport(opened: opened, boxes: [])) }
        }

        func version(_ version: SyncVersion) throws -> SyncVersion {
            try #require(coordinator.history.version(of: version.candidate))
        }
    }

    @Test("promotes what is better, turns down what is worse, and waits for what may be better")
    func judge() throws {
        for better in [true, false] {
            let story = try Story()
            let version = try story.train()
            let planner = try SliceTests.planner()
            #expect(planner.judge(version, in: story.coordinator.history) == .wait("it was not validated"))
            try story.validate(version, 240..<300, better: better)
            let validated = try story.version(version)
            switch planner.judge(validated, in: story.coordinator.history) {
            case .promote: #expect(better)
            case .turnDown(_, let reason): #expect(!better && reason.contains("average precision"))
            case .wait, .rollback: Issue.record("nothing is to be waited for")
            }
            let strict = SyncPlanner(
                SyncSettings(
                    promotion: try PromotionRule(leastFrauds: 31, leastGain: 0.01, confidence: 0.5),
                    probation: planner.settings.probation))
            if better {
                guard case .wait = strict.judge(validated, in: story.coordinator.history) else {
                    Issue.record("more frauds may come")
                    continue
                }
            }
        }
    }

    @Test("wants operators' approvals where the roster does, and every approval once")
    func approvals() throws {
        let story = try Story(approvals: 2)
        let version = try story.train()
        try story.validate(version, 240..<300, better: true)
        let validated = try story.version(version)
        guard case .wait(let reason) = try SliceTests.planner().judge(validated, in: story.coordinator.history) else {
            Issue.record("nobody has approved")
            return
        }
        #expect(reason.contains("0 of 2"))
    }

    @Test("trains by cron and by labels, then validates, seals and decides, one after the other")
    func schedule() throws {
        let story = try Story()
        let planner = try SliceTests.planner()
        let schedule = SyncSchedule(cron: CronForm("0 3 * * *"), labels: 50, validateAfter: 60, decides: true)
        var state = SyncSchedule.State(now: story.coordinator.now, labels: 100)
        func due(
            _ seconds: Int64 = 0, labels: Int64 = 100, decided: Int64 = 0, inForce: Digest32? = nil
        ) -> SyncSchedule.Due {
            schedule.due(
                state, story.coordinator.history, planner: planner, inForce: inForce, decided: decided, labels: labels,
                now: story.coordinator.now + seconds)
        }
        // The world begins at midnight.
        #expect(due() == .nothing && due(3 * 3600 - 60) == .nothing && due(3 * 3600 + 60) == .train)
        #expect(due(labels: 149) == .nothing && due(labels: 150) == .train)
        state = SyncSchedule.State(now: story.coordinator.now + 3 * 3600 + 60, labels: 150)
        #expect(due(3 * 3600 + 61, labels: 199) == .nothing)
        let version = try story.train()
        #expect(due(decided: 299) == .nothing && due(decided: 300) == .validate(version))
        try story.validate(version, 240..<300, better: true)
        let validated = try story.version(version)
        #expect(due(decided: 359) == .seal(validated))
        #expect(due(decided: 360) == .validate(validated))
        // An order is under way.
        _ = try story.coordinator.order(story.world.training(version: "v3"), within: 60)
        #expect(due(3600 * 24, labels: 1_000) != .nothing && due(30, labels: 1_000) == .nothing)
    }
}
