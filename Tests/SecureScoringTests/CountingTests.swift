import EventLogs
import Foundation
import Ingest
import Keys
import Model
import Records
import Sealing
import Secrets
import SecureScoring
import Stages
import Telemetry
import Testing
import ThreeParty

@Suite("Parties that count", .serialized)
struct CountingTests {
    private let counted: CountedWorld
    private var world: World { counted.world }

    init() throws { counted = try CountedWorld() }

    /// Days 0 and 1 as history, days 2 and 3 live and labelled; about every third event was a fraud.
    private func past() throws {
        for day in 0..<2 as Range<Int64> {
            let events = counted.day(day)
            try counted.history(events, frauds: Set(events.filter { $0.number % 3 == 1 }), day: day)
        }
        for day in 2..<4 as Range<Int64> {
            let events = counted.day(day)
            try counted.send(events)
            try counted.expectScores()
            try counted.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
        }
    }

    /// Nothing was refused, and nothing went wrong.
    private func expectCalm() throws {
        #expect(world.entries.errors.isEmpty)
        for topic in [Topics.rejected, Topics.rejected(world.a.id), Topics.rejected(world.b.id)] {
            #expect(try world.records(topic).isEmpty)
        }
    }

    @Test("score by what both members' events and labels say, equal to the model in the clear bit for bit")
    func equalsPlain() throws {
        try world.start()
        try past()
        for day in [8, 9, 10, 11, 12, 16, 18] as [Int64] {
            try counted.send(counted.day(day))
            try counted.expectScores("day \(day)")
        }
        // Counts that nobody reads would pass as well.
        #expect(counted.telling > 40)
        world.stop()
        try expectCalm()
        for party in PartyID.allCases {
            #expect(world.metrics[party]?.value("cordon_batches_recounted_total") == 0)
        }
    }

    @Test("count what a member says last of an event, and a label record that comes again once")
    func corrections() throws {
        try world.start()
        let events = (0..<4).map { counted.event($0 % 2, day: 0, "t1", "d1") }
        try counted.send(events)
        try counted.expectScores()
        let first = try counted.label(events, frauds: Set(events))
        // Delivered again, alone and many times over.
        try world.appendLabels(first + first + first)
        try counted.send([counted.event(0, day: 8, "t1", "d1")])
        try counted.expectScores("all four were frauds")
        try counted.label(Array(events.prefix(3)), frauds: [])
        // What was said before is no news, though it comes behind what was said last.
        try world.appendLabels(first)
        try counted.send([counted.event(1, day: 8, "t1", "d1"), counted.event(0, day: 9, "t1", "d1")])
        try counted.expectScores("one is left")
        try counted.label([events[0]], frauds: [events[0]])
        try counted.send([counted.event(1, day: 8, "t1", nil)])
        try counted.expectScores("two are")
        world.stop()
        try expectCalm()
        #expect(counted.telling == 4)
    }

    @Test("count labels before the transactions behind them, whose windows hold them")
    func labelsFirst() throws {
        let events = (0..<4).map { counted.event($0 % 2, day: 0, "t1", "d1") }
        try counted.send(events)
        try world.start()
        try counted.expectScores()
        for round in 0..<6 as Range<Int64> {
            let frauds = Set(events.prefix(round % 2 == 0 ? 4 : 1))
            try counted.label(events, frauds: frauds)
            try counted.send([counted.event(0, day: 8, "t1", nil), counted.event(1, day: 8, nil, "d1")])
            // What comes after that may overtake it.
            try counted.expectScores("round \(round)")
        }
        world.stop()
        try expectCalm()
    }

    @Test("that were away for long count each label behind the transactions that stood in the log before it")
    func backlog() throws {
        let events = counted.day(0)
        try counted.send(events)
        try counted.label(events, frauds: Set(events.prefix(7)))
        try counted.send(counted.day(8))
        let later = counted.day(9)
        try counted.send(later)
        try counted.label(later, frauds: Set(later))
        try counted.send(counted.day(17))
        try world.start()
        try counted.expectScores()
        world.stop()
        try expectCalm()
    }

    // MARK: Restarts

    enum Lost: String, CaseIterable, Sendable {
        case nothing, followerState, leaderState, followerCounts, leaderCounts, allCounts, allState
    }

