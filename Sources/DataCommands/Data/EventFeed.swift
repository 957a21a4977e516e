import ArgumentParser
import EventLogs
import Formats
import Foundation
import Records
import Stages
import Terminal
import Worlds

/// How fast events are sent.
enum Pace: ExpressibleByArgument {
    /// Times as fast as the data's own clock.
    case factor(Double)
    /// Records a second, however the data's clock goes.
    case perSecond(Double)
    case unbounded

    /// `10x` or `10`, `500/s`, `max` or `0`.
    init?(argument: String) {
        let isRate = argument.hasSuffix("/s")
        let number = isRate ? argument.dropLast(2) : argument.hasSuffix("x") ? argument.dropLast() : argument[...]
        if argument == "max" || argument == "0" {
            self = .unbounded
        } else if let value = Double(number), value > 0, value.isFinite {
            self = isRate ? .perSecond(value) : .factor(value)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String { "max" }

    static let help = ArgumentHelp(
        "10x is ten times faster than the data's own clock, 500/s is records a second, max is as fast as can be.",
        valueName: "speed")
}

/// Sends events into the members' topics, as their core systems would, at a pace.
struct EventFeed {
    let log: any EventLog
    let pace: Pace
    let stop: StopFlag
    private(set) var sent = 0
    private let start = ContinuousClock.now
    private var first: EventTime?

    init(log: any EventLog, pace: Pace, stop: StopFlag) {
        self.log = log
        self.pace = pace
        self.stop = stop
    }

    /// Refuses to begin where a member has no topic.
    func check(_ members: some Sequence<MemberID>) throws {
        for member in members { _ = try log.partitions(of: Topics.transactions(member)) }
    }

    /// Returns once all are sent, or somebody stops it. The clock goes on between calls.
    ///
    /// - Parameter events: by time, not before those of an earlier call.
    mutating func send(_ events: [ScheduledEvent], progress: (Int, EventTime) -> Void) throws {
        var next = 0
        if first == nil { first = events.first?.time }
        while next < events.count, !stop.isSet {
            let due = due(events, from: next)
            if due == next {
                Thread.sleep(forTimeInterval: 0.01)
            } else {
                try log.append(events[next..<due].map(\.record))
                sent += due - next
                next = due
            }
            progress(sent, events[max(next - 1, 0)].time)
        }
    }

    /// A world, day by day, so that only days that labels still come from are in memory.
    mutating func send(_ world: any SimulatedWorld, labelDelayDays: Int) throws {
        let progress = Progress("sending")
        var waiting: [LabelledTransaction] = []
        for day in 0..<world.dayCount where !stop.isSet {
            let today = world.firstDay + day
            let all = waiting + world.transactions(day: day).map(\.labelled)
            let events = eventSchedule(all, days: today...today, labelDelayDays: labelDelayDays)
            try send(events) { sent, time in progress.show("\(sent) records, \(time.rfc3339)") }
            waiting = all.filter { $0.fraud && $0.transaction.time.dayNumber + labelDelayDays > today }
        }
        progress.done("\(sent) records")
    }

    /// Up to which event it is time, no more than 500 at once.
    private func due(_ events: [ScheduledEvent], from next: Int) -> Int {
        let most = min(events.count, next + 500)
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        switch pace {
        case .unbounded: return most
        case .perSecond(let rate): return min(most, next + max(0, Int(elapsed * rate) - sent))
        case .factor(let factor):
            let clock = (first?.seconds ?? 0) + Int64(elapsed * factor)
            return events[next..<most].firstIndex { $0.time.seconds > clock } ?? most
        }
    }
}
