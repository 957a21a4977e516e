import HTTPFront
import Testing

@Suite("The request's target")
struct RequestTargetTests {
    @Test(
        "a path is itself, and what follows the authority of an address",
        arguments: [
            ("/", "/"), ("/v1/score", "/v1/score"), ("/a?b=c://d", "/a?b=c://d"), ("//a", "//a"),
            ("http://agent/v1/score?x", "/v1/score?x"), ("HTTPS://agent:8443/v1", "/v1"), ("http://[::1]:80/a", "/a"),
            ("http://agent", "/"), ("http://agent?a", "/?a"), ("", nil), ("v1/score", nil), ("*", nil), ("?a", nil),
            ("ftp://agent/a", nil), ("http:///a", nil), ("http://me@agent/a", nil), ("http:/agent", nil), ("/a#b", nil),
            ("/a b", nil), ("/ä", nil), ("/a\u{7F}", nil), ("agent:80", nil),
        ] as [(String, String?)])
    func origin(target: String, origin: String?) {
        #expect(RequestTarget.origin(of: target, options: false) == origin)
    }

    @Test("OPTIONS may ask for the server as a whole", arguments: ["*", "http://agent", "https://agent:8443"])
    func options(target: String) { #expect(RequestTarget.origin(of: target, options: true) == "*") }
}
