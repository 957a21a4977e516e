import Foundation
import Stages
import Synchronization
import Testing

@Suite("Stages on threads of their own")
struct StageThreadsTests {
    private struct Broken: Error {}

    @Test("run until all are done")
    func all() throws {
        let done = Mutex<Set<String>>([])
        var threads = StageThreads()
        for name in ["one", "two", "a name of more than fifteen letters"] {
            threads.add(name) { _ = done.withLock { $0.insert(name) } }
        }
        let stop = StopFlag()
        try threads.run(stop: stop)
        #expect(done.withLock { $0.count } == 3 && !stop.isSet)
    }

    @Test("all stop when one fails, and tell what the first failed with")
    func failure() {
        let stop = StopFlag()
        var threads = StageThreads()
        threads.add("waiting") { while !stop.isSet { sched_yield() } }
        threads.add("broken") { throw Broken() }
        #expect(throws: Broken.self) { try threads.run(stop: stop) }
        #expect(stop.isSet)
    }

    @Test("stop when they are told to, which is no failure")
    func stopped() throws {
        let stop = StopFlag()
        var threads = StageThreads()
        for name in ["a", "b"] { threads.add(name) { while !stop.isSet { sched_yield() } } }
        let running = threads.start(stop: stop)
        stop.stop()
        try running.wait()
        #expect(running.error == nil)
    }

    @Test("let go of what a stage held when it is done")
    func released() throws {
        final class Held: Sendable {}
        weak var held: Held?
        var threads = StageThreads()
        do {
            let value = Held()
            held = value
            threads.add("holding") { _ = value }
        }
        try threads.run(stop: StopFlag())
        threads = StageThreads()
        #expect(held == nil)
    }

    @Test("a flag is its own: setting one sets no other")
    func flags() {
        let (one, other) = (StopFlag(), StopFlag())
        one.stop()
        #expect(one.isSet && !other.isSet)
        one.stop()
        #expect(one.isSet)
    }
}
