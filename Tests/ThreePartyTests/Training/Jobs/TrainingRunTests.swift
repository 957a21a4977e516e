import Model
import Records
import Support
import Synchronization
import Testing
import ThreeParty

@Suite("A training job at three parties")
struct TrainingRunTests {
    private let cell: JobCell

    init() throws { cell = try JobCell(rule: JobCell.rule()) }

    @Test("ends at all three with the reference trainer's forest, one plan and one coin")
    func whole() throws {
        let workers = InProcessTransport.cell().values.map { link in Worker { (link.party, try cell.live(link)) } }
        let ends = Dictionary(uniqueKeysWithValues: try workers.map { try $0.value() })
        try cell.expectRight(ends.mapValues(\.job))
        for end in ends.values {
            #expect(end.progress.map(\.groups) == [0, 1, 2, 3] && end.progress.allSatisfy { $0.of == 3 })
            #expect(Set(end.state.keys) == Set(TrainingEntry.allCases))
            #expect(end.job.leftOut.isEmpty && end.job.thinned.isEmpty && end.job.ringBits == 16)
        }
    }

    @Test("keeps its part of the coin before it says hello, and the commitments before it opens it")
    func order() throws {
        let links = InProcessTransport.cell()
        let events = Mutex<[String]>([])
        let recorder = RecordingTransport(links[.zero]!) { frame in
            if frame.kind != .training { events.withLock { $0.append("\(frame.kind)") } }
        }
        let others = [PartyID.one, .two].map { party in Worker { try cell.live(links[party]!).job } }
        _ = try cell.run(.zero).run(
            over: TrainingExchange(transport: recorder, patience: .seconds(50)), from: JobCell.now,
            left: { .seconds(50) },
            keep: { entry, bytes in events.withLock { $0.append("\(entry) \(bytes.count)") } }, progress: { _ in })
        for other in others { _ = try other.value() }
        var seen: Set<String> = []
        let first = events.withLock { $0 }.filter { seen.insert($0).inserted }
        #expect(first.prefix(4) == ["coin 90", "agreement", "coin 186", "opening"])
    }