    @Test("go on counting after a restart, whatever is left of their state", arguments: Lost.allCases)
    func restarts(lost: Lost) throws {
        try world.start()
        try past()
        for day in [9, 10, 11] as [Int64] {
            let events = counted.day(day)
            try counted.send(events)
            try counted.expectScores("day \(day)")
            world.stop()
            switch lost {
            case .nothing: break
            case .followerState: try world.forgetState(.one)
            case .leaderState: try world.forgetState(.zero)
            case .followerCounts: try world.forgetState(.two, countsOnly: true)
            case .leaderCounts: try world.forgetState(.zero, countsOnly: true)
            case .allCounts: try world.forgetState(countsOnly: true)
            case .allState: try world.forgetState()
            }
            try counted.label(events, frauds: Set(events.filter { $0.number % 4 == 0 }))
            try world.start()
        }
        try counted.send(counted.day(18))
        try counted.expectScores()
        world.stop()
        try expectCalm()
        for party in PartyID.allCases {
            let recounted = world.metrics[party]?.value("cordon_batches_recounted_total") ?? 0
            // Who was stopped counts its last batch again; who lost everything, all of them.
            let isLost =
                switch lost {
                case .nothing: false
                case .followerState: party == .one
                case .leaderState, .leaderCounts: party == .zero
                case .followerCounts: party == .two
                case .allCounts, .allState: true
                }
            #expect(isLost ? recounted > 10 : recounted <= 3, "\(party), \(recounted)")
        }
    }

    @Test("stopped one at a time between batches, the leader too, count on", arguments: PartyID.allCases)
    func oneAtATime(party: PartyID) throws {
        try world.start(patience: .milliseconds(300))
        try past()
        for day in [9, 10, 11, 12] as [Int64] {
            let events = counted.day(day)
            world.stop(party)
            try counted.send(events)
            if day % 2 == 0 { try world.forgetState(party, countsOnly: true) }
            try world.start(party, patience: .milliseconds(300))
            try counted.expectScores("day \(day)")
            try counted.label(events, frauds: Set(events.filter { $0.number % 2 == 0 }))
        }
        try counted.send(counted.day(18))
        try counted.expectScores()
    }

    @Test("whose last message is lost count that batch once")
    func lostCompletion() throws {
        let once = Times(3)
        world.wire.decide { frame, _ in frame.kind == .completed && once.take() ? .drop : .pass }
        try world.start(patience: .milliseconds(300))
        try past()
        try counted.send(counted.day(10))
        try counted.send(counted.day(11))
        try counted.expectScores()
        #expect(world.entries.wait(for: "batch stopped", from: .zero) != nil)
    }

    // MARK: Refusals

    /// A record of `consortium.labels` with its parts changed.
    private func altered(_ record: [UInt8], _ change: (inout WireLabelRecord) throws -> Void) throws -> [UInt8] {
        var wire = try #require(WireLabelRecord(decoding: record))
        try change(&wire)
        return wire.encoded
    }

    private func header(_ record: [UInt8], _ change: (inout WireLabelHeader) -> Void) throws -> [UInt8] {
        try altered(record) { wire in
            var header = try #require(WireLabelHeader(decoding: Array(wire.header)))
            change(&header)
            wire.header = Data(header.encoded)
        }
    }

    /// A box that opens, and holds `plaintext`.
    private func boxed(_ record: [UInt8], _ party: PartyID, _ plaintext: [UInt8]) throws -> [UInt8] {
        let session = try #require(world.a.sessions[party])
        return try altered(record) { wire in
            wire.boxes[party.rawValue] = Data(
                SealedBox.seal(
                    plaintext, under: session.labelBoxes,
                    associated: labelAssociatedData(header: Array(wire.header), party: party)))
        }
    }

