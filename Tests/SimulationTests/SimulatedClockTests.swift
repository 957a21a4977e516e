import Simulation
import Stages
import Testing

@Suite("The simulated clock")
struct SimulatedClockTests {
    private let clock = SimulatedClock(start: 1_700_000_000_000_000)

    @Test("time stands still until somebody waits, and passes for everybody by as much")
    func waiting() {
        let process = SimulatedClock(of: clock)
        let begin = clock.now
        #expect(clock.now == begin && process.now == begin)
        process.wait(for: .milliseconds(250))
        #expect(clock.now - begin == .milliseconds(250) && process.now == clock.now)
        #expect(clock.microseconds == 1_700_000_000_250_000)
        clock.wait(for: .seconds(-1))
        #expect(clock.now - begin == .milliseconds(250))
    }

    @Test("a process's time of day may jump; its monotonic clock and the others' time of day do not")
    func jumping() {
        let process = SimulatedClock(of: clock)
        let begin = process.now
        process.jump(by: .seconds(-3600))
        #expect(process.microseconds == 1_700_000_000_000_000 - 3_600_000_000)
        #expect(process.now == begin && clock.microseconds == 1_700_000_000_000_000)
        process.jump(by: .seconds(3600))
        #expect(process.microseconds == clock.microseconds)
    }
}
