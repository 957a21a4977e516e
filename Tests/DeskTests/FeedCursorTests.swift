import Desk
import Testing

struct FeedCursorTests {
    private let end = FeedCursor(alerts: [10, 20], cases: 30)
    private let kept = FeedCursor(alerts: [2, 3], cases: 0)

    @Test("a cursor is written one way and read that way alone")
    func text() {
        #expect("\(end)" == "a10.20-c30")
        #expect(FeedCursor("a10.20-c30") == end)
        for wrong in [
            "", "a-c", "a1", "a1-c", "a-c1", "a1.-c1", "a01-c1", "a-1-c1", "a+1-c1", "b1-c1", "a1-c1-c1", "a1 -c1",
        ] {
            #expect(FeedCursor(wrong) == nil, "\(wrong)")
        }
        #expect(FeedCursor("a" + String(repeating: "1.", count: 3000) + "1-c1") == nil)
    }

    @Test("a reader goes on where it was wherever all behind that is kept, to the very ends")
    func goesOn() {
        for cursor in [kept, end, FeedCursor(alerts: [5, 5], cases: 5)] {
            #expect(cursor.start(kept: kept, end: end) == .here(cursor))
        }
    }

    @Test("what was removed, another log and other partitions are told as a reset, and the reader goes on from the end")
    func resets() {
        for cursor in [
            FeedCursor(alerts: [1, 3], cases: 0), FeedCursor(alerts: [11, 20], cases: 30),
            FeedCursor(alerts: [10, 20], cases: 31), FeedCursor(alerts: [10], cases: 30),
            FeedCursor(alerts: [10, 20, 0], cases: 30),
        ] {
            #expect(cursor.start(kept: kept, end: end) == .reset(end))
        }
    }
}
