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
        let simulation = try Simulation()
        for seed in 1...25 as ClosedRange<UInt64> {
            let schedule = schedule(seed, [.loseLabels(1), .holdBack(1), .loseLabels(2), .holdBack(3)])
            #expect(try simulation.run(schedule) == [], "seed \(seed)")
        }
    }
}
