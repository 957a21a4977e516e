import EventLogs
import Foundation
import LocalStore
import Manifests
import Model
import ModelSync
import PipelineFiles
import Records
import Roles
import Support
import Testing

/// What an operator's request for a training comes to, beside what is on the log.
@Suite("A training as it is asked for", .serialized)
struct TrainRequestTests {
    private let world: SyncWorld

    init() throws { world = try SyncWorld() }

    /// The parties have scored up to an offset, by the champion.
    private func score(to end: Int64) throws {
        let sealed = TopicPartition(Topics.sealed)
        try world.log.append((0..<end).map { _ in NewRecord(sealed, value: WireSealedRecord().encoded) })
        for (first, end) in [(0, end), (end, end)] {
            var decision = WireBatchDecision()
            (decision.first, decision.end) = (first, end)
            decision.modelDigest = Data(world.champion.bytes)
            try world.log.append([NewRecord(TopicPartition(Topics.batches), value: decision.encoded)])
        }
    }

    /// A spec with frequencies of its bits.
    private func counted(_ spec: BinnedSpec, _ frequencies: BitFrequencies) throws -> BinnedSpec {
        try BinnedSpec(spec: spec.spec, edges: spec.edges, frequencies: frequencies)
    }

    private func request(_ bins: BinnedSpec? = nil) throws -> TrainRequest {
        TrainRequest(
            bins: try bins ?? counted(world.rows.spec, world.rows.frequencies), rule: world.rows.rule, leastRows: 10,
            leastFrauds: 2)
    }

    private func fault(_ request: TrainRequest) throws -> TrainFault? {
        do {
            _ = try world.coordinator().training(request)
            return nil
        } catch let fault as TrainFault { return fault }
    }

    @Test("comes to a task of all that is decided, by the form of the model in force, under the order's own name")
    func task() throws {
        try score(to: 240)
        let coordinator = try world.coordinator()
        let task = try coordinator.training(request())
        let wanted = try TrainTask(
            version: "sync-1", formModel: world.champion, window: SyncWindow(0..<240, labels: 0), rule: world.rows.rule,
            frequencies: world.rows.frequencies, leastRows: 10, leastFrauds: 2)
        #expect(task == wanted)
        var named = try request()
        named.version = "winter"
        named.window = TrainWindow(from: 20, until: 60)
        // Any order, and twice is once.
        named.admitted = [SyncWorld.members[2], SyncWorld.members[0], SyncWorld.members[2]]
        let other = try coordinator.training(named)
        #expect(other.version == "winter" && other.window.range == 20..<60)
        #expect(other.admitted == [SyncWorld.members[0], SyncWorld.members[2]])
        // The next order has the next number.
        _ = try coordinator.order(.train(task), within: 60)
        #expect(try coordinator.training(request()).version == "sync-2")
    }

    @Test("of a spec that no model in force reads takes the form of the newest model that was dealt for it")
    func nextSpec() throws {
        try score(to: 240)
        let bins = try counted(world.rows.next, world.rows.nextFrequencies)
        #expect(try fault(request(bins)) == .otherBins(inForce: "v1"))
        let next = try SyncWorld.deal(world.rows.nextModel, world.log)
        let task = try world.coordinator().training(request(bins))
        #expect(task.formModel == next && task.frequencies == world.rows.nextFrequencies)
        #expect(try world.coordinator().training(request()).formModel == world.champion)
    }

    @Test("is refused by what lacks: a model, its bins, their frequencies, a member, or anything that was scored")
    func refused() throws {
        #expect(try fault(request()) == .noModel)
        try score(to: 240)
        #expect(try fault(request()) == nil)
        #expect(try fault(request(world.rows.spec)) == .noFrequencies)
        var stranger = try request()
        stranger.admitted = [SyncWorld.members[0], MemberID("bank-z")!]
        #expect(try fault(stranger) == .unknownMember(MemberID("bank-z")!))
        var empty = try request()
        empty.window = TrainWindow(from: 240)
        #expect(try fault(empty) == .empty(from: 240, until: 240))
        var few = try request()
        few.leastFrauds = 0
        #expect(throws: SyncMistake.least) { try world.coordinator().training(few) }
        var nameless = try request()
        nameless.version = ""
        #expect(throws: SyncMistake.text("version")) { try world.coordinator().training(nameless) }
    }

    @Test(
        "takes opened frequencies of the form's own rows alone, whatever the bins say, and none where nothing was opened"
    )
    func opened() throws {
        try score(to: 240)
        var request = try request(world.rows.spec)
        request.usesOpenedFrequencies = true
        #expect(try fault(request) == .nothingOpened)
        try world.start()
        let coordinator = try world.coordinator()
        let job = try coordinator.order(.train(coordinator.training(self.request())), within: 3600)
        _ = try world.ended(job.digest)
        world.stop()
        try coordinator.read()
        guard case .trained(let report)? = coordinator.history.jobs.first?.outcome else {
            Issue.record("nothing was trained")
            return
        }
        let features = try #require(report.features)
        #expect(features.frequencies != world.rows.frequencies)
        #expect(try coordinator.training(request).frequencies == features.frequencies)
        // The bins' own are those of the bins.
        #expect(try coordinator.training(self.request()).frequencies == world.rows.frequencies)
        _ = try SyncWorld.deal(world.rows.nextModel, world.log)
        request.bins = world.rows.next
        #expect(try fault(request) == .nothingOpened)
    }

    @Test("says in a sentence of its own what can't be ordered")
    func words() {
        let faults: [TrainFault] = [
            .noModel, .otherBins(inForce: "v1"), .noFrequencies, .nothingOpened, .unknownMember(SyncWorld.members[0]),
            .days, .leave, .nothingScored, .empty(from: 3, until: 2),
        ]
        #expect(Set(faults.map(\.description)).count == faults.count)
        #expect(TrainFault.otherBins(inForce: "v1").description.contains("v1 is in force"))
        #expect(
            "\(TrainFault.empty(from: 3, until: 2))" == "the window is empty: it begins at offset 3 and ends before 2")
        #expect("\(TrainFault.unknownMember(SyncWorld.members[0]))".contains("bank-a"))
    }
}
