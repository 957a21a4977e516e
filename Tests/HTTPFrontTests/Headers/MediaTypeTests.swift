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
    func accept(header: String, takes: Bool) { #expect(AcceptField.takesJSON(header) == takes) }

    @Test(
        "a content type is known by one name, whatever its letters, parameters and suffix",
        arguments: [
            ("application/json", "application/json"), ("Application/JSON; charset=UTF-8", "application/json"),
            ("application/json;charset=utf-8;", "application/json"), ("text/json", "application/json"),
            ("application/vnd.bank.payment+json; version=2", "application/json"), ("a/b+xml", "application/xml"),
            ("TEXT/XML", "application/xml"), ("application/x-ndjson", "application/x-ndjson"),
            ("application/jsonl", "application/x-ndjson"), ("application/stream+json", "application/x-ndjson"),
            ("text/csv;header=absent", "text/csv"), ("application/csv", "text/csv"),
            ("  text/csv ; header = x", nil), ("text/csv\t;\theader=\"a;b\\\"=\"", "text/csv"), ("json", nil),
            ("", nil),
            ("application/json; charset", nil), ("application/json; =utf-8", nil), ("application/json charset=x", nil),
            ("application/json, text/csv", nil), ("application/", nil), ("/json", nil), ("a/b/c", nil), ("a /b", nil),
            ("a/b; c=\"d", nil), ("a/b; c=\"d\"e", nil), ("a/b; charset=x; charset=y", nil), ("a/ä", nil),
        ] as [(String, String?)])
    func name(header: String, name: String?) { #expect(MediaType(header)?.name == name) }

    @Test(
        "a charset is known by one name, in quotes or without",
        arguments: [
            ("a/b", nil), ("a/b; charset=UTF-8", "utf-8"), ("a/b; Charset=\"utf-8\"", "utf-8"),
            ("a/b;charset=utf8", "utf-8"),
            ("a/b;charset=\"u\\tf-8\"", "utf-8"), ("a/b;x=y;charset=Latin1", "iso-8859-1"),
            ("a/b;charset=x-own", "x-own"),
            ("a/b;charset=CP1252", "windows-1252"),
        ] as [(String, String?)])
    func charset(header: String, charset: String?) { #expect(MediaType(header)?.charset == charset) }

    @Test("parameters are without quotes and escapes, their names in small letters")
    func parameters() {
        #expect(MediaType("a/b; C=\"d;\\\"e\"; f=G")?.parameters == ["c": "d;\"e", "f": "G"])
        #expect(MediaType("a/b; c=d; C=d")?.parameters == ["c": "d"])
    }
}
