import HTTPFront
import IngestHTTP
import Testing

@Suite("Headers")
struct HeaderTests {
    @Test("a deadline is a whole number of milliseconds within bounds; none is the agent's own")
    func deadlines() throws {
        #expect(try ScoreHeaders.deadline(nil, otherwise: .milliseconds(7)) == .milliseconds(7))
        #expect(try ScoreHeaders.deadline("10000", otherwise: .zero) == .milliseconds(10_000))
        for bad in ["", "0", "-1", "+5", "10001", "1.5", "99999999999999999999", "1 ", "٣"] {
            #expect(throws: Problem(.deadlineInvalid)) { try ScoreHeaders.deadline(bad, otherwise: .zero) }
        }
    }

    @Test("a key is a quoted string, or one without quotes, and both are the same")
    func keys() throws {
        #expect(try ScoreHeaders.idempotencyKey(nil) == nil)
        #expect(try ScoreHeaders.idempotencyKey("\"abc\"") == "abc")
        #expect(try ScoreHeaders.idempotencyKey("abc") == "abc")
        #expect(try ScoreHeaders.idempotencyKey("\"a\\\"b\\\\\"") == "a\"b\\")
        #expect(try ScoreHeaders.idempotencyKey(String(repeating: "x", count: 255))?.count == 255)
        let long = String(repeating: "x", count: 256)
        for bad in ["", "\"\"", "\"", "\"a", "a\"b", "\"a\"b\"", "\"a\\\"", "\"a\\b\"", "ä", "a\tb", long] {
            #expect(throws: Problem(.idempotencyKeyInvalid), "\(bad)") { try ScoreHeaders.idempotencyKey(bad) }
        }
    }
}
