import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Records
import Sealing
import SecureScoring
import Telemetry
import Testing
import ThreeParty

/// Records of a member that a log leaves out, or gives in another order than they were sealed in; and a leader that leaves some
/// out.
@Suite("Parties that count, by the order of each member's records", .serialized)
struct SourceOrderTests {
    private let counted: CountedWorld
    private var world: World { counted.world }

    init() throws { counted = try CountedWorld() }

    /// A record of `consortium.labels` with its parts changed.
    private func altered(_ record: [UInt8], _ change: (inout WireLabelRecord) throws -> Void) throws -> [UInt8] {
        var wire = try #require(WireLabelRecord(decoding: record))
        try change(&wire)
        return wire.encoded
    }

    /// Waits for what a member was told of label records: reason by offset.
    private func told(_ bank: Bank, _ count: Int) throws -> [Int64: String] {
        Dictionary(
            try world.rejected(Topics.rejected(bank.id), count).filter { $0.topic == Topics.labels }
                .map { ($0.offset, $0.reason) }, uniquingKeysWith: { first, _ in first })
    }

    @Test("count no label behind one that was left out, say so to its member, and go on when it comes")
    func leftOut() throws {
        let (a, b, spec) = (world.a, world.b, world.spec)
        try world.start()
        let events = (0..<4).map { counted.event($0 % 2, day: 0, "t1", "d1") }
        try counted.send(events)
        try counted.expectScores()
        let first = a.label([(events[0], true)], source: 100, spec: spec)
        let second = a.label([(events[0], false)], source: 101, after: 100, spec: spec)
        let third = a.label([(events[2], true)], source: 102, after: 101, spec: spec)
        // The correction is left out. Another member is none the worse.
        try world.appendLabels([first, third, third, b.label([(events[1], true)], source: 7, spec: spec)])
        counted.assume(frauds: [events[0], events[1]])
        try counted.send([counted.event(1, day: 8, "t1", "d1")])
        try counted.expectScores("nothing behind what was left out")
        #expect(try told(a, 2) == [1: "source_gap", 2: "source_gap"])
        #expect(try world.records(Topics.rejected(b.id)).isEmpty)
        // It comes, and what was behind it is told again.
        try world.appendLabels([second, third, second])
        counted.assume(frauds: [events[2]])
        counted.absolve(events[0])
        try counted.send([counted.event(0, day: 8, "t1", "d1")])
        try counted.expectScores("all in order")
        world.stop()
        #expect(try world.records(Topics.rejected(a.id)).count == 2)
        for party in PartyID.allCases {
            let metrics = try #require(world.metrics[party])
            #expect(metrics.value("cordon_source_gaps_total", .init("topic", Topics.labels)) == 2)
        }
    }

    @Test("tell a member of a label that came before its transaction, and count it when that comes, over restarts too")
    func early() throws {
        let (a, spec) = (world.a, world.spec)
        try world.start()
        try counted.send([counted.event(1, day: 0, "t1", "d1")])
        try counted.expectScores()
        let held = (0..<2).map { _ in counted.event(0, day: 0, "t1", "d1") }
        try world.appendLabels([
            a.label([(held[0], true), (held[1], true)], source: 100, spec: spec),
            a.label([(held[1], false)], source: 101, after: 100, spec: spec),
        ])
        #expect(try told(a, 3) == [0: "unknown_event", 1: "unknown_event"])
        world.stop()
        try world.start()
        counted.assume(frauds: [held[0]])
        try counted.send(held)
        try counted.expectScores()
        try counted.send([counted.event(1, day: 8, "t1", "d1"), counted.event(0, day: 8, "t1", "d1")])
        try counted.expectScores("what was said last of each, once it came")
        world.stop()
        #expect(counted.telling >= 2 && world.entries.errors.isEmpty)
    }

    @Test("take the labels of a member behind a record of its own that they refuse")
    func refusedBetween() throws {
        let (a, spec) = (world.a, world.spec)
        try world.start()
        let events = (0..<2).map { counted.event($0 % 2, day: 0, "t1", "d1") }
        try counted.send(events)
        try counted.expectScores()
        // Boxes that open, and hold nothing: the header is the member's own.
        let bad = try altered(a.label([(events[0], false)], source: 100, spec: spec)) { wire in
            let session = try #require(a.sessions[.zero])
            wire.boxes[0] = Data(
                SealedBox.seal(
                    [0xFF], under: session.labelBoxes,
                    associated: labelAssociatedData(header: Array(wire.header), party: .zero)))
        }
        // One that nobody can open might be anybody's, and does not stand for the member's.
        let forged = try altered(a.label([(events[0], false)], source: 101, after: 100, spec: spec)) {
            $0.boxes[1][20] ^= 1
        }
        let behind = a.label([(events[0], true)], source: 102, after: 101, spec: spec)
        let good = a.label([(events[0], true)], source: 101, after: 100, spec: spec)
        try world.appendLabels([bad, forged, behind, good])
        counted.assume(frauds: [events[0]])
        try counted.send([counted.event(1, day: 8, "t1", "d1")])
        try counted.expectScores()
        #expect(try told(a, 3) == [0: "box_malformed", 1: "box_not_opened", 2: "source_gap"])
        world.stop()
    }

    @Test("followers refuse a batch from which the leader leaves out what was never counted")
    func leaderLeavesOut() throws {
        try world.start()
        try counted.send(counted.day(0))
        try counted.expectScores()
        world.stop()
        // As if the leader had counted the next transaction of the first member, and nobody else had.
        let next = counted.event(0, day: 1, "t1", "d1")
        let path = "\(world.path)/\(PartyID.zero).sqlite.counts"
        let state = try SQLiteStateStore(path: path)
        var known = try SourcePositions(partition: TopicPartition(Topics.sealed), state: state)
        known.advance([SourceClaim(member: world.a.id, source: SourcePosition(offset: next.number))])
        try state.commit(known.changes, positions: [])
        try world.start(patience: .milliseconds(300))
        try counted.send([next, counted.event(1, day: 1, "t1", "d1")])
        #expect(world.entries.wait(for: "party-0 disagrees about the batch (repeats)", from: .one) != nil)
        world.stop()
    }
}
