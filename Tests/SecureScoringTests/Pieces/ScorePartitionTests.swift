import EventLogs
import Records
import Sealing
import SecureScoring
import Stages
import Synchronization
import Telemetry
import Testing

@Suite("A partition's stage, turned by hand over a backend that leads alone")
struct ScorePartitionTests {
    private let world: World
    private let pieces: Pieces
    private let backend = LoneBackend()

    init() throws {
        world = try World(viewed: Topics.scores(MemberID("bank-a")!))
        pieces = try Pieces(world, .zero)
        try world.activate("v1", sequence: 1)
    }

    /// Turns until there is nothing to do, as a thread does.
    private func settle(_ stage: ScorePartition) throws {
        for _ in 0..<100 {
            switch try stage.turn(until: pieces.clock.now) {
            case .worked: continue
            case .rest(let pause): pieces.clock.wait(for: pause)
            case .idle:
                // The beat of the next batch.
                pieces.clock.wait(for: .milliseconds(2))
                if try stage.turn(until: pieces.clock.now) == .idle { return }
            }
        }
        Issue.record("the stage does not come to rest")
    }

    /// The offsets that have scores, a list a batch.
    private func scored() throws -> [[UInt8]] { try world.records(Topics.scores(world.a.id)).map { $0.value ?? [] } }

    private func committed() throws -> Int64? { try pieces.state.position(pieces.context.partition) }

    @Test("scores what there is, commits it, and is idle then")
    func scores() throws {
        try world.append(try world.seal(1...3))
        let stage = try pieces.stage(backend)
        try settle(stage)
        #expect(try scored() == [[1, 2, 3]])
        #expect(try committed() == 4)
        #expect(!stage.isUnderWay)
        try stage.finish()
        #expect(try world.log.committed(pieces.context.partition, group: "party-0") == 4)
        #expect(pieces.context.metrics.value("cordon_transactions_scored_total") == 3)
    }

    @Test("writes scores first and the position last: where an append fails, the turn is taken again")
    func order() throws {
        try world.append(try world.seal(1...2))
        try world.view(.zero).fail(appendsTo: Topics.scores(world.a.id), times: 1)
        let stage = try pieces.stage(backend)
        var failures = 0
        for _ in 0..<20 where try committed() != 3 {
            do { _ = try stage.turn(until: pieces.clock.now) } catch let error as LogError {
                #expect(error.mayRetry)
                failures += 1
                #expect(try committed() == 1)
                #expect(!stage.isUnderWay)
            }
            pieces.clock.wait(for: .milliseconds(2))
        }
        #expect(failures == 1)
        #expect(try scored() == [[1, 2]])
        #expect(backend.begun.map(\.plan.digest).count == 2)
        #expect(Set(backend.begun.map(\.plan.digest)).count == 1)
    }

    @Test("writes rejections before the position, and commits no source that was refused")
    func rejections() throws {
        try world.append(try world.seal(1...2))
        try world.view(.zero).fail(appendsTo: Topics.rejected(world.a.id), times: 1)
        backend.refused = [1]
        let stage = try pieces.stage(backend)
        #expect(throws: LogError.self) { for _ in 0..<20 { _ = try stage.turn(until: pieces.clock.now) } }
        #expect(try committed() == 1)
        pieces.clock.wait(for: .milliseconds(2))
        try settle(stage)
        #expect(try committed() == 3)
        let rejected = try world.rejected(Topics.rejected(world.a.id), 1)
        #expect(rejected.map(\.reason) == ["box_not_opened"])
        #expect(rejected.map(\.offset) == [2])
        #expect(rejected.map(\.party) == [1])
        // The refused one is sealed again, the other one is a repeat.
        backend.refused = []
        try world.append(try world.seal(1...2))
        pieces.clock.wait(for: .milliseconds(2))
        try settle(stage)
        #expect(backend.begun.last?.plan.repeats == [3])
        #expect(try committed() == 5)
    }

    @Test("take the place of a record that all had opened and refuse: sealed again, it is a repeat")
    func refusedPlace() throws {
        try world.append(try world.seal(1...2))
        (backend.refused, backend.code) = ([1], Refusal.overBudget.rawValue)
        let stage = try pieces.stage(backend)
        try settle(stage)
        backend.refused = []
        try world.append(try world.seal(1...2))
        pieces.clock.wait(for: .milliseconds(2))
        try settle(stage)
        #expect(backend.begun.count == 1)
        #expect(try committed() == 5)
    }

    @Test("rests after a batch that was stopped, says why once, and goes on from where it stood")
    func aborts() throws {
        try world.append(try world.seal(1...2))
        let stage = try pieces.stage(backend)
        for _ in 0..<2 {
            backend.failure = .peerSilent([.two])
            #expect(try stage.turn(until: pieces.clock.now) == .rest(.milliseconds(50)))
            #expect(!stage.isUnderWay)
            pieces.clock.wait(for: .milliseconds(50))
        }
        try settle(stage)
        #expect(try scored() == [[1, 2]])
        #expect(world.entries.errors.count == 1)
        #expect(pieces.context.metrics.value("cordon_batches_aborted_total") == 2)
    }

    @Test("begins nothing once it is to stop, and ends what is under way")
    func stops() throws {
        try world.append(try world.seal(1...2))
        let stage = try pieces.stage(backend, batches: 1)
        _ = try stage.turn(until: pieces.clock.now)
        #expect(stage.isUnderWay)
        stage.stop()
        try world.append(try world.seal(3...4))
        while stage.isUnderWay { _ = try stage.turn(until: pieces.clock.now) }
        try stage.finish()
        #expect(try scored() == [[1, 2]])
        #expect(try committed() == 3)
    }

    @Test("commits at its end what the state could not take before")
    func lateCommit() throws {
        try world.append(try world.seal(1...2))
        let full = FullState(store: pieces.state)
        let stage = try pieces.stage(backend, state: full)
        _ = try stage.turn(until: pieces.clock.now)
        full.isFull.withLock { $0 = true }
        #expect(throws: LogError.self) { for _ in 0..<20 { _ = try stage.turn(until: pieces.clock.now) } }
        #expect(try scored() == [[1, 2]])
        #expect(try committed() == 1)
        full.isFull.withLock { $0 = false }
        stage.stop()
        #expect(!stage.isUnderWay)
        try stage.finish()
        #expect(try committed() == 3)
        // With the sources that are scored: a successor takes them for repeats.
        try world.append(try world.seal(1...2))
        let next = try pieces.stage(backend)
        try settle(next)
        #expect(backend.begun.count == 1)
        #expect(try committed() == 5)
    }

    @Test("closes a batch where it is full, and has no more under way than the window")
    func window() throws {
        try world.append(try world.seal(1...7))
        let stage = try pieces.stage(backend, batches: 2, records: 2)
        _ = try stage.turn(until: pieces.clock.now)
        #expect(backend.begun.count == 2)
        try settle(stage)
        #expect(try scored() == [[1, 2], [3, 4], [5, 6], [7]])
    }

    @Test("drops what repeats what is scored, and says how much")
    func repeats() throws {
        try world.append(try world.seal(1...2))
        let stage = try pieces.stage(backend)
        try settle(stage)
        try world.append(try world.seal(1...2))
        pieces.clock.wait(for: .milliseconds(2))
        try settle(stage)
        #expect(backend.begun.count == 1)
        #expect(try committed() == 5)
        #expect(pieces.context.metrics.value("cordon_repeats_dropped_total") == 2)
    }
}
