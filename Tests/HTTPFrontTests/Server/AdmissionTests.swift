import HTTPFront
import NIOCore
import NIOHTTP1
import Telemetry
import Testing

/// What a responder says of a request by its head alone, on routes of these tests.
@Suite("A request's head")
struct AdmissionTests {
    private func responder(perSecond: Int = 0) -> APIResponder {
        let echo: @Sendable (Route.Call) async throws(Problem) -> Reply = { call throws(Problem) in
            if call.body == [0] { throw Problem(.notATransaction) }
            return Reply(json: [call.place, call.client, call.target, "\(call.body.count)", call.type?.name ?? "-"])
        }
        let routes = [
            Route(path: "/open", method: .GET, guarded: false, handle: echo),
            Route(path: "/text", method: .GET, guarded: true, answersJSON: false, handle: echo),
            Route(
                path: "/post", method: .POST, guarded: true, bodyLimit: 100, takes: ["application/json", "text/csv"],
                charsets: ["utf-8", "iso-8859-1"], handle: echo),
            Route(
                path: "/checked", method: .POST, guarded: true, bodyLimit: 10, takes: ["text/csv"],
                checkHead: { headers throws(Problem) in
                    if headers[field: "X-Bad"] != nil { throw Problem(.deadlineInvalid) }
                }, handle: echo),
            Route(path: "/bare", method: .POST, guarded: false, handle: echo),
            Route(path: "/items/{}", method: .GET, guarded: false, handle: echo),
            Route(
                path: "/items/{}/notes", method: .POST, guarded: false, bodyLimit: 5, takes: ["text/csv"], handle: echo),
            Route(path: "/items/own", method: .GET, guarded: true, handle: echo),
            Route(
                path: "/pages/{}", method: .POST, guarded: false, bodyLimit: 10, takes: ["text/csv"],
                refusal: { problem, call in
                    Reply(status: .init(statusCode: problem.status), type: "text/html", body: Array(call.place.utf8))
                }, handle: echo),
        ]
        return APIResponder(
            routes: routes,
            tokens: BearerTokenStore(BearerTokens([.init(client: "core", sha256: BearerTokens.hash("t"))])),
            rate: RateGate(RequestRateLimit(perSecond: perSecond)), metrics: Metrics())
    }

