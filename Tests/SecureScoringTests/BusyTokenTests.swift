import EventLogs
import Records
import Testing
import ThreeParty

@Suite("Tokens of many events", .serialized)
struct BusyTokenTests {
    @Test("are scored as in the clear where one had 1,025 confirmed frauds, and others a few")
    func manyFrauds() throws {
        let counted = try CountedWorld()
        try counted.world.start()
        // Of exactly 1,024 more than one, a table of 1,024 places would say that there was one.
        for (day, count) in [(0, 400), (1, 400), (2, 225)] as [(Int64, Int)] {
            let events = (0..<count).map { counted.event($0 % 2, day: day, "t1", $0 < 3 ? "d1" : nil) }
            try counted.history(events, frauds: Set(events), day: day)
        }
        try counted.send([
            counted.event(0, day: 10, "t1", "d1"), counted.event(1, day: 10, "t1", nil),
            counted.event(0, day: 10, "t2", "d1"),
        ])
        try counted.expectScores()
        counted.world.stop()
        #expect(counted.telling == 3 && counted.world.entries.errors.isEmpty)
    }

    @Test(
        "of a history have no more events of a day than the roster says; what is beyond is told to its member, and counts nowhere"
    )
    func history() throws {
        let counted = try CountedWorld(history: 3)
        let (world, b) = (counted.world, counted.world.b)
        try world.start()
        let told = (0..<3).map { _ in counted.event(1, day: 0, "t1", "d1") }
        try counted.history(told, frauds: Set(told), day: 0)
        let beyond = (0..<2).map { _ in counted.event(1, day: 0, "t1", "d1") }
        let entries = beyond.map { (event: $0, fraud: true) }
        let offset = try world.appendLabels([try b.history(entries, day: 1, spec: counted.spec)])[0]
        // Another day of the history, and what is sent live, has room.
        let next = counted.event(1, day: 1, "t1", "d1")
        try counted.history([next], frauds: [next], day: 2)
        try counted.send([counted.event(1, day: 0, "t1", "d1")])
        try counted.expectScores()
        try counted.send([counted.event(0, day: 9, "t1", "d1"), counted.event(1, day: 9, "t1", nil)])
        try counted.expectScores()
        let rejected = try world.rejected(Topics.rejected(b.id), 2).filter { $0.offset == offset }
        world.stop()
        #expect(rejected.map(\.reason) == ["history_full", "history_full"] && rejected.map(\.index) == [0, 1])
        #expect(counted.telling >= 2 && world.entries.errors.isEmpty)
    }

    @Test("have no more of a member than the roster says: it neither raises nor dilutes what others see beyond that")
    func flood() throws {
        let counted = try CountedWorld(limit: 3)
        try counted.world.start()
        let honest = (0..<4).map { counted.event(0, day: $0 < 2 ? 0 : 1, "t1", "d1") }
        try counted.send(honest)
        try counted.expectScores()
        try counted.label(honest, frauds: Set(honest))
        // Legitimate events dilute the rate of one token, and frauds raise that of another.
        let diluting = (0..<40).map { _ in counted.event(1, day: 0, "t1", nil) }
        try counted.history(diluting, frauds: [], day: 0)
        let raising = (0..<40).map { _ in counted.event(1, day: 1, "t3", "d1") }
        try counted.send(raising)
        try counted.expectScores()
        try counted.label(raising, frauds: Set(raising))
        try counted.send([
            counted.event(0, day: 9, "t1", "d1"), counted.event(0, day: 9, "t3", nil),
            counted.event(1, day: 8, "t1", "d1"),
        ])
        try counted.expectScores()
        counted.world.stop()
        #expect(counted.telling > 2 && counted.world.entries.errors.isEmpty)
        // Of 44 events at t1 the parties count 2 + 2 of the one member and 3 of the other.
        var unlimited = counted.clear
        unlimited.limit = 8191
        let asked = counted.event(0, day: 9, "t1", "d1")
        #expect(unlimited.values(of: asked, counted.spec) != counted.clear.values(of: asked, counted.spec))
    }
}
