import EventLogs
import Records
import SecureScoring
import Stages
import Synchronization
import Telemetry
import Testing
import ThreeParty

/// A state that counts its commits, and takes some of them not, or takes them and says that it did not.
private final class FailingState: StoreDecorator {
    struct Plan {
        /// The number of the commit that fails.
        var number = Int.max
        /// Whether the state has it all the same.
        var isTaken = false
    }

    private struct Count {
        var commits = 0
        var plan = Plan()
    }

    let store: any StateStore
    private let count = Mutex(Count())

    init(store: any StateStore, _ plan: Plan = Plan()) {
        self.store = store
        count.withLock { $0.plan = plan }
    }

    var commits: Int { count.withLock { $0.commits } }

    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        let (fails, isTaken) = count.withLock { count in
            count.commits += 1
            return (count.commits == count.plan.number, count.plan.isTaken)
        }
        if !fails || isTaken { try store.commit(writes, positions: positions) }
        if fails { throw .unreachable(reason: "the test's disk") }
    }
}

@Suite("A partition's stage whose state fails at one of its writes")
struct FailingStateTests {
    private struct Outcome: Equatable {
        var scored: [UInt8]
        /// Of the party's state, and of the group.
        var committed: Int64?
        var repeats: Int
        var rejected: [Int64]
        /// What is scored where all is sealed again: that which was refused.
        var again: [Int64] = []
    }

    /// A stage over a log with repeats, a refused record and a second model, turned to its end.
    private func run(_ plan: FailingState.Plan, restarting: Bool) throws -> (Outcome, commits: Int, failures: Int) {
        let scores = Topics.scores(try #require(MemberID("bank-a")))
        let world = try World(viewed: scores)
        let pieces = try Pieces(world, .zero)
        try world.activate("v1", sequence: 1)
        try world.append(try world.seal(1...4))
        try world.append(try world.seal(3...6))
        try world.activate("v2", sequence: 2)
        try world.append(try world.seal(7...9))
        let state = FailingState(store: pieces.state, plan)
        let backend = LoneBackend()
        var failures = 0
        /// Tries again, as a process's supervisor does.
        func again<Result>(_ body: () throws -> Result) throws -> Result {
            do { return try body() } catch let error as LogError {
                #expect(error.mayRetry)
                failures += 1
                return try body()
            }
        }
        var stage = try again { try pieces.stage(backend, batches: 2, records: 3, state: state) }
        var idle = 0
        for turn in 0..<300 where idle < 4 {
            // The second record of every batch is one that its box does not open for.
            backend.refused = turn < 2 ? [1] : []
            do {
                let next = try stage.turn(until: pieces.clock.now)
                idle = next == .idle ? idle + 1 : 0
            } catch let error as LogError {
                #expect(error.mayRetry)
                failures += 1
                if restarting {
                    backend.abandon()
                    stage = try pieces.stage(backend, batches: 2, records: 3, state: state)
                }
            }
            pieces.clock.wait(for: .milliseconds(60))
        }
        #expect(idle == 4, "it does not come to rest")
        stage.stop()
        try again { try stage.finish() }
        let records = try world.records(scores).flatMap { $0.value ?? [] }
        // A batch that is computed again has its scores again, to the same bytes.
        let scored = records.reduce(into: [UInt8]()) { if !$0.contains($1) { $0.append($1) } }
        let rejected = try world.records(Topics.rejected(world.a.id)).map { record in
            try #require(WireRejected(decoding: record.value ?? [])).offset
        }
        var outcome = Outcome(
            scored: scored, committed: try pieces.state.position(pieces.context.partition),
            repeats: backend.begun.reduce(into: Set<Int64>()) { $0.formUnion($1.plan.repeats) }.count,
            rejected: Array(Set(rejected)).sorted())
        // A successor knows by the state what was taken.
        let (commits, lone) = (state.commits, LoneBackend())
        try world.append(try world.seal(1...9))
        let next = try pieces.stage(lone, batches: 2, records: 3)
        for _ in 0..<40 {
            _ = try next.turn(until: pieces.clock.now)
            pieces.clock.wait(for: .milliseconds(60))
        }
        outcome.again = lone.begun.flatMap { $0.content.records.map(\.position.offset) }
        return (outcome, commits, failures)
    }

    @Test(
        "ends as one whose state never fails, whichever write it is, and whether the state has it or not",
        arguments: [false, true])
    func everyWrite(isTaken: Bool) throws {
        let (sound, commits, none) = try run(FailingState.Plan(), restarting: false)
        #expect(none == 0 && commits > 3 && sound.committed == 13)
        for number in 1...commits {
            // The same stage goes on, or one that is begun anew from the state.
            let restarting = (number % 2 == 0) == isTaken
            let (outcome, _, failures) = try run(.init(number: number, isTaken: isTaken), restarting: restarting)
            #expect(failures == 1, "write \(number)")
            #expect(outcome.committed == sound.committed && outcome.scored == sound.scored, "write \(number)")
            #expect(outcome.rejected == sound.rejected && outcome.again == sound.again, "write \(number)")
        }
    }
}
