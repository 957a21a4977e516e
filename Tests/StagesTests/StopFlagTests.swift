import Foundation
import Stages
import Testing

/// What signals do to a process: each test is in a process of its own.
@Suite("The flag that stops a process")
struct StopFlagTests {
    @Test(
        "is set by SIGTERM and by SIGINT, which do not end the process, and sets no flag that follows none",
        arguments: [SIGTERM, SIGINT])
    func signalled(number: Int32) async {
        await #expect(processExitsWith: .success) { [number = number as Int32] in
            let (process, own) = (StopFlag.onSignals(), StopFlag())
            #expect(!process.isSet)
            raise(number)
            #expect(process.isSet && !own.isSet)
            raise(number)
            #expect(process.isSet)
        }
    }

    @Test("is set by what its holder says, too, and stays")
    func told() async {
        await #expect(processExitsWith: .success) {
            let (process, other) = (StopFlag.onSignals(), StopFlag.onSignals())
            process.stop()
            #expect(process.isSet && !other.isSet)
            raise(SIGTERM)
            #expect(other.isSet)
        }
    }

    @Test("is set by signals that whoever started the process had blocked")
    func blocked() async {
        await #expect(processExitsWith: .success) {
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            raise(SIGTERM)
            let process = StopFlag.onSignals()
            // What came before stands in the queue until it is let through.
            #expect(process.isSet)
        }
    }

    @Test("a reader that goes away ends no process that writes to it")
    func brokenPipe() async {
        await #expect(processExitsWith: .success) {
            let process = StopFlag.onSignals()
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            close(ends[0])
            #expect(write(ends[1], [1], 1) == -1 && errno == EPIPE)
            #expect(!process.isSet)
        }
    }

    @Test("is set when the end of standard input comes, and not by what stands in it before", .timeLimit(.minutes(2)))
    func endOfInput() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0 && dup2(ends[0], 0) == 0)
            let process = StopFlag.onSignals(endOfInput: true)
            #expect(write(ends[1], [1, 2, 3], 3) == 3)
            // The thread that reads has taken them.
            var waiting: Int32 = 1
            while waiting > 0 {
                _ = ioctl(0, UInt(FIONREAD), &waiting)
                sched_yield()
            }
            #expect(!process.isSet)
            close(ends[1])
            while !process.isSet { sched_yield() }
        }
    }
}
