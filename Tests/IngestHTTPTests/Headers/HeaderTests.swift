import IngestHTTP
import Testing

@Suite("Headers")
struct HeaderTests {
    @Test(
        "Accept takes JSON or leaves it out",
        arguments: [
            ("", true), ("*/*", true), ("application/json", true), ("application/*;q=0.2", true), ("text/html", false),
            ("text/html, application/json;q=0", false), ("text/html, */*;q=0.1", true), ("*/*;q=0", false),
            ("application/json;q=0, */*", false), ("Application/JSON ; q=1", true), ("text/*, application/xml", false),
        ])
    func accept(header: String, takes: Bool) { #expect(MediaType.takesJSON(accept: header) == takes) }

    @Test(
        "a content type is its type, where it is of UTF-8",
        arguments: [
            ("application/json", "application/json"), ("Application/JSON; charset=UTF-8", "application/json"),
            ("application/json; charset=\"utf-8\"", "application/json"), ("application/json; charset=latin1", nil),
            ("application/json; charset", nil), ("json", nil), ("", nil), ("text/csv;header=absent", "text/csv"),
        ] as [(String, String?)])
    func contentType(header: String, type: String?) { #expect(MediaType.of(contentType: header) == type) }

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
