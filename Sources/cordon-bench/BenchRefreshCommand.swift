import ArgumentParser
import Counters
import EventLogs
import Foundation
import LocalStore
import Manifests
import Records
import Secrets
import SecureScoring
import Terminal
import ThreeParty

/// `cordon-bench refresh`: what it costs to bring the shares of a model and of many tokens' counts to another generation.
struct BenchRefreshCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Measure the refresh of shares: a generation's key, a model, and the counts of millions of tokens.",
        discussion: """
            Three parties count the same events of many tokens, every hundredth a confirmed fraud, and refresh their shares: one slice by \
            slice as a party does in the background, with events between two slices, another only where it is touched. Then every \
            token's counts are opened and held against those before. One thread; nothing is sent but the messages of the key, in \
            memory. Exit 1, and no figures, where a count or a bit of the model is not what it was, or a share is.
            """)

    @Option(help: "Live tokens.")
    var tokens = 1_000_000

    @Option(help: "Events counted; each names two tokens.")
    var events = 2_000_000

    private static let start: Int64 = 1_767_225_600
    private static let days: Int64 = 30
    private static let members = 3

    func validate() throws {
        guard (1000...10_000_000).contains(tokens), (1000...100_000_000).contains(events) else {
            throw ValidationError("`--tokens` is 1,000 to 10,000,000, `--events` 1,000 to 100,000,000")
        }
    }

    func run() throws {
        let (keys, exchange) = try makeKeys()
        let model = try refreshModel(keys)
        let counts = try refreshCounts(keys)
        // All of it was checked.
        say("a generation's key: \(exchange.bytes) bytes in \(exchange.frames) frames, of all parties together")
        say(
            "a model of \(model.bytes) bytes at a party: refreshed in \(decimals(model.seconds * 1000, 2)) ms; nothing is sent"
        )
        say(
            "counts of \(counts.tokens) tokens and \(counts.events) events: \(decimals(counts.busy, 1)) s of one core in \(counts.slices) "
                + "slices, of which the longest held a batch up for \(decimals(counts.longest * 1000, 1)) ms; at a slice each "
                + "\(PartitionCounts.slicePause) it takes \(decimals(counts.atPace, 0)) s; nothing is sent")
        say(
            "written down beside that, as snapshots are, in \(decimals(counts.writing, 1)) s; what the switch itself takes: "
                + "\(decimals(counts.switching * 1000, 2)) ms")
    }

    // MARK: The key

    private func makeKeys() throws -> (keys: [RefreshKey], exchange: (frames: Int, bytes: Int)) {
        let pairs = (0..<3).map { _ in randomBytes(32) }
        var (frames, bytes) = (0, 0)
        func session(_ party: PartyID) -> RefreshSession {
            let generation = ShareGeneration(1)
            return RefreshSession(
                party: party, generation: generation,
                base: RefreshSession.base(consortium: "bench", generation: generation, order: .zero),
                keys: PairKeys(
                    withPrevious: SecretKey(bytes: pairs[party.rawValue]),
                    withNext: SecretKey(bytes: pairs[party.next.rawValue])))
        }
        let keys = try PartyID.allCases.map { party in
            var own = session(party)
            for peer in own.missing {
                var other = session(peer)
                let ask = own.ask()
                guard let answer = try other.receive(ask) else { throw Failure("a peer answers") }
                _ = try own.receive(answer)
                frames += 2
                bytes += ask.encoded.count + answer.encoded.count + 8
            }
            guard let key = try own.key() else { throw Failure("two answers make a key") }
            return key
        }
        guard Set(keys.map(\.mark)).count == 1 else { throw Failure("the parties' keys differ") }
        return (keys, (frames, bytes))
    }

    // MARK: A model

    private func refreshModel(_ keys: [RefreshKey]) throws -> (bytes: Int, seconds: Double) {
        guard let shape = ForestShape(bits: 590, trees: 100, depth: 4, ringBits: 16) else {
            throw Failure("the bench's model has a shape")
        }
        let rows = (0..<3).map { _ in randomBytes(shape.selectionBytes) }
        let leaves = (0..<3).map { _ in randomBytes(shape.leafBytes) }
        var (fresh, time): ([ModelShare], Double) = ([], 0)
        for party in PartyID.allCases {
            guard
                let components = ModelComponents(
                    shape: shape, selectionFirst: rows[party.rawValue], selectionSecond: rows[party.next.rawValue],
                    leavesFirst: leaves[party.rawValue], leavesSecond: leaves[party.next.rawValue])
            else { throw Failure("components are of their shape") }
            let share = ModelShare(shape: shape, components: components, card: nil)
            time += seconds { fresh.append(share.refreshed(by: keys[party.rawValue], of: party, model: .zero)) }
        }
        let bits = rows[0].indices.allSatisfy { at in
            fresh.reduce(0) { $0 ^ $1.components.selectionFirst[at] } == rows.reduce(0) { $0 ^ $1[at] }
        }
        func sum(_ parts: [[UInt8]]) -> [UInt16] {
            let values = parts.map { UInt16.unpack($0) }
            return values[0].indices.map { values[0][$0] &+ values[1][$0] &+ values[2][$0] }
        }
        guard bits, sum(fresh.map { $0.components.leavesFirst }) == sum(leaves),
            fresh[0].components.selectionFirst != rows[0], fresh[0].components.leavesFirst != leaves[0]
        else { throw Failure("the refreshed model is not what it was") }
        return (2 * (shape.selectionBytes + shape.leafBytes), time / 3)
    }

    // MARK: Counts

    private struct CountFigures {
        var tokens = 0
        var events = 0
        var slices = 0
        var busy = 0.0
        var longest = 0.0
        var switching = 0.0
        var writing = 0.0
        var atPace: Double { Double(slices) * (PartitionCounts.slicePause / .seconds(1)) }
    }

    private func refreshCounts(_ keys: [RefreshKey]) throws -> CountFigures {
        guard let spec = CounterSpec(bucketSeconds: EventTime.day, reach: 38 * EventTime.day) else {
            throw Failure("the bench's buckets are whole days")
        }
        let folder = benchFolder("refresh")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = try SQLiteStateStore(path: folder + "/state.sqlite")
        let store = CounterStore(partition: 0, state: state)
        let names = (0..<tokens).compactMap { CountedEntity([2] + Self.bytes($0, 32)) }
        var parties = [PartyCounters](repeating: PartyCounters(spec: spec, members: Self.members), count: 3)
        try count(0..<events, of: names, &parties)
        try state.commit(store.writes(parties[0].takeChanges(), note: []), positions: [])
        let before = try opened(names, &parties)
        var figures = CountFigures(tokens: parties[0].counters.count, events: parties[0].eventCount)
        for party in PartyID.allCases {
            let time = seconds { parties[party.rawValue].refresh(by: keys[party.rawValue], of: party) }
            figures.switching = max(figures.switching, time)
        }
        let progress = Progress("refreshing")
        var (isLeft, next) = (true, events)
        while isLeft {
            let time = seconds { isLeft = parties[0].refreshNext(PartitionCounts.sliceRows) }
            figures.slices += 1
            figures.busy += time
            figures.longest = max(figures.longest, time)
            try count(next..<next + 64, of: names, &parties, isFraud: false)
            next += 64
            if figures.slices % 32 == 0 || !isLeft {
                figures.writing += try seconds {
                    try state.commit(store.writes(parties[0].takeChanges(), note: []), positions: [])
                }
            }
            progress.show("\(figures.slices) slices")
        }
        progress.done("\(figures.slices) slices")
        guard let read = try store.load(spec: spec, members: Self.members), !read.counters.isRefreshing,
            read.counters.eventCount == parties[0].eventCount
        else { throw Failure("the state that was read back is not the one that was written") }
        let after = try opened(names, &parties)
        guard after.counts == before.counts else { throw Failure("a count is not what it was") }
        // One in 65,536 new components is what the old one was.
        guard zip(after.shares, before.shares).count(where: { $0 == $1 }) < names.count / 1000 else {
            throw Failure("shares are what they were")
        }
        return figures
    }

    private func count(
        _ numbers: Range<Int>, of names: [CountedEntity], _ parties: inout [PartyCounters], isFraud: Bool = true
    ) throws {
        let progress = Progress("counting")
        for number in numbers {
            let seconds = Self.start + Int64(min(number, events)) * Self.days * EventTime.day / Int64(events)
            let at = EventTime(seconds: seconds)
            guard let member = MemberNumber(number % Self.members), let id = EventID(Self.bytes(number, 16)) else {
                throw Failure("the bench's events have members and ids")
            }
            let tokens = [names[number % names.count], names[(number &* 7919 &+ 13) % names.count]]
            let parts = [UInt16(truncatingIfNeeded: number &* 40_503), UInt16(truncatingIfNeeded: number &* 30_011)]
            let all = parts + [1 &- parts[0] &- parts[1]]
            for party in PartyID.allCases {
                _ = parties[party.rawValue].event(id, from: member, of: tokens, at: at, logged: at)
                if isFraud, number % 100 == 0 {
                    let share = CountShare(first: all[party.rawValue], second: all[party.next.rawValue])
                    _ = parties[party.rawValue].label(share, of: id, from: member)
                }
            }
            if number % 4096 == 0 { progress.show("\(number) of \(numbers.upperBound)") }
        }
        if numbers.count > 64 { progress.done("\(numbers.count) events at three parties") }
    }

    /// The confirmed frauds of every token in the last month, opened by all three parties' shares, and one component of each.
    private func opened(
        _ names: [CountedEntity], _ parties: inout [PartyCounters]
    ) throws -> (counts: [UInt16], shares: [UInt16]) {
        // Behind all events.
        let end = EventTime(seconds: Self.start + (Self.days + 1) * EventTime.day)
        let window = CountWindow(over: 37 * EventTime.day, delay: 0)
        var (counts, components): ([UInt16], [UInt16]) = ([], [])
        for slice in stride(from: 0, to: names.count, by: 65_536) {
            let part = names[slice..<min(slice + 65_536, names.count)]
            for party in 0..<3 { parties[party].refresh(part) }
            for name in part {
                let shares = parties.map {
                    $0.counters.sum(of: name, over: window, at: end).frauds
                }
                guard shares[0].second == shares[1].first, shares[1].second == shares[2].first,
                    shares[2].second == shares[0].first
                else { throw Failure("two parties hold different components of a count") }
                components.append(shares[0].first)
                counts.append(shares[0].first &+ shares[1].first &+ shares[2].first)
            }
        }
        guard counts.contains(where: { $0 > 0 }) else { throw Failure("the bench has frauds") }
        return (counts, components)
    }

    private static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        let digest = Digest32(of: [Array("bench".utf8), UInt64(number).bigEndianBytes])
        return Array(digest.bytes.prefix(count))
    }

    private func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
