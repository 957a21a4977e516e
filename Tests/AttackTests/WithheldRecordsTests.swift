import Simulation
import Testing

/// A broker that leaves out, holds back and swaps what an agent has sealed, while processes fail as they do anyway.
@Suite("A log that leaves out or swaps what a member said")
struct WithheldRecordsTests {
    /// A schedule with such faults of both agents in between.
    private func schedule(_ seed: UInt64, _ faults: [LogFault]) -> Schedule {
        var schedule = Schedule(seed: seed)
        let places = stride(from: 1, to: schedule.operations.count, by: 5).reversed()
        for (number, place) in places.enumerated() {
            for machine in 0..<2 {
                schedule.operations.insert(
                    .log(.agent(member: number % 2, machine: machine), faults[number % faults.count]), at: place)
            }
        }
        return schedule
    }

    @Test("has every transaction decided once, and every label counted in the order in which it was said")
    func everyFault() throws {
        try expectNothing(of: 1...25, [.loseLabels(1), .holdBack(1), .loseLabels(2), .holdBack(3)])
    }

    @Test("has every transaction decided once, also those that it has left out, alone and in a row")
    func lostTransactions() throws {
        try expectNothing(of: 1...12, [.loseTransactions(1), .loseTransactions(3)])
        try expectNothing(of: 13...25, [.loseTransactions(2), .holdBack(2), .loseLabels(1), .loseTransactions(1)])
    }

    private func expectNothing(of seeds: ClosedRange<UInt64>, _ faults: [LogFault]) throws {
        let simulation = try Simulation()
        for seed in seeds { #expect(try simulation.run(schedule(seed, faults)) == [], "seed \(seed)") }
    }
}
