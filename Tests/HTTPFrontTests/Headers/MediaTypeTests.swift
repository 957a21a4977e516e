import HTTPFront
import Testing

@Suite("Media types")
struct MediaTypeTests {
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
}
