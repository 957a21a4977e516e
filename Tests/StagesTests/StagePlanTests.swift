import EventLogs
import Foundation
import Stages
import Synchronization
import Testing

/// Plans on threads of their own. Everything waits for what it waits for; a host that never gets there hangs the test.
@Suite("Plans of stages on threads")
struct StagePlanTests {
    private let host = ThreadHost(clock: SystemClock())

    private struct Boom: Error {}

    /// What happened, in order.
    private final class Events: Sendable {
        let all = Mutex<[String]>([])

        func note(_ event: String) { all.withLock { $0.append(event) } }
        var list: [String] { all.withLock { $0 } }
    }

    private final class Scripted: Stage {
        let name: String
        let events: Events
        let body: () throws -> Turn

        init(_ name: String, _ events: Events, _ body: @escaping () throws -> Turn = { .idle }) {
            self.name = name
            self.events = events
            self.body = body
        }

        func turn(until moment: Moment) throws -> Turn { try body() }
        func finish() { events.note("\(name) finished") }
    }

    @Test("are made on their threads, turned until they are told to stop, and finished")
    func stopping() throws {
        let events = Events()
        let stop = StopFlag()
        let running = host.start(
            [
                StagePlan("one") {
                    Scripted("one", events) {
                        stop.stop()
                        return .worked
                    }
                }
            ], stop: stop)
        try running.wait()
        #expect(events.list == ["one finished"] && running.error == nil)
    }

    @Test("wait for each other where one can't be made yet")
    func waiting() throws {
        let events = Events()
        let stop = StopFlag()
        let isReady = Mutex(false)
        let tries = Mutex(0)
        let second = StagePlan("second") {
            tries.withLock { $0 += 1 }
            guard isReady.withLock({ $0 }) else { return nil }
            events.note("second made")
            stop.stop()
            return Scripted("second", events)
        }
        let first = StagePlan("first") {
            Scripted("first", events) {
                guard tries.withLock({ $0 }) >= 3 else { return .rest(.milliseconds(1)) }
                if !isReady.withLock({ $0 }) { events.note("first is ready") }
                isReady.withLock { $0 = true }
                return .idle
            }
        }
        try host.start([first, second], stop: stop).wait()
        #expect(events.list.prefix(2) == ["first is ready", "second made"])
        #expect(Set(events.list.dropFirst(2)) == ["first finished", "second finished"])
    }

    @Test("all stop where one fails, and are told of its error", arguments: [false, true])
    func failing(isWhileMade: Bool) throws {
        let events = Events()
        let bad = StagePlan("bad") {
            if isWhileMade { throw Boom() }
            return Scripted("bad", events) { throw Boom() }
        }
        let running = host.start([bad, StagePlan("good") { Scripted("good", events) }], stop: StopFlag())
        #expect(throws: Boom.self) { try running.wait() }
        #expect(running.error is Boom)
        // The good one may be stopped before it was made.
        #expect(events.list == ["good finished"] || events.list.isEmpty)
    }

    @Test("go on without one that their role outlives")
    func outliving() throws {
        let events = Events()
        let stop = StopFlag()
        let bad = StagePlan(
            "bad",
            outlives: { error in
                events.note("\(error)")
                return true
            }, make: { Scripted("bad", events) { throw Boom() } })
        let good = StagePlan("good") {
            Scripted("good", events) {
                if !events.list.isEmpty { stop.stop() }
                return .rest(.milliseconds(1))
            }
        }
        let running = host.start([bad, good], stop: stop)
        try running.wait()
        #expect(events.list == ["Boom()", "good finished"] && running.error == nil)
    }

    @Test("have a thread that gives way to others where they work in the background", arguments: [false, true])
    func background(isBackground: Bool) throws {
        let events = Events()
        let stop = StopFlag()
        let plan = StagePlan("one", isBackground: isBackground) {
            Scripted("one", events) {
                events.note(try niceness())
                stop.stop()
                return .worked
            }
        }
        let own = try niceness()
        try host.start([plan], stop: stop).wait()
        #expect(events.list.first == (isBackground ? "\(StageThreads.backgroundNiceness)" : own))
        #expect(try niceness() == own)
    }

    /// What the kernel says of the calling thread (proc(5), the nineteenth field, of which names take the second).
    private func niceness() throws -> String {
        let line = try String(contentsOfFile: "/proc/thread-self/stat", encoding: .utf8)
        let fields = try #require(line.split(separator: ")").last).split(separator: " ")
        return String(try #require(fields.dropFirst(16).first))
    }

    @Test("are turned again after errors that pass, which they are told of")
    func retrying() throws {
        let events = Events()
        let stop = StopFlag()
        let plan = StagePlan("one", retried: { events.note("\($0)") }) {
            Scripted("one", events) {
                guard events.list.isEmpty else {
                    stop.stop()
                    return .worked
                }
                throw LogError.unreachable(reason: "once")
            }
        }
        try host.start([plan], stop: stop).wait()
        #expect(events.list == ["\(LogError.unreachable(reason: "once"))", "one finished"])
    }
}
