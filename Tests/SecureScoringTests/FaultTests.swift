import EventLogs
import Model
import Records
import Telemetry
import Testing
import ThreeParty

@Suite("A batch", .serialized)
struct FaultTests {
    private let scored: ScoredWorld
    private var world: World { scored.world }

    init() throws { scored = try ScoredWorld() }

    /// All of `numbers` are scored, right, and by each party once.
    private func expectOnce(_ numbers: ClosedRange<Int64>) throws {
        let opened = try world.scores(world.a, numbers.count)
        #expect(opened.scores.map(\.source).sorted() == Array(numbers))
        #expect(opened.bySource() == scored.expected(numbers))
        world.stop()
        for party in PartyID.allCases { #expect(try world.written(party, for: world.a).sorted() == Array(numbers)) }
    }

    @Test("stops at a party whose link is down, names it, and is scored once the link is back")
    func missing() throws {
        try world.start(patience: .milliseconds(200))
        try scored.send(1...3)
        _ = try world.scores(world.a, 3)
        world.wire.setDown(.two, true)
        try scored.send(4...6)
        let entry = try #require(world.entries.wait(for: "batch stopped", from: .zero))
        #expect(entry.message == "batch stopped: party-2 is missing: its link is down")
        #expect(try world.written(.zero, for: world.a) == [1, 2, 3])
        try scored.send(7...9)
        world.wire.setDown(.two, false)
        try expectOnce(1...9)
    }

    @Test("is given up at once by a follower without a link to the other, and scored once that is there")
    func followersApart() throws {
        world.wire.cut(between: [.one, .two])
        try scored.send(1...3)
        // Nobody's patience ends here.
        try world.start(patience: .seconds(3600))
        let follower = try #require(world.entries.wait(for: "batch stopped", from: .one))
        #expect(follower.message == "batch stopped: party-2 is missing: its link is down")
        let leader = try #require(world.entries.wait(for: "batch stopped", from: .zero))
        #expect(leader.message == "batch stopped: party-1 gave the batch up")
        #expect(try world.records(Topics.scores(world.a.id)).isEmpty)
        world.wire.cut(between: [])
        try expectOnce(1...3)
    }

    @Test(
        "stops at a party that says nothing, names that one alone, and is scored once it answers",
        arguments: [
            PartyID.one, .two,
        ])
    func silent(party: PartyID) throws {
        let others = PartyID.allCases.filter { $0 != party }
        for other in others { try world.start(other, patience: .milliseconds(200)) }
        try scored.send(1...3)
        let entry = try #require(world.entries.wait(for: "batch stopped", from: .zero))
        #expect(entry.message == "batch stopped: \(party) did not answer in time")
        #expect(try world.records(Topics.scores(world.a.id)).isEmpty)
        try world.start(party, patience: .seconds(20))
        let opened = try world.scores(world.a, 3)
        #expect(opened.bySource() == scored.expected(1...3))
        try scored.send(4...5)
        #expect(try world.scores(world.a, 5).bySource() == scored.expected(1...5))
    }

    @Test("stops where a party holds another record than the others, names both sides, and goes on when it does not")
    func differingRecord() throws {
        let view = try #require(world.views[.one])
        let changed = try world.a.seal(values(99), source: 2, spec: world.spec)
        view.change(2, to: changed)
        try scored.send(1...3)
        try world.start()
        let follower = try #require(world.entries.wait(for: "batch stopped", from: .one))
        #expect(follower.message == "batch stopped: party-0 disagrees about the batch (proposal)")
        let leader = try #require(world.entries.wait(for: "batch stopped", from: .zero))
        #expect(leader.message == "batch stopped: party-1 gave the batch up")
        #expect(try world.records(Topics.scores(world.a.id)).isEmpty)
        view.change(2, to: nil)
        try expectOnce(1...3)
    }

    @Test("waits for a party whose log is behind, in transactions and in activations")
    func lateLog() throws {
        let view = try #require(world.views[.two])
        let next = try randomModel("v2", spec: world.spec)
        try scored.send(1...2)
        let offset = try world.append([try world.activation(try world.deal(next), sequence: 2)])[0]
        try world.append(try (3...4).map { try world.a.seal(values($0), source: $0, spec: world.spec) })
        view.hide(from: offset)
        try world.start(catchUp: .milliseconds(50))
        let entry = try #require(world.entries.wait(for: "batch stopped", from: .two))
        #expect(entry.message == "batch stopped: this party's log ends before the batch does")
        #expect(try world.scores(world.a, 2).bySource() == scored.expected(1...2))
        view.hide(from: offset + 2)
        view.hide(from: nil)
        let scores = try world.scores(world.a, 4).bySource()
        #expect(scores[3] == next.score(values: values(3)) && scores[4] == next.score(values: values(4)))
    }

    @Test("whose completion is lost runs again, to the same bytes, and every transaction has one score")
    func lostCompletion() throws {
        let once = Times(1)
        world.wire.decide { frame, _ in
            frame.kind == .completed && frame.sender == .one && once.take() ? .drop : .pass
        }
        try scored.send(1...4)
        try world.start(patience: .milliseconds(500))
        let entry = try #require(world.entries.wait(for: "batch stopped", from: .zero))
        #expect(entry.message == "batch stopped: party-1 did not answer in time")
        let records = try world.records(Topics.scores(world.a.id), 6).map(\.value)
        #expect(records.count == 6 && Set(records).count == 3)
        #expect(try world.scores(world.a, 4).bySource() == scored.expected(1...4))
    }

    @Test(
        "any one frame of which is lost is scored in the end, and right",
        arguments: [
            Frame.Kind.proposal, .conditionBits, .refusals, .lookupDeal,
        ])
    func lostFrame(kind: Frame.Kind) throws {
        for sender in PartyID.allCases where kind != .proposal || sender == .zero {
            let once = Times(1)
            world.wire.decide { frame, _ in
                frame.kind == kind && frame.sender == sender && once.take() ? .drop : .pass
            }
            let first = Int64(sender.rawValue * 10 + 1)
            try scored.send(first...first + 2)
            try world.start(patience: .milliseconds(200))
            #expect(world.entries.wait(for: "batch stopped", from: .zero) != nil)
            let scores = try world.scores(world.a, (kind == .proposal ? 1 : sender.rawValue + 1) * 3).bySource()
            #expect(scores.filter { (first...first + 2).contains($0.key) } == scored.expected(first...first + 2))
            world.stop()
        }
    }

    @Test(
        "of a cell overlap: what is given up in the middle is scored in the end, right, in order and once by its member"
    )
    func overlapping() throws {
        let faults = Times(3)
        world.wire.decide { frame, _ in
            frame.kind == .lookupDeal && frame.sender == .two && frame.batch % 7 == 3 && faults.take() ? .drop : .pass
        }
        try scored.send(1...60)
        try world.start(patience: .milliseconds(200), batch: 2)
        let opened = try world.scores(world.a, 60)
        #expect(opened.bySource() == scored.expected(1...60))
        #expect(world.entries.wait(for: "batch stopped", from: .zero) != nil)
        world.stop()
        #expect(try world.log.committed(TopicPartition(Topics.sealed), group: PartyID.zero.name) == 61)
    }

    @Test("that repeats a transaction which another batch under way holds waits for that, and is left out")
    func repeatUnderWay() throws {
        let once = Times(1)
        // As if the first batch were long on the wire: its last frame comes with its second run only.
        world.wire.decide { frame, _ in
            frame.kind == .lookupDeal && frame.sender == .one && once.take() ? .drop : .pass
        }
        let first = try world.a.seal(values(1), source: 1, spec: world.spec)
        try world.append([first, try world.a.seal(values(1), source: 1, spec: world.spec)])
        try world.append([try world.a.seal(values(2), source: 2, spec: world.spec)])
        try world.start(patience: .milliseconds(300), batch: 1)
        _ = try world.scores(world.a, 2)
        world.stop()
        // Who had its last frame wrote before the others gave up, and writes the same once more.
        for party in PartyID.allCases { #expect(try Set(world.written(party, for: world.a)) == [1, 2]) }
        #expect(world.metrics[.zero]?.value("cordon_repeats_dropped_total") == 1)
    }
}

@Suite("Parties that restart", .serialized)
struct RestartTests {
    private let scored: ScoredWorld
    private var world: World { scored.world }

    init() throws { scored = try ScoredWorld() }

    @Test("go on where they stood: nothing is scored twice, nothing lost")
    func all() throws {
        for round in 0..<3 as Range<Int64> {
            try scored.send(round * 10 + 1...round * 10 + 5)
            try world.start()
            _ = try world.scores(world.a, Int(round) * 10 + 5)
            try scored.send(round * 10 + 6...round * 10 + 10)
            _ = try world.scores(world.a, Int(round) * 10 + 10)
            world.stop()
        }
        let opened = try world.scores(world.a, 30)
        #expect(opened.scores.map(\.source) == Array(1...30))
        for (source, raw) in opened.bySource() { #expect(scored.expected(source...source) == [source: raw]) }
        for party in PartyID.allCases {
            #expect(try world.written(party, for: world.a) == Array(1...30))
            #expect(world.metrics[party]?.value("cordon_transactions_scored_total") == 30)
        }
        #expect(world.entries.errors.isEmpty)
    }

    @Test("one at a time, the leader too, leave every transaction with one score", arguments: PartyID.allCases)
    func one(party: PartyID) throws {
        try world.start(patience: .milliseconds(300))
        for round in 0..<3 as Range<Int64> {
            try scored.send(round * 4 + 1...round * 4 + 2)
            world.stop(party)
            try scored.send(round * 4 + 3...round * 4 + 4)
            try world.start(party, patience: .milliseconds(300))
        }
        let scores = try world.scores(world.a, 12).bySource()
        #expect(scores == scored.expected(1...12))
    }
}
