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
    final class Story {
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

        /// The model in force alone, on later rows.
        func look(_ range: Range<Int64>, labels: Int64, high: UInt32) throws {
            let champion = try #require(try coordinator.manifest(world.champion))
            let task = try SliceTests.planner().look(at: champion, on: SyncWindow(range, labels: labels))
            let middle = [UInt32](repeating: 0, count: task.championThresholds.bins - 2)
            let opened = try ValidatedReport.Opened(
                challenger: nil,
                champion: BinCounts(legitimate: [1_000 - high] + middle + [high], frauds: [2] + middle + [2]))
            let job = try coordinator.order(.validate(task), within: 60)
            try end(job) { _ in .validated(try ValidatedReport(opened: opened, boxes: [])) }
        }

        func seal(_ version: SyncVersion) throws {
            let form = try #require(try coordinator.manifest(world.champion))
            let figures = try #require(SyncFigures(version, in: coordinator.history))
            let task = try SliceTests.planner().sealing(
                of: version, by: figures, form: form, consortium: "c", rounded: false)
            try end(coordinator.order(.seal(task), within: 60)) { _ in
                .sealed(
                    try SealedReport(
                        encapsulated: [UInt8](repeating: 1, count: 32), box: [UInt8](repeating: 1, count: 20)))
            }
        }

        /// What a member says of the last validation.
        func tell(_ member: MemberID, isWorse: Bool) throws {
            let job = try #require(
                coordinator.history.jobs.last { if case .validated = $0.outcome { true } else { false } })
            let record = try SyncStatement.verdict(MemberVerdict(order: job.digest, isWorse: isWorse)).record(
                by: .member(member), consortium: "c", key: SyncWorld.key(SyncWorld.identity(member)))
            try world.log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
            try coordinator.read()
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
                state, story.coordinator.history, planner: planner, inForce: inForce, isOfForm: { _ in true },
                decided: decided, labels: labels, now: story.coordinator.now + seconds)
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

    @Test("looks at the model in force as rows come, and trains once for each look by which scores have changed")
    func drift() throws {
        let story = try Story()
        let planner = try SliceTests.planner()
        let schedule = SyncSchedule(
            cron: nil, labels: nil, validateAfter: 100, decides: true, drift: try DriftRule())
        var state = SyncSchedule.State(now: story.coordinator.now, labels: 0)
        let (history, champion) = ({ story.coordinator.history }, story.world.champion)
        func due(_ decided: Int64, by schedule: SyncSchedule) -> SyncSchedule.Due {
            schedule.due(
                state, history(), planner: planner, inForce: champion, features: [7, 7, 7, 7],
                isOfForm: { _ in true }, decided: decided, labels: 0, now: story.coordinator.now)
        }
        func due(_ decided: Int64) -> SyncSchedule.Due { due(decided, by: schedule) }
        let without = SyncSchedule(cron: CronForm("0 3 * * *"), labels: nil, validateAfter: 100, decides: true)
        #expect(due(99) == .nothing && due(100) == .look(0..<100) && due(1_000) == .look(900..<1_000))
        #expect(due(1_000, by: without) == .nothing)
        // What came to nothing is not tried again before there are more rows.
        state.looked = 1_000
        #expect(due(1_099) == .nothing && due(1_100) == .look(1_000..<1_100))
        try story.look(1_000..<1_100, labels: 1, high: 100)
        #expect(due(1_199) == .nothing && due(1_200) == .look(1_100..<1_200))
        try story.look(1_100..<1_200, labels: 2, high: 110)
        #expect(due(1_200) == .nothing)
        try story.look(1_200..<1_300, labels: 3, high: 800)
        #expect(due(1_300) == .trainForDrift(3) && due(1_300, by: without) == .nothing)
        state.drifted = 3
        #expect(due(1_300) == .nothing)
        try story.look(1_300..<1_400, labels: 4, high: 800)
        #expect(due(1_400) == .trainForDrift(4))
        // A version that waits for its validation is looked at itself.
        let version = try story.train()
        #expect(due(1_400) == .nothing && due(1_500) == .validate(version))
    }

    @Test("promotes once members have said what a version is worth to them, or had the time to; turns down at once")
    func grace() throws {
        for (better, worse) in [(true, false), (true, true), (false, false)] {
            let story = try Story()
            let planner = try SliceTests.planner()
            let schedule = SyncSchedule(
                cron: CronForm("0 3 * * *"), labels: nil, validateAfter: 1_000, decides: true, grace: 600)
            let state = SyncSchedule.State(now: story.coordinator.now, labels: 0)
            func due(_ seconds: Int64) -> SyncSchedule.Due {
                schedule.due(
                    state, story.coordinator.history, planner: planner, inForce: story.world.champion,
                    isOfForm: { _ in true }, decided: 300, labels: 0, now: story.coordinator.now + seconds)
            }
            var version = try story.train()
            try story.validate(version, 240..<300, better: better)
            version = try story.version(version)
            try story.seal(version)
            version = try story.version(version)
            guard better else {
                #expect(due(0) == .decide(version))
                continue
            }
            #expect(due(0) == .nothing && due(599) == .nothing && due(600) == .decide(version))
            // One that loses stands against it, whoever else is silent.
            let members = SyncWorld.members
            try story.tell(members[0], isWorse: worse)
            #expect(due(0) == (worse ? .decide(version) : .nothing))
            guard case .turnDown = planner.judge(version, in: story.coordinator.history) else {
                #expect(!worse)
                try story.tell(members[1], isWorse: false)
                #expect(due(0) == .nothing)
                // All have said so.
                try story.tell(members[2], isWorse: false)
                #expect(due(0) == .decide(version))
                continue
            }
            #expect(worse)
        }
    }
}