    @Test("refuse label records that they can't use, each with its code, and nothing else changes")
    func refusedRecords() throws {
        let (spec, a) = (world.spec, world.a)
        try world.start()
        let events = (0..<6).map { counted.event($0 % 2, day: 0, "t1", "d1") }
        try counted.send(events)
        try counted.expectScores()
        // Of these only the good ones may count: each bad one says that the member's events were frauds.
        func all(_ source: Int64) -> [UInt8] {
            a.label(events.filter { $0.bank == 0 }.map { ($0, true) }, source: source, spec: spec)
        }
        var short = WireLabelBox()
        short.events = Data(count: 48)
        short.first = Data(count: 15)
        let stranger = counted.event(0, day: 0, "t1", "d1")
        var bad: [(code: String, party: UInt32, named: Bool, bytes: [UInt8])] = [
            ("header_malformed", 1, false, [0xFF, 0xFF]),
            ("header_malformed", 1, true, try header(all(100)) { $0.clearSource() }),
            ("header_malformed", 1, true, try header(all(101)) { $0.count = 0 }),
            ("header_malformed", 1, true, try header(all(102)) { $0.count = 513 }),
            ("header_malformed", 1, true, try header(all(103)) { $0.source.offset = 1 << 50 }),
            ("unknown_schema", 1, true, try header(all(104)) { $0.schema = 1 }),
            ("unknown_member", 1, false, try header(all(105)) { $0.member = "bank-x" }),
            ("unknown_member", 1, false, try header(all(106)) { $0.member = "BANK A" }),
            ("unknown_session", 1, true, try header(all(107)) { $0.sessionEpoch = 9 }),
            ("unknown_session", 1, true, try header(all(118)) { $0.session[15] ^= 1 }),
            ("header_malformed", 1, true, try header(all(119)) { $0.previous = $0.source }),
            ("header_malformed", 1, true, try header(all(120)) { $0.source.partition = 4096 }),
            ("box_not_opened", 1, true, try header(all(121)) { $0.previous.offset = 0 }),
            ("box_missing", 1, true, try altered(all(108)) { $0.boxes.removeLast() }),
            ("box_missing", 1, true, try altered(all(109)) { $0.boxes.append(Data()) }),
            ("box_not_opened", 1, true, try altered(all(110)) { $0.boxes.swapAt(0, 1) }),
            ("box_not_opened", 2, true, try altered(all(111)) { $0.boxes[1][20] ^= 1 }),
            ("box_not_opened", 3, true, try altered(all(112)) { $0.boxes[2] = Data() }),
            ("box_not_opened", 1, true, try header(all(113)) { $0.source.offset += 1 }),
            ("box_not_opened", 1, true, try header(all(114)) { $0.labelled = false }),
            ("box_malformed", 1, true, try boxed(all(115), .zero, [0xFF])),
            ("box_malformed", 2, true, try boxed(all(116), .one, [])),
            ("box_malformed", 3, true, try boxed(all(117), .two, short.encoded)),
        ]
        bad.append(
            (
                "wrong_feature_spec", 1, true,
                try a.history([(stranger, true)], day: 0, spec: try countedSpec("other"))
            ))
        let noPoint = TestToken.noPoint + [UInt8](repeating: 0, count: 33)
        bad.append(("box_malformed", 1, true, try a.history([(stranger, true)], day: 0, spec: spec, tokens: noPoint)))
        let offsets = try world.appendLabels(bad.map(\.bytes))
        // Behind those of which the boxes open.
        counted.labelSource = 200
        try counted.label(events, frauds: [events[0], events[1], events[3]])
        try counted.send([counted.event(0, day: 8, "t1", "d1"), counted.event(1, day: 9, "t1", "d1")])
        try counted.expectScores()
        world.stop()

        var rejected = try world.rejected(Topics.rejected(a.id), bad.count(where: \.named))
        rejected += try world.rejected(Topics.rejected, bad.count { !$0.named })
        #expect(rejected.count == bad.count)
        for (offset, bad) in zip(offsets, bad) {
            let record = try #require(rejected.first { $0.offset == offset })
            #expect(record.reason == bad.code && record.party == bad.party, "offset \(offset), \(record.reason)")
            #expect(record.topic == Topics.labels && record.stage == "counting" && record.index == 0)
            #expect(record.member == (bad.named ? "bank-a" : ""))
            if ["box_malformed", "wrong_feature_spec"].contains(bad.code) {
                #expect(try RejectedRecord.open(record, key: try a.hpke()) == bad.bytes)
            } else {
                #expect(record.sealedOriginal.isEmpty)
            }
        }
        #expect(try world.records(Topics.rejected(world.b.id)).isEmpty)
        #expect(world.entries.errors.isEmpty)
    }

