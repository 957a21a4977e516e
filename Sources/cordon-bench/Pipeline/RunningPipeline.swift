import ArgumentParser
import EventLogs
import Foundation
import Histogram
import LocalConsortium
import Model
import Records
import Stages
import Terminal

/// A pipeline whose processes run, fed and watched one measurement after the other. Each begins with nothing on its way.
final class RunningPipeline {
    private let name: String
    private let log: any EventLog
    private let load: PipelineLoad
    private let watch: PipelineWatch
    private let processes: DemoProcesses
    /// Where allocations are counted.
    private let counter: AllocationCounter?
    private let stop: StopFlag
    private var place = 0
    private(set) var sent = 0
    /// Whether a loop runs that is not to end by itself.
    private var isSteady = false
    private var lastCheck = ContinuousClock.now
    /// The time without a decision after which transactions are lost.
    var patience = Duration.seconds(30)
    private var lastChange = (answered: 0, at: ContinuousClock.now)

    init(
        _ name: String, log: any EventLog, load: PipelineLoad, watch: PipelineWatch, processes: DemoProcesses,
        counter: AllocationCounter?, stop: StopFlag
    ) {
        self.name = name
        self.log = log
        self.load = load
        self.watch = watch
        self.processes = processes
        self.counter = counter
        self.stop = stop
    }

    struct Closed {
        var transactions: Int
        var seconds: Double
        /// What each process used meanwhile.
        var usage: [String: ProcessUsage]
    }

    /// As fast as decisions come back, with at most `window` transactions on their way; the first second is not counted, or
    /// the first quarter of what is prepared where a machine sends that within it.
    /// Ends early where all but `reserve` transactions are sent, and not before something was decided.
    func closed(seconds: Double, window: Int, reserve: Int) throws -> Closed {
        let start = ContinuousClock.now
        let quarter = place + load.slice(from: place, transactions: load.transactions - sent - reserve).count / 4
        return try closed(
            "as fast as decisions come back", window: window, reserve: reserve,
            isBegun: { .now > start + .seconds(1) || self.place >= quarter },
            isOver: { .now >= start + .seconds(1 + seconds) })
    }

    /// As fast as decisions come back, counted from when `isBegun` says so until `isOver` does; ends early as above.
    func closed(
        _ what: String, window: Int, reserve: Int, isBegun: () throws -> Bool, isOver: () throws -> Bool
    ) throws -> Closed {
        let progress = Progress("\(name), \(what)")
        let all = load.slice(from: place, transactions: load.transactions - sent - reserve)
        var begin: (answered: Int, at: ContinuousClock.Instant, usage: [String: ProcessUsage])?
        while place < all.endIndex, try begin == nil || begin?.answered == watch.answered || !isOver() {
            try check()
            if begin == nil, try isBegun() {
                begin = (watch.answered, .now, try ProcessUsage.all(processes, counter))
            }
            try pump(upTo: all.endIndex, window: window)
            progress.show("\(watch.answered) decisions")
        }
        guard let begin else {
            throw Failure("the prepared transactions were sent before anything was measured; prepare more")
        }
        let (answered, elapsed) = (watch.answered - begin.answered, ContinuousClock.now - begin.at)
        let after = try ProcessUsage.all(processes, counter)
        try drain()
        let figures = Closed(
            transactions: answered, seconds: elapsed / .seconds(1),
            usage: after.merging(begin.usage) { $0.since($1) })
        progress.done("\(Int(Double(answered) / figures.seconds)) transactions/s")
        return figures
    }

    /// Sends so many transactions as fast as decisions come back, and waits for their decisions.
    func fill(transactions: Int, window: Int) throws {
        let progress = Progress("\(name), filling")
        let all = load.slice(from: place, transactions: transactions)
        while place < all.endIndex {
            try check()
            try pump(upTo: all.endIndex, window: window)
            progress.show("\(watch.answered) decisions")
        }
        try drain()
        progress.done("\(watch.answered) transactions")
    }

    /// Sends what may be on its way beside what is; waits a moment where that is nothing.
    private func pump(upTo end: Int, window: Int) throws {
        let allowed = min(window - (sent - watch.answered), 512)
        guard allowed > 0 else { return Thread.sleep(forTimeInterval: 0.0005) }
        let next = load.slice(from: place, transactions: allowed)
        try send(next[..<min(next.endIndex, end)])
    }

    struct Open {
        var latency: BenchLogCommand.Figures.Latency
        /// How late the generator handed transactions to the log, 99 of 100, in milliseconds.
        var lateP99: Double
    }

    /// Transactions are due at a steady rate; a latency counts from then until the decision is visible to a reader.
    func open(rate: Int, seconds: Double, mostLate: Double) throws -> Open {
        let progress = Progress("\(name), \(rate) transactions/s are due")
        let count = Int(Double(rate) * seconds)
        let loop = OpenLoop(
            load.slice(from: place, transactions: count), rate: rate, start: BenchStamp.now + 50_000_000, log: log)
        guard loop.due.count == count else {
            throw Failure("there are not enough prepared transactions left for \(rate)/s")
        }
        let lateP99 = try run(loop, mostLate: mostLate) { isRunning in
            while watch.answered < sent, isRunning() {
                try check()
                Thread.sleep(forTimeInterval: 0.02)
                progress.show("\(watch.answered - sent + loop.due.count) decisions")
            }
        }
        let open = Open(latency: latency(loop.due[...]), lateP99: lateP99)
        progress.done(
            "p50 \(decimals(open.latency.p50, 1)) ms, p99 \(decimals(open.latency.p99, 1)) ms, generator late by p99 "
                + "\(decimals(open.lateP99, 1)) ms")
        return open
    }