    private func head(_ method: HTTPMethod, _ uri: String, _ headers: [(String, String)] = [], token: Bool = true)
        -> HTTPRequestHead
    {
        var fields = HTTPHeaders(headers)
        if token { fields.add(name: "Authorization", value: "Bearer t") }
        return HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: fields)
    }

    /// The code of the refusal; nil where the request is let in.
    private func code(_ head: HTTPRequestHead) throws -> String? {
        var exchange = responder().exchange(head)
        guard let reply = responder().admit(&exchange) else { return nil }
        return try #require(String(decoding: reply.body, as: UTF8.self).firstMatch(of: #/"code":"([a-z_]+)"/#)).output.1
            .description
    }

    private static let json = ("Content-Type", "application/json")

    @Test(
        "is refused by the first thing that is wrong with it: path, method, token, Accept, its own fields, type, length"
    )
    func order() throws {
        let bad = [("Accept", "text/html"), ("X-Bad", "1"), ("Content-Type", "x/y"), ("Content-Length", "11")]
        #expect(try code(head(.PUT, "/none", bad, token: false)) == "not_found")
        #expect(try code(head(.PUT, "/checked", bad, token: false)) == "method_not_allowed")
        #expect(try code(head(.POST, "/checked", bad, token: false)) == "unauthorized")
        #expect(try code(head(.POST, "/checked", bad)) == "not_acceptable")
        #expect(try code(head(.POST, "/checked", Array(bad[1...]))) == "deadline_invalid")
        #expect(try code(head(.POST, "/checked", Array(bad[2...]))) == "media_type_unsupported")
        #expect(
            try code(head(.POST, "/checked", [("Content-Type", "text/csv"), ("Content-Length", "11")]))
                == "body_too_large")
        #expect(try code(head(.POST, "/checked", [("Content-Type", "text/csv"), ("Content-Length", "10")])) == nil)
    }

    @Test(
        "has a body's length up to the route's limit; a number that nobody can count is too large",
        arguments: [
            ("0", true), ("100", true), ("101", false), ("9223372036854775808", false),
            ("99999999999999999999999", false),
        ])
    func length(text: String, isTaken: Bool) throws {
        #expect(
            try code(head(.POST, "/post", [Self.json, ("Content-Length", text)])) == (isTaken ? nil : "body_too_large"))
    }

    @Test(
        "has a content coding of none, however that is spelt",
        arguments: [
            ("identity", true), ("Identity", true), ("gzip", false), ("", false), ("identity, gzip", false),
            ("br", false),
        ])
    func coding(text: String, isTaken: Bool) throws {
        let coded = head(.POST, "/post", [Self.json, ("Content-Encoding", text)])
        #expect(try code(coded) == (isTaken ? nil : "media_type_unsupported"))
        // A path that reads no body does not look at what is said of one.
        #expect(try code(head(.POST, "/bare", [("Content-Encoding", text), ("Content-Length", "999999")])) == nil)
    }

    @Test("is refused in the way of its route, where that has one, by its head and in the midst of its body")
    func ownRefusal() throws {
        let responder = responder()
        var long = responder.exchange(
            head(.POST, "/pages/a", [("Content-Type", "text/csv"), ("Content-Length", "11")]))
        let reply = try #require(responder.admit(&long))
        #expect(reply.status == .payloadTooLarge && reply.body == Array("a".utf8) && reply.closes)
        #expect(reply.headers[field: "Content-Type"] == "text/html")
        var chunked = responder.exchange(head(.POST, "/pages/b", [("Content-Type", "text/csv")]))
        #expect(responder.admit(&chunked) == nil)
        try chunked.take(ByteBuffer(bytes: [UInt8](repeating: 65, count: 10)))
        do throws(Problem) {
            try chunked.take(ByteBuffer(bytes: [65]))
            Issue.record("it is too large")
        } catch {
            #expect(chunked.refusal(error).body == Array("b".utf8) && chunked.refusal(error).closes)
        }
        var other = responder.exchange(head(.POST, "/pages/c", [("Content-Type", "text/plain")]))
        let unsupported = try #require(responder.admit(&other))
        #expect(unsupported.body == Array("c".utf8) && !unsupported.closes)
    }

    @Test("has a media type that its path takes")
    func types() throws {
        for type in [
            "application/json", "text/json; charset=UTF-8", "TEXT/CSV", "a/b+json", "text/csv; charset=latin1",
        ] {
            #expect(try code(head(.POST, "/post", [("Content-Type", type)])) == nil, "\(type)")
        }
        for type in ["text/plain", "application/xml", "json", "", "text/csv; charset=utf-16", "text/csv; charset=x"] {
            #expect(try code(head(.POST, "/post", [("Content-Type", type)])) == "media_type_unsupported", "\(type)")
        }
        #expect(try code(head(.POST, "/post")) == "media_type_unsupported")
        #expect(try code(head(.POST, "/post", [Self.json, ("content-type", "text/csv")])) == "media_type_unsupported")
    }

    @Test("is told which charset it named only where that is one that is known, and nothing else of it is repeated")
    func charsets() throws {
        func detail(_ charset: String) throws -> String {
            var exchange = responder().exchange(
                head(.POST, "/post", [("Content-Type", "text/csv; charset=\(charset)")]))
            return String(decoding: try #require(responder().admit(&exchange)).body, as: UTF8.self)
        }
        for (charset, name) in [
            ("UTF-16", "utf-16"), ("cp1252", "windows-1252"), ("\"UTF-32\"", "utf-32"), ("ASCII", "us-ascii"),
        ] {
            #expect(
                try detail(charset).contains("names \(name), and what is read here is utf-8, iso-8859-1"), "\(charset)")
        }
        for charset in ["secret-word", "\"<b>\"", "utf-7"] {
            let said = try detail(charset)
            #expect(
                said.contains("names another charset") && !said.contains("secret") && !said.contains("<b>")
                    && !said.contains("utf-7"))
        }
    }

    @Test("that asks for methods has them, without a token; HEAD goes where GET does")
    func methods() throws {
        for (uri, allow) in [
            ("/text", "GET, HEAD, OPTIONS"), ("/post", "POST, OPTIONS"), ("*", "GET, HEAD, POST, OPTIONS"),
        ] {
            var exchange = responder().exchange(head(.OPTIONS, uri, token: false))
            let reply = try #require(responder().admit(&exchange))
            #expect(reply.status == .noContent && reply.headers[field: "Allow"] == allow && reply.body.isEmpty)
            #expect(reply.response(head: false).head.headers[field: "Content-Length"] == nil)
        }
        var refused = responder().exchange(head(.DELETE, "/text", token: false))
        #expect(try #require(responder().admit(&refused)).headers[field: "Allow"] == "GET, HEAD, OPTIONS")
        #expect(try code(head(.OPTIONS, "/none")) == "not_found" && code(head(.GET, "*")) == "not_found")
        #expect(try code(head(.HEAD, "/text")) == nil && code(head(.HEAD, "/post")) == "method_not_allowed")
        #expect(try code(head(.HEAD, "/text", token: false)) == "unauthorized")
    }

    @Test("asks for JSON only where the path answers it")
    func accept() throws {
        #expect(try code(head(.GET, "/open", [("Accept", "text/html")])) == "not_acceptable")
        #expect(try code(head(.GET, "/open", [("Accept", "text/html"), ("Accept", "*/*;q=0.1")])) == nil)
        #expect(try code(head(.GET, "/text", [("Accept", "text/html")])) == nil)
    }

    @Test("counts against its client's rate where its path needs a token, and nowhere else")
    func rate() throws {
        let responder = responder(perSecond: 1)
        func reply(_ head: HTTPRequestHead) -> Reply? {
            var exchange = responder.exchange(head)
            return responder.admit(&exchange)
        }
        for _ in 0..<5 {
            #expect(reply(head(.GET, "/open")) == nil)
            #expect(reply(head(.GET, "/text", token: false))?.status.code == 401)
        }
        // More than a second's worth at once, however slowly this test runs.
        let refused = (0..<1000).compactMap { _ in reply(head(.GET, "/text")) }
        #expect(refused.count > 0)
        #expect(refused.allSatisfy { $0.status.code == 429 && $0.headers[field: "Retry-After"] == "1" })
    }

    @Test(
        "finds its route by the path before a query: a whole one first, else one with any segment but an empty one in its place"
    )
    func places() async throws {
        func answer(_ method: HTTPMethod, _ uri: String) async -> [String]? {
            let responder = responder()
            var exchange = responder.exchange(head(method, uri, [("Content-Type", "text/csv")]))
            guard responder.admit(&exchange) == nil, let route = exchange.route else { return nil }
            let body = await responder.answer(route, exchange.call).body
            return String(decoding: body, as: UTF8.self).split(separator: "\"", omittingEmptySubsequences: false)
                .enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
        #expect(await answer(.GET, "/items/a%2Fb?c=/d") == ["a%2Fb", "", "/items/a%2Fb?c=/d", "0", "-"])
        #expect(await answer(.GET, "/items/own?x") == ["", "core", "/items/own?x", "0", "-"])
        #expect(await answer(.GET, "/items/%7B%7D")?.first == "%7B%7D")
        #expect(await answer(.POST, "/items/7/notes")?.first == "7")
        #expect(await answer(.GET, "/open?")?[2] == "/open?")
        for uri in [
            "/items/", "/items", "/items/a/", "/items//notes", "/items/a/b", "//items/a", "/Items/a", "/open/",
            "/items/a/notes/",
        ] {
            #expect(await answer(.GET, uri) == nil, "\(uri)")
        }
        #expect(await answer(.GET, "/items/7/notes") == nil)
    }

    @Test(
        "is followed by parts of a body up to the limit, whole and in order; of a path that reads none they are passed over"
    )
    func parts() throws {
        let responder = responder()
        var exchange = responder.exchange(head(.POST, "/items/7/notes", [("Content-Type", "text/csv")]))
        #expect(responder.admit(&exchange) == nil)
        try exchange.take(ByteBuffer(bytes: [1, 2]))
        try exchange.take(ByteBuffer(bytes: []))
        try exchange.take(ByteBuffer(bytes: [3, 4, 5]))
        #expect(exchange.call.body == [1, 2, 3, 4, 5] && exchange.call.type?.name == "text/csv")
        var more = exchange
        #expect(throws: Problem(.bodyTooLarge, "at most 5 bytes are taken here")) {
            try more.take(ByteBuffer(bytes: [6]))
        }
        var bare = responder.exchange(head(.POST, "/bare"))
        try bare.take(ByteBuffer(repeating: 1, count: 1000))
        #expect(bare.call.body.isEmpty && bare.call.type == nil)
    }

    @Test("says whether its body is held back")
    func held() {
        #expect(responder().exchange(head(.POST, "/post", [("Expect", "100-continue")])).holdsBody)
        #expect(!responder().exchange(head(.POST, "/post")).holdsBody)
    }

    @Test("that is let in has what its route answers, also where that is a refusal")
    func refusal() async throws {
        let responder = responder()
        var exchange = responder.exchange(head(.POST, "/post", [Self.json]))
        #expect(responder.admit(&exchange) == nil)
        try exchange.take(ByteBuffer(bytes: [0]))
        let reply = await responder.answer(try #require(exchange.route), exchange.call)
        #expect(reply.status.code == 422 && reply.headers[field: "Content-Type"] == "application/problem+json")
    }
}