    @Test(
        "refuse entries of events that they don't know, or that are another member's, and count the others of the record",
        arguments: [0, 2])
    func refusedEntries(failures: Int) throws {
        try world.start()
        let events = (0..<4).map { counted.event($0 % 2, day: 0, "t1", "d1") }
        try counted.send(events)
        try counted.expectScores()
        let unknown = counted.event(0, day: 0, "t1", "d1")
        // An event id is the sender's keyed hash; one that a party or a broker told it is another member's.
        let (a, b) = (world.a.labelSealer(world.spec), world.b.labelSealer(world.spec))
        let entries = [
            LabelEntry(event: a.eventID(UInt64(events[0].number)), fraud: true),
            LabelEntry(event: a.eventID(UInt64(unknown.number)), fraud: true),
            LabelEntry(event: b.eventID(UInt64(events[1].number)), fraud: true),
            LabelEntry(event: a.eventID(UInt64(events[2].number)), fraud: false),
        ]
        let record = a.record(entries, source: SourcePosition(offset: 1))
        // That they are told of it is tried again, and nothing is counted twice for that.
        world.views[.zero]?.fail(appendsTo: Topics.rejected(world.a.id), times: failures)
        let offset = try world.appendLabels([record])[0]
        counted.assume(frauds: [events[0]])
        try counted.send([counted.event(0, day: 8, "t1", "d1"), counted.event(1, day: 8, "t1", "d1")])
        try counted.expectScores()
        world.stop()
        let rejected = try world.rejected(Topics.rejected(world.a.id), 2)
        #expect(rejected.map(\.reason) == ["unknown_event", "unknown_event"])
        #expect(rejected.map(\.index) == [1, 2] && rejected.map(\.party) == [0, 0])
        #expect(rejected.allSatisfy { $0.topic == Topics.labels && $0.offset == offset && $0.stage == "counting" })
        #expect(try world.records(Topics.rejected(world.b.id)).isEmpty)
        for party in PartyID.allCases { #expect(world.metrics[party]?.value("cordon_labels_counted_total") == 2) }
        #expect(world.metrics[.zero]?.value("cordon_label_batches_total") == 1)
        #expect(world.metrics[.zero]?.value("cordon_log_errors_total") == Double(failures))
    }

    @Test("tell a member of a label that is not counted, also where the leader is stopped before it could")
    func refusedAtTheEnd() throws {
        try world.start()
        try counted.send([counted.event(0, day: 0, "t1", "d1")])
        try counted.expectScores()
        let decided = try world.records(Topics.batches).count
        let unknown = world.a.labelSealer(world.spec).eventID(UInt64(counted.event(0, day: 0, "t1", "d1").number))
        let record = world.a.labelSealer(world.spec).record(
            [LabelEntry(event: unknown, fraud: true)], source: SourcePosition(offset: 1))
        // For most of a second, in which the leader is told to stop.
        world.views[.zero]?.fail(appendsTo: Topics.rejected(world.a.id), times: 4)
        try world.appendLabels([record])
        #expect(try world.records(Topics.batches, decided + 1).count == decided + 1)
        world.stop()
        #expect(try world.rejected(Topics.rejected(world.a.id), 1).map(\.reason) == ["unknown_event"])
    }

    @Test("refuse a transaction with a token that is no point, and count nothing of it")
    func refusedToken() throws {
        try world.start()
        let bad = counted.event(0, day: 0, "t1", "d1")
        let tokens = try TestToken.bytes("t1") + TestToken.noPoint
        try world.append([try world.a.seal(bad, spec: world.spec, tokens: .init(epoch: 1, bytes: tokens))])
        let short = counted.event(0, day: 0, "t1", "d1")
        try world.append([
            try world.a.seal(short, spec: world.spec, tokens: .init(epoch: 1, bytes: TestToken.bytes("t1")))
        ])
        let good = (0..<2).map { counted.event($0, day: 0, "t1", "d1") }
        try counted.send(good)
        try counted.expectScores()
        try counted.label(good, frauds: [good[1]])
        try counted.send([counted.event(0, day: 8, "t1", "d1"), counted.event(1, day: 8, "t1", "d1")])
        try counted.expectScores()
        world.stop()
        let rejected = try world.rejected(Topics.rejected(world.a.id), 2)
        #expect(rejected.map(\.reason) == ["box_malformed", "box_malformed"] && rejected.map(\.party) == [1, 1])
        #expect(rejected.allSatisfy { $0.topic == Topics.sealed && $0.stage == "scoring" })
    }
}