    @Test(
        "goes on where a party was killed wherever it keeps something, with the same model in every bit",
        arguments: PartyID.allCases)
    func killed(party: PartyID) throws {
        let straight = JobCell.bytes(try cell.parties())
        // It keeps its coin, the commitments, and three checkpoints.
        for kept in 0...4 {
            let trained = try cell.parties(lives: [party: [kept]])
            try cell.expectRight(trained)
            // Who never kept its part of the coin has another one in its next life.
            if kept > 0 { #expect(JobCell.bytes(trained) == straight, "\(party) after \(kept)") }
        }
    }

    @Test("goes on where all were killed, at different groups, and one of them twice")
    func allKilled() throws {
        let straight = JobCell.bytes(try cell.parties())
        for lives: [PartyID: [Int]] in [
            [.zero: [3], .one: [4], .two: [3]], [.zero: [2, 2], .one: [3], .two: [1, 1, 1]],
        ] {
            #expect(JobCell.bytes(try cell.parties(lives: lives)) == straight)
        }
    }

    @Test("gives the same shares to parties that run it again, from the last group or from nothing but the coin")
    func again() throws {
        let workers = InProcessTransport.cell().values.map { link in Worker { (link.party, try cell.live(link)) } }
        let ends = Dictionary(uniqueKeysWithValues: try workers.map { try $0.value() })
        let straight = JobCell.bytes(ends.mapValues(\.job))
        var states = ends.mapValues(\.state)
        #expect(JobCell.bytes(try cell.parties(states: states)) == straight)
        states[.one] = states[.one]?.filter { $0.key == .coin }
        #expect(JobCell.bytes(try cell.parties(states: states)) == straight)
    }

    // MARK: Named ends

    private func ends(
        _ cells: [PartyID: JobCell], states: [PartyID: JobCell.State] = [:],
        left: @escaping @Sendable (PartyID) -> Duration = { _ in .seconds(50) }
    ) throws -> [PartyID: TrainingStop?] {
        let links = InProcessTransport.cell()
        let workers = cells.map { party, cell in
            Worker { (party, try cell.stop(links[party]!, left: { left(party) }, state: states[party] ?? [:])) }
        }
        return Dictionary(uniqueKeysWithValues: try workers.map { try $0.value() })
    }

    private func all(_ change: (inout JobCell) -> Void = { _ in }) -> [PartyID: JobCell] {
        var other = cell
        change(&other)
        return Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, other) })
    }

    @Test("ends where one party has other rows, or was ordered something else: the others name it")
    func otherRows() throws {
        let changes: [(inout JobCell) -> Void] = [
            { $0.digests[.one] = Digest32(of: [[2]]) }, { $0.job.order = Digest32(of: [[2]]) },
            { $0.job.admitted = [] },
            { $0.job.leastRows = 2 }, { $0.job.leastFrauds = 1 },
        ]
        for change in changes {
            var cells = all()
            change(&cells[.one]!)
            let ends = try ends(cells)
            #expect(ends[.zero] == .refused(.otherBase(peer: .one)) && ends[.two] == .refused(.otherBase(peer: .one)))
            guard case .refused(.otherBase) = ends[.one] else {
                Issue.record("party one ended by \(String(describing: ends[.one]))")
                continue
            }
        }
    }

    @Test("waits for a party that is missing until its time is over")
    func missing() throws {
        let begin = ContinuousClock.now
        let ends = try ends(
            all().filter { $0.key != .two }, left: { _ in .milliseconds(300) - (.now - begin) })
        #expect(ends == [.zero: .late([.two]), .one: .late([.two])])
    }

    @Test("ends where its time is over between two groups; the others go on to wait, until theirs is")
    func expired() throws {
        let groups = Mutex(0)
        let links = InProcessTransport.cell()
        let others = [PartyID.zero, .one].map { party in
            // Their time is over when party two has left.
            Worker { try cell.stop(links[party]!, left: { groups.withLock { $0 } < 3 ? .seconds(50) : .zero }) }
        }
        do {
            _ = try cell.run(.two).run(
                over: TrainingExchange(transport: links[.two]!, patience: .seconds(50)), from: JobCell.now,
                left: { groups.withLock { $0 } < 2 ? .seconds(50) : .zero }, keep: { _, _ in },
                progress: { progress in groups.withLock { $0 = progress.groups } })
            Issue.record("party two has a model")
        } catch let stop as TrainingStop {
            guard case .late = stop else { throw stop }
        }
        groups.withLock { $0 = 3 }
        for other in others {
            guard case .late = try other.value() else {
                Issue.record("a party did not wait")
                continue
            }
        }
    }

    @Test("is given up by all where one can't keep a checkpoint: it says so to the others")
    func full() throws {
        struct Full: Error, CustomStringConvertible { let description = "the disk is full" }
        let links = InProcessTransport.cell()
        let others = [PartyID.zero, .two].map { party in
            Worker { try cell.stop(links[party]!) }
        }
        #expect(throws: TrainingStop.notKept("the disk is full")) {
            try cell.run(.one).run(
                over: TrainingExchange(transport: links[.one]!, patience: .seconds(50)), from: JobCell.now,
                left: { .seconds(50) }, keep: { entry, _ in if entry == .even { throw Full() } }, progress: { _ in })
        }
        for other in others { #expect(try other.value() == .gaveUp(.one)) }
    }

    @Test("refuses a party that lost its state of a job whose coin was opened, and the others by name")
    func otherCoin() throws {
        let workers = InProcessTransport.cell().values.map { link in
            Worker { (link.party, try cell.live(link).state) }
        }
        let states = Dictionary(uniqueKeysWithValues: try workers.map { try $0.value() })
        let links = InProcessTransport.cell()
        let others = [PartyID.zero, .one].map { party in
            Worker { try cell.stop(links[party]!, state: states[party]!) }
        }
        // Party two comes with another part of the coin.
        #expect(throws: TrainingStop.self) {
            try cell.run(.two, life: 1).run(
                over: TrainingExchange(transport: links[.two]!, patience: .seconds(50)), from: JobCell.now,
                left: { .seconds(50) }, keep: { _, _ in }, progress: { _ in })
        }
        for other in others {
            let stop = try other.value()
            #expect([.refused(.otherCoin(peer: .two)), .gaveUp(.zero), .gaveUp(.one)].contains(stop))
        }
    }

    @Test("ends where there are too few rows, or too few frauds, and says how many")
    func few() throws {
        #expect(throws: TrainingError.fewRows(40, least: 41)) {
            var other = cell
            other.job.leastRows = 41
            _ = try other.run(.zero)
        }
        let frauds = cell.cell.columns.fraud.count { $0 }
        let ends = try ends(all { $0.job.leastFrauds = frauds + 1 })
        #expect(Set(ends.values) == [.refused(.fewFrauds(frauds, least: frauds + 1))])
        #expect(try self.ends(all { $0.job.leastFrauds = frauds }).values.allSatisfy { $0 == nil })
    }

    @Test("refuses a state that is of another job, or damaged")
    func otherState() throws {
        var kept: JobCell.State = [:]
        let links = InProcessTransport.cell()
        let workers = PartyID.allCases.map { party in Worker { (party, try cell.live(links[party]!).state) } }
        for worker in workers {
            let (party, state) = try worker.value()
            if party == .zero { kept = state }
        }
        var other = cell
        other.job.number = 8
        #expect(throws: TrainingError.checkpoint) { _ = try other.run(.zero, kept) }
        for bytes in [[], Array(kept[.coin]!.dropLast()), kept[.coin]! + [0], [1] + kept[.coin]!.dropFirst()] {
            #expect(throws: TrainingError.checkpoint) { _ = try cell.run(.zero, [.coin: bytes]) }
        }
        #expect(throws: TrainingError.rows(expected: 8, got: 9)) {
            other.job.frequencies = BitFrequencies(Array(cell.job.frequencies.bits.prefix(8)))
            _ = try other.run(.zero)
        }
    }
}

/// Links that tell of every frame that leaves.
private final class RecordingTransport: Transport {
    private let link: any Transport
    private let tell: @Sendable (Frame) -> Void

    init(_ link: any Transport, tell: @escaping @Sendable (Frame) -> Void) {
        self.link = link
        self.tell = tell
    }

    var party: PartyID { link.party }
    var connected: Set<PartyID> { link.connected }
    var sent: TransportCount { link.sent }

    func send(_ frame: Frame, to peer: PartyID) {
        tell(frame)
        link.send(frame, to: peer)
    }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try link.receive(stream: stream, timeout: timeout)
    }
}
