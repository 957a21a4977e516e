import HTTPFront
import IngestHTTP
import Support
import Telemetry
import Testing

@Suite("Messages of HTTP/1.1 on real sockets", .serialized)
struct HTTPMessageTests {
    private static let token = "Authorization: Bearer \(TestAPI.token)\r\n"
    private static let json = "Content-Type: application/json\r\n"

    /// A request whose head ends where the text does.
    private static func post(_ lines: String, version: String = "1.1", host: String = "Host: agent\r\n") -> String {
        "POST /v1/score HTTP/\(version)\r\n\(host)\(token)\(json)\(lines)"
    }

    private static func record(_ id: String) -> String { String(decoding: Fixtures.record(id), as: UTF8.self) }

    private static func chunked(_ body: String, _ headers: String = "") -> String {
        post("Transfer-Encoding: chunked\r\n\(headers)\r\n\(body)")
    }

    private static let live = "GET /health/live HTTP/1.1\r\nHost: agent\r\n\r\n"

    private static let refusals: [(String, String, Int, String)] = [
        ("no Host", post("Content-Length: 2\r\n\r\n{}", host: ""), 400, "http_invalid"),
        ("two Hosts", post("Host: agent\r\nContent-Length: 2\r\n\r\n{}"), 400, "http_invalid"),
        ("two Hosts in 1.0", "GET /health/live HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400, "http_invalid"),
        ("a Host with blanks", "GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "http_invalid"),
        ("a Host with a user", "GET /health/live HTTP/1.1\r\nHost: me@agent\r\n\r\n", 400, "http_invalid"),
        ("a Host with a path", "GET /health/live HTTP/1.1\r\nHost: agent/x\r\n\r\n", 400, "http_invalid"),
        ("a Host with a port that is none", "GET /health/live HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, "http_invalid"),
        ("a target without a slash", "GET health HTTP/1.1\r\nHost: a\r\n\r\n", 400, "http_invalid"),
        ("a target with a fragment", "GET /health/live#x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "http_invalid"),
        ("a star for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "http_invalid"),
        ("CONNECT", "CONNECT agent:80 HTTP/1.1\r\nHost: agent:80\r\n\r\n", 405, "method_not_allowed"),
        (
            "a long target", "GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414,
            "target_too_long"
        ),
        (
            "a large header", "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 90_000))\r\n\r\n", 431,
            "headers_too_large"
        ),
        (
            "many fields", "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 2000))\r\n", 431,
            "headers_too_large"
        ),
        ("length and coding", chunked("2\r\n{}\r\n0\r\n\r\n", "Content-Length: 2\r\n"), 400, "http_invalid"),
        (
            "coding and length", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
            400, "http_invalid"
        ),
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), 400, "http_invalid"),
        ("a list of lengths", post("Content-Length: 2, 3\r\n\r\n{}"), 400, "http_invalid"),
        ("a negative length", post("Content-Length: -2\r\n\r\n{}"), 400, "http_invalid"),
        ("a signed length", post("Content-Length: +2\r\n\r\n{}"), 400, "http_invalid"),
        ("a length in hexadecimal", post("Content-Length: 0x2\r\n\r\n{}"), 400, "http_invalid"),
        ("an empty length", post("Content-Length:\r\n\r\n{}"), 400, "http_invalid"),
        ("a length beyond all numbers", post("Content-Length: 99999999999999999999999\r\n\r\n{}"), 400, "http_invalid"),
        (
            "another coding", post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501,
            "transfer_coding_unsupported"
        ),
        (
            "another coding in two fields",
            post("Transfer-Encoding: x-own\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 501,
            "transfer_coding_unsupported"
        ),
        ("chunked before another", post("Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("no chunked", post("Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("chunked with a parameter", post("Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("chunked in 1.0", post("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", version: "1.0"), 400, "http_invalid"),
        ("a chunk of negative size", chunked("-2\r\n{}\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("a chunk without size", chunked("\r\n{}\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("a chunk of no hexadecimal size", chunked("2g\r\n{}\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("a chunk with 0x", chunked("0x2\r\n{}\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("a chunk beyond all numbers", chunked("fffffffffffffffff\r\n{}\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("a chunk that is longer than its size", chunked("1\r\n{}\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("a chunk's line with LF alone", chunked("2\n{}\r\n0\r\n\r\n"), 400, "http_invalid"),
        ("a blank before a colon", "GET /health/live HTTP/1.1\r\nHost : a\r\n\r\n", 400, "http_invalid"),
        ("a field without a name", "GET /health/live HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400, "http_invalid"),
        ("a name with a blank", "GET /health/live HTTP/1.1\r\nHost: a\r\nX Y: x\r\n\r\n", 400, "http_invalid"),
        ("a name with brackets", "GET /health/live HTTP/1.1\r\nHost: a\r\nX(Y): x\r\n\r\n", 400, "http_invalid"),
        ("a line without a colon", "GET /health/live HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n", 400, "http_invalid"),
        ("a folded line", "GET /health/live HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "http_invalid"),
        ("a blank line before the first field", "GET /health/live HTTP/1.1\r\n Host: a\r\n\r\n", 400, "http_invalid"),
        ("a NUL in a value", "GET /health/live HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400, "http_invalid"),
        ("a CR in a value", "GET /health/live HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400, "http_invalid"),
        ("lines that end in LF", "GET /health/live HTTP/1.1\nHost: a\n\n", 400, "http_invalid"),
        ("a field's line that ends in LF", "GET /health/live HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400, "http_invalid"),
        ("no method", "/health/live HTTP/1.1\r\nHost: a\r\n\r\n", 400, "http_invalid"),
        ("no version", "GET /health/live\r\n\r\n", 400, "http_invalid"),
        ("no HTTP", "\u{16}\u{3}\u{1}\u{2}", 400, "http_invalid"),
        ("HTTP/2 without upgrade", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "http_invalid"),
        ("a later version", "GET /health/live HTTP/3.0\r\nHost: a\r\n\r\n", 400, "http_invalid"),
        ("an earlier version", "GET /health/live HTTP/0.9\r\nHost: a\r\n\r\n", 400, "http_invalid"),
        ("another expectation", post("Expect: a-pony\r\nContent-Length: 2\r\n\r\n"), 417, "expectation_failed"),
        ("two expectations", post("Expect: 100-continue, x=y\r\nContent-Length: 2\r\n\r\n"), 417, "expectation_failed"),
    ]

    @Test("what RFC 9112 refuses is refused at once with its code, and ends the connection")
    func refused() async throws {
        let bench = try Bench()
        try await serving(bench) { port in
            for (what, bytes, status, code) in Self.refusals {
                let said = try await converse([.send(bytes), .hearAll], with: port)
                #expect(said.statuses == [status], "\(what): \(said.text)")
                #expect(said.text.contains("\"code\":\"\(code)\""), "\(what): \(said.text)")
                #expect(said.text.contains("Content-Type: application/problem+json\r\n"), "\(what)")
                #expect(said.text.contains("Connection: close\r\n"), "\(what)")
                #expect(said.text.contains(" GMT\r\n"), "\(what)")
            }
        }
        // Each is counted once, whoever refuses it.
        let counts = bench.metrics.exposition.matches(
            of: #/cordon_http_request_duration_seconds_count\{route="[^"]+",status="([0-9]+)"\} ([0-9]+)/#)
        let counted = counts.reduce(into: [:]) { $0[String($1.output.1), default: 0] += Int($1.output.2) ?? 0 }
        #expect(counted == Dictionary(Self.refusals.map { (String($0.2), 1) }, uniquingKeysWith: +))
    }

    private static let taken: [(String, String)] = [
        ("a name and port", "GET /health/live HTTP/1.1\r\nHost: agent.bank.example:8443\r\n\r\n"),
        ("an IPv6 address", "GET /health/live HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"),
        ("an empty Host", "GET /health/live HTTP/1.1\r\nHost:\r\n\r\n"),
        ("absolute-form", "GET http://agent:8080/health/live HTTP/1.1\r\nHost: agent:8080\r\n\r\n"),
        ("absolute-form of another scheme", "GET HTTPS://agent/health/live?x=1 HTTP/1.1\r\nHost: agent\r\n\r\n"),
        ("a query", "GET /health/live?x=a://b HTTP/1.1\r\nHost: agent\r\n\r\n"),
        ("an empty line before", "\r\nGET /health/live HTTP/1.1\r\nHost: agent\r\n\r\n"),
        ("blanks around a value", "GET /health/live HTTP/1.1\r\nHost: \t agent \t\r\nX:\r\n\r\n"),
        ("a body that GET has no use for", "GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
        ("an expectation that has come true", chunked("2\r\n{}\r\n0\r\n\r\n", "Expect: 100-Continue\r\n")),
        ("an expectation without a body", "GET /health/live HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"),
        ("chunks in pieces", chunked("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")),
        ("a size with zeros", chunked("002\r\n{}\r\n000\r\n\r\n")),
        ("an extension", chunked("2;name=value;flag\r\n{}\r\n0;last\r\n\r\n")),
        ("a quoted extension", chunked("2;name=\"a; b\"\r\n{}\r\n0\r\n\r\n")),
        ("trailers", chunked("2\r\n{}\r\n0\r\nX-Checksum: abc\r\nAuthorization: none\r\n\r\n")),
        ("CHUNKED", post("Transfer-Encoding: CHUNKED\r\n\r\n2\r\n{}\r\n0\r\n\r\n")),
    ]

    @Test("what RFC 9112 lets a client send is taken, and the connection serves on")
    func takes() async throws {
        try await serving(try Bench()) { port in
            for (what, bytes) in Self.taken {
                let both: [Step] = [.send(bytes), .hear("}"), .send(Self.live), .hear("pass")]
                guard let said = try? await converse(both, with: port) else {
                    Issue.record("\(what) is not taken")
                    continue
                }
                let first = said.statuses.first { $0 != 100 }
                #expect(first == (bytes.contains("POST") ? 422 : 200), "\(what): \(said.text)")
            }
        }
    }

    @Test("a client that waits for 100 has it once the head is let in, and its score counts from the body")
    func expectation() async throws {
        let bench = try Bench()
        let body = Self.record("t-1")
        let head = Self.post(
            "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\nCordon-Deadline-Ms: 10000\r\n\r\n")
        let said = try await serving(bench) { port in
            async let said = converse(
                [.send(head), .hear("100 Continue\r\n\r\n"), .send(body), .hear("}")], with: port)
            _ = try await bench.transactions(1)
            try bench.decide("t-1", offset: 0)
            return try await said
        }
        #expect(said.statuses == [100, 200] && said.text.contains("\"degraded\":false"), "\(said.text)")
    }

    private static let refusedHeads: [(String, String, Int)] = [
        ("no token", "POST /v1/score HTTP/1.1\r\nHost: a\r\n\(json)Content-Length: 5", 401),
        (
            "a wrong token",
            "POST /v1/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\(json)Content-Length: 5", 401
        ),
        ("too long", post("Content-Length: 70000"), 413),
        ("longer than any number", post("Content-Length: 9223372036854775807"), 413),
        (
            "another type",
            "POST /v1/score HTTP/1.1\r\nHost: a\r\n\(token)Content-Type: text/html\r\nContent-Length: 5", 415
        ),
        ("another coding", post("Content-Encoding: gzip\r\nContent-Length: 5"), 415),
        ("a deadline that is none", post("Cordon-Deadline-Ms: soon\r\nContent-Length: 5"), 400),
        ("an open quote", post("Idempotency-Key: \"k\r\nContent-Length: 5"), 400),
        ("no such path", "POST /v1/none HTTP/1.1\r\nHost: a\r\n\(token)Content-Length: 5", 404),
        ("a path that reads none", "GET /health/live HTTP/1.1\r\nHost: a\r\nContent-Length: 5", 200),
        ("no such method", "PUT /v1/score HTTP/1.1\r\nHost: a\r\n\(token)Transfer-Encoding: chunked", 405),
    ]

    @Test("a head that is not let in, or needs no body, has its answer in place of 100, and the connection ends")
    func expectationRefused() async throws {
        try await serving(try Bench()) { port in
            for (what, head, status) in Self.refusedHeads {
                let said = try await converse([.send(head + "\r\nExpect: 100-continue\r\n\r\n"), .hearAll], with: port)
                #expect(said.statuses == [status], "\(what): \(said.text)")
                #expect(said.text.contains("Connection: close\r\n"), "\(what)")
            }
        }
    }

    @Test("a body that is asked for and comes late is none, and what is wrong with it is told after 100")
    func expectationBroken() async throws {
        let head = Self.post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        let late = try await serving(try Bench(), { $0.bodyTime = .milliseconds(50) }) {
            try await converse([.send(head), .hearAll], with: $0)
        }
        #expect(late.statuses == [100, 408])
        let wrong = try await serving(try Bench()) {
            try await converse([.send(head), .hear("100 Continue"), .send("zz\r\n"), .hearAll], with: $0)
        }
        #expect(wrong.statuses == [100, 400] && wrong.text.contains("hexadecimal"))
    }

    @Test("HTTP/1.0 needs no Host, has one answer with a length, and its connection ends unless it asks for more")
    func http10() async throws {
        let get = "GET /health/live HTTP/1.0\r\n"
        let post = Self.post("Expect: a-pony\r\nContent-Length: 2\r\n\r\n{}", version: "1.0", host: "")
        try await serving(try Bench()) { port in
            let one = try await converse([.send(get + "\r\n" + Self.live), .hearAll], with: port)
            #expect(one.statuses == [200] && one.text.contains("Connection: close\r\n"), "\(one.text)")
            let kept = get + "Connection: Keep-Alive\r\n\r\n"
            let two = try await converse([.send(kept + kept + get + "\r\n"), .hearAll], with: port)
            #expect(two.statuses == [200, 200, 200], "\(two.text)")
            #expect(two.text.ranges(of: "Connection: keep-alive\r\n").count == 2)
            let posted = try await converse([.send(post), .hearAll], with: port)
            #expect(posted.statuses == [422])
            for said in [one, two, posted] {
                #expect(!said.text.lowercased().contains("transfer-encoding") && said.text.contains("Content-Length: "))
            }
        }
    }

    @Test(
        "a client that will send no more is told so, however it spells it",
        arguments: ["close", "Close", "TE, close", "keep-alive, close", "Upgrade\r\nUpgrade: h2c"])
    func lastRequest(connection: String) async throws {
        let get = "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: \(connection)\r\n\r\n"
        let said = try await serving(try Bench()) { try await converse([.send(get + Self.live), .hearAll], with: $0) }
        #expect(said.statuses == [200] && said.text.contains("Connection: close\r\n"), "\(said.text)")
    }

    @Test("OPTIONS may ask for the server as a whole", arguments: ["*", "http://agent"])
    func options(target: String) async throws {
        let request = "OPTIONS \(target) HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n"
        let said = try await serving(try Bench()) { try await converse([.send(request), .hearAll], with: $0) }
        #expect(said.statuses == [204] && said.text.contains("Allow: GET, HEAD, POST, OPTIONS\r\n"), "\(said.text)")
    }

    @Test("whatever bytes come, in whatever pieces, each connection ends in answers, and the server serves on")
    func damage() async throws {
        var random = SplitMix64(2026)
        let whole = (Self.taken + Self.refusals.map { ($0.0, $0.1) }).map { Array($0.1.utf8) }.filter {
            $0.count < 2000
        }
        let alphabet = Array("\r\n \t:;,\"0-9afxHTP/.\u{0}\u{7F}ä".utf8)
        try await serving(try Bench()) { port in
            for _ in 0..<300 {
                var bytes = whole.randomElement(using: &random)! + whole.randomElement(using: &random)!
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes.remove(at: at)
                    case 1: bytes.insert(alphabet.randomElement(using: &random)!, at: at)
                    default: bytes[at] = alphabet.randomElement(using: &random)!
                    }
                }
                let cut = Int.random(in: 0...bytes.count, using: &random)
                let steps: [Step] = [
                    .sendBytes(Array(bytes[..<cut])), .sendBytes(Array(bytes[cut...])), .endSending, .hearAll,
                ]
                let said = try await converse(steps, with: port)
                #expect(said.statuses.allSatisfy { $0 < 500 || $0 == 501 }, "\(said.text) to \(bytes)")
                #expect(said.text.isEmpty || said.text.hasPrefix("HTTP/1.1 "))
            }
            let alive = try await converse([.send(Self.live), .hear("pass")], with: port)
            #expect(alive.statuses == [200])
        }
    }

    @Test("an offer of HTTP/2 with a body is answered in HTTP/1.1")
    func upgrade() async throws {
        let request = Self.post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}")
        let said = try await serving(try Bench()) { try await converse([.send(request), .hearAll], with: $0) }
        #expect(said.statuses == [422], "\(said.text)")
    }

    @Test("what is no HTTP behind requests is refused after their answers")
    func pipelined() async throws {
        let requests = Self.live + Self.post("Content-Length: 2\r\n\r\n{}") + "nothing\r\n\r\n" + Self.live
        let said = try await serving(try Bench()) { try await converse([.send(requests), .hearAll], with: $0) }
        #expect(said.statuses == [200, 422, 400], "\(said.text)")
    }

    @Test("a client that sends no more has its answer; one that ends within a request, a refusal")
    func endOfSending() async throws {
        try await serving(try Bench()) { port in
            let whole = try await converse([.send(Self.live), .endSending, .hearAll], with: port)
            #expect(whole.statuses == [200])
            for half in [Self.post("Content-Length: 20\r\n\r\n{}"), Self.chunked("5\r\n{}"), Self.post("Content-Le")] {
                let said = try await converse([.send(half), .endSending, .hearAll], with: port)
                #expect(said.statuses == [400] && said.text.contains("ended within the request"), "\(said.text)")
            }
        }
    }

    @Test(
        "the rest of a refused request may come for a while, and the connection serves on; it is not waited for longer",
        .timeLimit(.minutes(10)))
    func restOfRefused() async throws {
        let half = "POST /v1/score HTTP/1.1\r\nHost: a\r\n\(Self.json)Content-Length: 3\r\n\r\na"
        try await serving(
            try Bench(),
            {
                $0.bodyTime = .seconds(2)
                $0.idleTime = .seconds(3600)
            }
        ) { port in
            let whole = try await converse(
                [
                    .send(half), .hear("unauthorized"), .send("bc" + Self.live), .hear("pass"),
                    .wait {
                        let cut = try await converse([.send(half), .hear("unauthorized"), .hearAll], with: port)
                        #expect(cut.statuses == [401], "\(cut.text)")
                    },
                    .send(Self.live), .hear("pass"),
                ], with: port)
            #expect(whole.statuses == [401, 200, 200], "\(whole.text)")
        }
    }

    @Test("a fault in a body that nobody reads is no second answer")
    func faultBehindRefusal() async throws {
        let request = "POST /v1/score HTTP/1.1\r\nHost: a\r\n\(Self.json)Transfer-Encoding: chunked\r\n\r\n"
        let said = try await serving(try Bench()) {
            try await converse([.send(request), .hear("unauthorized"), .send("zz\r\n"), .hearAll], with: $0)
        }
        #expect(said.statuses == [401], "\(said.text)")
    }
}
