import ArgumentParser
import Counters
import EventLogs
import Foundation
import LocalStore
import Records
import SecureScoring
import Terminal
import ThreeParty
import Tokens

/// `cordon-bench counters`: what a party's counts of many live tokens cost in memory, on disk, at a restart and while their key
/// rotates.
struct BenchCountersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counters",
        abstract: "Measure a party's counts of millions of tokens: memory, snapshot, restart, rotation.",
        discussion: """
            Counts events of many tokens over a month, every hundredth a confirmed fraud, keeps them in a party's state as \
            batches would, reads them back, and moves all tokens to a new key in slices between which events are counted. \
            One thread, nothing is sent. Exit 1 where a state that was read back is not the one that was written.
            """)

    @Option(help: "Live tokens.")
    var tokens = 1_000_000

    @Option(help: "Events counted; each names two tokens.")
    var events = 2_000_000

    @Flag(help: "Leave the rotation out, which takes most of the time.")
    var noRotation = false

    private static let start: Int64 = 1_767_225_600
    private static let days: Int64 = 30
    private static let batch = 256
    private static let members = 3

    func validate() throws {
        guard (1000...10_000_000).contains(tokens), (1000...100_000_000).contains(events) else {
            throw ValidationError("`--tokens` is 1,000 to 10,000,000, `--events` 1,000 to 100,000,000")
        }
    }

    func run() throws {
        guard
            // Windows of up to 30 days, 7 days ago.
            let spec = CounterSpec(bucketSeconds: EventTime.day, reach: (30 + 7 + 1) * EventTime.day)
        else { throw Failure("the bench's buckets are whole days") }
        let folder = benchFolder("counters")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let update = try BenchTokenKeys.make().update()
        let keys = try liveTokens(update)
        let memory = residentMegabytes()
        let state = try SQLiteStateStore(path: folder + "/state.sqlite")
        let store = CounterStore(partition: 0, state: state)
        var counters = PartyCounters(spec: spec, members: Self.members)
        let counted = try count(0..<events, of: keys, &counters) { counters in
            try state.commit(store.writes(counters.takeChanges(), note: []), positions: [])
        }
        say(
            "\(counters.counters.count) tokens and \(counters.eventCount) events live: \(residentMegabytes() - memory) MB beside "
                + "the list of tokens")
        say("counted, with a commit each \(Self.batch) events: \(Int(Double(events) / counted)) events/s")
        if !noRotation { try rotate(&counters, keys, update, store, state, before: memory) }
        let restart = try seconds {
            guard let read = try store.load(spec: spec, members: Self.members), Self.isAlike(read.counters, counters)
            else {
                throw Failure("the state that was read back is not the one that was written")
            }
        }
        say("on disk \(try bytes(folder) / 1_000_000) MB; read back and compared in \(decimals(restart, 1)) s")
    }

    /// Valid tokens, each the one before it moved once more.
    private func liveTokens(_ update: borrowing TokenUpdate) throws -> [CountedEntity] {
        let progress = Progress("making tokens")
        var generator = SystemRandomNumberGenerator()
        guard let first = KeyDealing(dealer: .zero, using: &generator).commitments.constant else {
            throw Failure("a dealer commits to its constant")
        }
        var token = try EntityToken(bytes: first.compressed)
        var keys: [CountedEntity] = []
        keys.reserveCapacity(tokens)
        while keys.count < tokens {
            guard let key = CountedEntity(token.bytes) else { throw Failure("a token is 33 bytes") }
            keys.append(key)
            token = update.moved([token])[0]
            if keys.count % 1000 == 0 { progress.show("\(keys.count) of \(tokens)") }
        }
        progress.done("\(tokens) tokens")
        return keys
    }

    /// Seconds that the counting took.
    private func count(
        _ numbers: Range<Int>, of keys: [CountedEntity], _ counters: inout PartyCounters,
        _ commit: (inout PartyCounters) throws -> Void
    ) throws -> Double {
        let progress = Progress("counting")
        let time = try seconds {
            for number in numbers {
                let at = EventTime(seconds: Self.start + Int64(number) * Self.days * EventTime.day / Int64(events))
                guard let member = MemberNumber(number % Self.members), let id = Self.id(number) else {
                    continue
                }
                let tokens = [keys[number % keys.count], keys[(number &* 7919 &+ 13) % keys.count]]
                _ = counters.event(id, from: member, of: tokens, at: at, logged: at)
                if number % 100 == 0 {
                    let share = CountShare(
                        first: UInt16(truncatingIfNeeded: number), second: UInt16(truncatingIfNeeded: number &* 3))
                    if counters.takesLabels(from: member, partition: 0, position: UInt64(number)) {
                        _ = counters.label(share, of: id, from: member)
                    }
                }
                if number % Self.batch == 0 {
                    counters.settle(logged: at)
                    counters.sweep(Self.batch)
                    try commit(&counters)
                    progress.show("\(number) of \(numbers.upperBound)")
                }
            }
            try commit(&counters)
        }
        progress.done("\(numbers.count) events")
        return time
    }

    private func rotate(
        _ counters: inout PartyCounters, _ keys: [CountedEntity], _ update: borrowing TokenUpdate,
        _ store: CounterStore,
        _ state: any StateStore, before memory: Int
    ) throws {
        let progress = Progress("rotating")
        try counters.beginRotation()
        guard let now = counters.counters.now else { throw Failure("the bench counts at least one event") }
        var (moved, next, pause, most) = (0, events, 0.0, 0)
        let all = try seconds {
            while case let slice = counters.unmoved(Self.batch), !slice.isEmpty {
                let elements = try slice.map { try EntityToken(bytes: $0.bytes) }
                let pairs = zip(slice, update.moved(elements)).compactMap { from, to in
                    CountedEntity(to.bytes).map { (from: from, to: $0) }
                }
                pause = max(pause, try seconds { try counters.rekey(pairs) })
                moved += pairs.count
                // Events go on between two slices.
                _ = counters.event(
                    Self.id(next)!, from: MemberNumber(0)!, of: [keys[next % keys.count]], at: now, logged: now)
                next += 1
                try state.commit(store.writes(counters.takeChanges(), note: []), positions: [])
                if moved % (64 * Self.batch) == 0 { most = max(most, residentMegabytes()) }
                progress.show("\(moved) tokens")
            }
            pause = max(pause, try seconds { try counters.finishRotation() })
            while counters.renew(Self.batch) {
                try state.commit(store.writes(counters.takeChanges(), note: []), positions: [])
            }
            try state.commit(store.writes(counters.takeChanges(), note: []), positions: [])
        }
        progress.done("\(moved) tokens")
        say(
            "moved to a new key: \(moved) tokens in \(decimals(all / 60, 1)) minutes, in slices of \(Self.batch) that hold "
                + "counting up for \(decimals(pause * 1000, 1)) ms at most; \(max(most, residentMegabytes()) - memory) MB "
                + "meanwhile")
    }

    private static func id(_ number: Int) -> EventID? {
        EventID(UInt64(number).bigEndianBytes + UInt64(number).bigEndianBytes)
    }

    private static func isAlike(_ one: PartyCounters, _ other: PartyCounters) -> Bool {
        let (a, b) = (one.canonical, other.canonical)
        return a.tokens.elementsEqual(b.tokens) { $0.token == $1.token && $0.buckets == $1.buckets }
            && a.events.elementsEqual(b.events) { $0.key == $1.key && $0.row == $1.row }
    }

    private func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private func bytes(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) {
            $0 + ((try FileManager.default.attributesOfItem(atPath: "\(folder)/\($1)")[.size] as? Int) ?? 0)
        }
    }
}