    struct Steady {
        /// In the order in which they were due.
        var due: [OpenLoop.Transaction]
        var lateP99: Double
    }

    /// Transactions are due at a steady rate for as long as `body` takes, which runs on this thread.
    ///
    /// - Parameter mostSeconds: throws where it takes longer.
    func open(rate: Int, mostSeconds: Double, mostLate: Double, while body: () throws -> Void) throws -> Steady {
        let items = load.slice(from: place, transactions: Int(Double(rate) * mostSeconds))
        let loop = OpenLoop(items, rate: rate, start: BenchStamp.now + 50_000_000, log: log)
        guard let last = loop.due.last else { throw Failure("there are no prepared transactions left for \(rate)/s") }
        let before = (place: place, sent: sent)
        var taken = 0
        let lateP99 = try run(loop, mostLate: mostLate) { _ in
            isSteady = true
            try body()
            let end = BenchStamp.now + 20_000_000
            guard end < last.time else { throw Self.usedUp }
            let (items, transactions) = loop.end(at: end)
            (place, sent, taken) = (before.place + items, before.sent + transactions, transactions)
            isSteady = false
            try drain()
        }
        return Steady(due: Array(loop.due.prefix(taken)), lateP99: lateP99)
    }

    private static let usedUp = Failure("the prepared transactions were used up: prepare more by `--most-seconds`")

    /// Runs a loop's writers while `body` does.
    ///
    /// - Returns: how late they were, 99 of 100, in milliseconds.
    private func run(_ loop: OpenLoop, mostLate: Double, _ body: (_ isRunning: () -> Bool) throws -> Void) throws
        -> Double
    {
        place += loop.count
        sent += loop.due.count
        let (late, ended) = (LatenessRecord(), StopFlag())
        let writers = loop.start(late, stop: ended)
        do {
            defer { ended.stop() }
            try body { writers.error == nil }
        }
        try writers.wait()
        guard late.p99 <= mostLate else {
            throw GeneratorLate(milliseconds: late.p99, most: mostLate, rate: loop.rate)
        }
        return late.p99
    }

    /// How long decisions took.
    func latency(_ due: ArraySlice<OpenLoop.Transaction>) -> BenchLogCommand.Figures.Latency {
        var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
        let seen = watch.answers.seen
        for (transaction, due) in due where seen[transaction] > due {
            histogram.record((seen[transaction] - due) / 1000)
        }
        func milliseconds(_ value: UInt64) -> Double { Double(value) / 1000 }
        return .init(
            p50: milliseconds(histogram.valueAtPercentile(50)), p99: milliseconds(histogram.valueAtPercentile(99)),
            p999: milliseconds(histogram.valueAtPercentile(99.9)), max: milliseconds(histogram.max))
    }

    /// Each transaction is sent when the one before it is decided; the median in milliseconds.
    func single(count: Int) throws -> Double {
        let progress = Progress("\(name), one transaction at a time")
        var times: [Double] = []
        for _ in 0..<count {
            let items = load.slice(from: place, transactions: 1)
            guard let transaction = items.lazy.compactMap(\.transaction).first else { break }
            let start = BenchStamp.now
            try send(items)
            while watch.seen(transaction) == 0 {
                try check()
                Thread.sleep(forTimeInterval: 0.0002)
            }
            times.append(Double(watch.seen(transaction) - start) / 1e6)
        }
        guard let median = percentile(times.sorted(), 0.5) else { throw Failure("there are no transactions left") }
        progress.done("median \(decimals(median, 1)) ms of \(times.count)")
        return median
    }

    private func send(_ items: ArraySlice<PipelineLoad.Item>) throws {
        try log.append(items.map(\.record))
        place = items.endIndex
        sent += items.count { $0.transaction != nil }
    }

    /// Waits until all that was sent is decided.
    private func drain() throws {
        while watch.answered < sent {
            try check()
            Thread.sleep(forTimeInterval: 0.005)
        }
    }

    /// Transactions decided so far.
    var answered: Int { watch.answered }

    /// What each process has used so far.
    func usage() throws -> [String: ProcessUsage] { try ProcessUsage.all(processes, counter) }

    /// Throws where a process has ended, nothing was decided for a while, or somebody wants to stop.
    func check() throws {
        let now = ContinuousClock.now
        guard now - lastCheck > .milliseconds(250) else { return }
        lastCheck = now
        try processes.check()
        guard !stop.isSet else { throw ExitCode(130) }
        let answered = watch.answered
        guard !isSteady || answered < sent else { throw Self.usedUp }
        if answered != lastChange.answered || answered >= sent { lastChange = (answered, now) }
        guard now - lastChange.at < patience else {
            throw Failure(
                "\(sent - answered) transactions were lost: no decision came for \(decimals(patience / .seconds(1), 0)) s"
            )
        }
    }
}

/// The load was not what it should have been, so no latency of it is reported.
struct GeneratorLate: Error, CustomStringConvertible {
    var milliseconds: Double
    var most: Double
    var rate: Int

    var description: String {
        "the generator was late by \(decimals(milliseconds, 1)) ms (p99; at most \(decimals(most, 1)) ms are allowed) at "
            + "\(rate) transactions/s: this machine can't make that load beside the pipeline, so nothing is reported"
    }
}
