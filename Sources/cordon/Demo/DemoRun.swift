import Foundation
import LocalConsortium
import Model
import Records
import Stages
import Terminal
import Worlds

/// The live part of a demo: the roles' processes, the feed, and the table.
struct DemoRun {
    let consortium: DemoConsortium
    let data: DemoData
    let bins: BinnedSpec
    let rate: Double
    let window: Int
    /// Whether some records are broken on their way.
    let faults: Bool
    /// Ordered once a third of everything is decided; waited for in the end.
    let rotation: DemoRotation?
    /// A challenger that is trained meanwhile; waited for in the end.
    let retraining: DemoRetraining?
    /// Who works at the desk of one member, which is served; nil for no desk.
    let desk: DemoAnalyst?
    /// Whether the desk stays until the demo is stopped.
    let stays: Bool

    struct Outcome {
        var state: DemoWatch.State
        /// Ids of the transactions that were sent.
        var sent: [MemberID: Set<String>]
        var peakMemory: Int
        /// Whether it was stopped before the end.
        var stopped: Bool

        /// Takes in what became of other members.
        mutating func take(_ other: Outcome) {
            state.take(other.state)
            sent.merge(other.sent) { $1 }
            peakMemory = max(peakMemory, other.peakMemory)
            stopped = stopped || other.stopped
        }
    }

    func watch(binary: String, stop: StopFlag) throws -> Outcome {
        let events = data.schedule(bucket: bins.spec.terms.bucket)
        let feed = DemoFeed(
            log: consortium.log, events: events, rate: rate, window: window, faultEvery: faults ? 2500 : 0)
        let watch = DemoWatch(log: consortium.log, members: data.members)
        let processes = try consortium.start(
            // Parties answer what added to an alert out of rows that they keep.
            binary, data, bins, stop: stop, partyOptions: retraining != nil || desk != nil ? ["--rows", "90"] : [])
        defer { processes.stop() }
        if let desk { say(try consortium.startDesk(of: desk.member, binary, processes, stop: stop)) }
        var stages = StageThreads()
        stages.add("feed") {
            try feed.run(
                answered: { watch.answered }, taken: { try consortium.haveAgentsTaken() }, until: { stop.isSet })
        }
        stages.add("watch") { try watch.run(until: { stop.isSet }) }
        if let desk { stages.add("analyst") { try desk.run(until: { stop.isSet }) } }
        if let retraining {
            stages.add("retraining") {
                let needed = events.count { $0.time < retraining.begin }
                try retraining.train(
                    isWritten: { feed.written.events >= needed }, answered: { watch.answered }, until: stop)
            }
        }
        let running = stages.start(stop: stop)
        let complete: Bool
        do {
            complete = try show(feed, watch, processes, stop, total: events.count { $0.labelled != nil })
            if complete { try retraining?.judge(until: stop) }
            if complete, stays { try stay(processes, stop) }
        } catch {
            stop.stop()
            try running.wait()
            throw error
        }
        stop.stop()
        try running.wait()
        var sent: [MemberID: Set<String>] = [:]
        for labelled in events.prefix(feed.written.events).compactMap(\.labelled) {
            sent[labelled.member, default: []].insert(labelled.transaction.id)
        }
        return Outcome(
            state: watch.snapshot, sent: sent, peakMemory: processes.peakMemory, stopped: !complete)
    }

    /// Leaves everything running for those who are at the desk.
    private func stay(_ processes: DemoProcesses, _ stop: StopFlag) throws {
        say("\neverything is decided; the desk stays, and Ctrl-C ends the demo with its summary")
        while !stop.isSet {
            Thread.sleep(forTimeInterval: 0.25)
            try processes.check()
        }
    }

    /// Draws the table until everything that was sent is answered (true) or somebody stops it (false).
    private func show(
        _ feed: DemoFeed, _ watch: DemoWatch, _ processes: DemoProcesses, _ stop: StopFlag, total: Int
    ) throws -> Bool {
        var frauds: [MemberID: Set<String>] = [:]
        for labelled in data.transactions where labelled.fraud {
            frauds[labelled.member, default: []].insert(labelled.transaction.id)
        }
        var isOrdered = false
        var board = DemoBoard(members: data.members, frauds: frauds, total: total)
        var lastChange = (answered: 0, at: ContinuousClock.now)
        while !stop.isSet {
            Thread.sleep(forTimeInterval: 0.25)
            try processes.check()
            let written = feed.written
            let answered = watch.answered
            let complete =
                feed.isDone && answered >= written.transactions && (rotation.map { isOrdered && $0.isDone } ?? true)
                && (retraining?.isDone ?? true)
            board.show(
                watch.snapshot, sent: written.sent, notes: [retraining?.words, desk?.words].compactMap { $0 },
                last: complete)
            if complete {
                // A second decision on anything would come right behind the first.
                Thread.sleep(forTimeInterval: 0.5)
                return true
            }
            if let rotation, !isOrdered, answered > total / 3 {
                try rotation.order()
                isOrdered = true
            }
            let isWaiting = answered >= written.transactions && retraining.map { !$0.isDone } ?? false
            if answered != lastChange.answered || isWaiting { lastChange = (answered, ContinuousClock.now) }
            guard ContinuousClock.now - lastChange.at < .seconds(60) else {
                throw Failure("no decision for a minute; the processes' own words are in \(consortium.folder.run)/logs")
            }
        }
        return false
    }
}

extension ScheduledEvent {
    fileprivate var labelled: LabelledTransaction? {
        if case .transaction(let labelled) = self { labelled } else { nil }
    }
}
