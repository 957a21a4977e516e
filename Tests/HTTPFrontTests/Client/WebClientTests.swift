import HTTPFront
import NIOHTTP1
import Support
import Telemetry
import Testing

/// The clients against a server of routes of these tests.
@Suite("Clients", .timeLimit(.minutes(5)))
struct WebClientTests {
    /// A server on a port that is free, for the length of a test.
    private func serving(_ body: (Int) async throws -> Void) async throws {
        let say: @Sendable (Route.Call) async throws(Problem) -> Reply = { call throws(Problem) in
            let fields = ["Host", "Accept", "Content-Type"].map { call.headers[field: $0] ?? "-" }
            let lines = [call.target] + fields + [String(decoding: call.body, as: UTF8.self)]
            return Reply(status: .ok, type: "text/plain", body: Array(lines.joined(separator: "\n").utf8))
        }
        let routes = [
            Route(path: "/say", method: .GET, guarded: false, handle: say),
            Route(path: "/", method: .GET, guarded: false, handle: say),
            Route(
                path: "/form", method: .POST, guarded: false, bodyLimit: 1000,
                takes: ["application/x-www-form-urlencoded"],
                handle: say),
            Route(path: "/moved", method: .GET, guarded: false) { _ in
                var reply = Reply(status: .found)
                reply.headers[field: "Location"] = "/say"
                return reply
            },
            Route(path: "/size/{}", method: .GET, guarded: false) { call in
                Reply(status: .ok, body: Array(repeating: 7, count: Int(call.place) ?? 0))
            },
        ]
        let server = try APIServer(
            .init(host: "127.0.0.1", port: 0), routes: routes, rate: RateGate(RequestRateLimit(perSecond: 0)),
            tokens: BearerTokenStore(BearerTokens([])), metrics: Metrics())
        try await server.serve { port, _ in try await body(port) }
    }

    @Test("ask for what an address names, path and query as they are spelt, and post a form as one")
    func asks() async throws {
        try await serving { port in
            let client = try WebClient(roots: nil)
            let base = "http://127.0.0.1:\(port)"
            func text(_ address: String, form: String? = nil) async throws -> [String] {
                let (status, body) = try await client.exchange(address, form: form)
                #expect(status == 200)
                return String(decoding: body, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
                    .map { String($0) }
            }
            let host = "127.0.0.1:\(port)"
            #expect(try await text(base + "/say?a=%20b&c") == ["/say?a=%20b&c", host, "application/json", "-", ""])
            #expect(try await text(base) == ["/", host, "application/json", "-", ""])
            #expect(try await text(base + "?q") == ["/?q", host, "application/json", "-", ""])
            let type = "application/x-www-form-urlencoded"
            #expect(
                try await text(base + "/form", form: "a=ü&b=1") == ["/form", host, "application/json", type, "a=ü&b=1"])
            #expect(try await text(base + "/form", form: "") == ["/form", host, "application/json", type, ""])
            // Whoever answers with another address is not followed, and a refusal is an answer.
            #expect(try await client.exchange(base + "/moved").status == 302)
            #expect(try await client.exchange(base + "/none").status == 404)
        }
    }

    @Test("read an answer of a mebibyte, and of one byte more say that it is too large")
    func sizes() async throws {
        try await serving { port in
            let client = try WebClient(roots: nil)
            let answer = try await client.exchange("http://localhost:\(port)/size/\(1 << 20)")
            #expect(answer.status == 200 && answer.body == Array(repeating: 7, count: 1 << 20))
            await #expect(throws: WebClient.Failure.tooLarge) {
                try await client.exchange("http://localhost:\(port)/size/\(1 << 20 + 1)")
            }
        }
    }

    @Test(
        "reach no address without TLS but this machine's own",
        arguments: [
            "http://example.com/", "http://127.0.0.2/", "http://localhost.example.com/",
            "http://127.0.0.1@example.com/",
            "ftp://127.0.0.1/", "//127.0.0.1/", "127.0.0.1", "", "https://", "http:///x", "file:///etc/passwd",
        ])
    func refused(address: String) async throws {
        let client = try WebClient(roots: nil)
        await #expect(throws: WebClient.Failure.address) { try await client.exchange(address) }
    }

    @Test("take this machine's own address in IPv6, too: what fails is the connection, and not the address")
    func loopback() async throws {
        let client = try WebClient(roots: nil)
        do {
            _ = try await client.exchange("http://[::1]:1/")
            Issue.record("there is nobody at port 1")
        } catch { #expect(error as? WebClient.Failure != .address) }
    }

    @Test("offer TLS to a server that is named by its number: what fails is that it has none")
    func number() async throws {
        try await serving { port in
            let client = try WebClient(roots: nil)
            do {
                _ = try await client.exchange("https://127.0.0.1:\(port)/say")
                Issue.record("the server has no TLS")
            } catch { #expect(!"\(error)".contains("SNI") && error as? WebClient.Failure != .address, "\(error)") }
        }
    }

    @Test("of the bench have several answers by one connection, and none of a server that is not there")
    func kept() async throws {
        try await serving { port in
            let connection = KeepAliveConnection(host: "127.0.0.1", port: UInt16(port))
            for count in [0, 5, 40_000, 1] {
                let request = "GET /size/\(count) HTTP/1.1\r\nHost: a\r\n\r\n"
                let (status, body) = try connection.exchange(Array(request.utf8))
                #expect(status == 200 && body == Array(repeating: 7, count: count))
            }
            #expect(try connection.exchange(Array("GET /none HTTP/1.1\r\nHost: a\r\n\r\n".utf8)).status == 404)
            // An answer that ends the connection is the last of it; the next request has another one.
            #expect(try connection.exchange(Array("GET /say HTTP/1.1\r\n\r\n".utf8)).status == 400)
            #expect(throws: KeepAliveConnection.Broken.self) {
                try connection.exchange(Array("GET /say HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            }
            #expect(try connection.exchange(Array("GET /say HTTP/1.1\r\nHost: a\r\n\r\n".utf8)).status == 200)
        }
        #expect(throws: KeepAliveConnection.Broken.self) {
            try KeepAliveConnection(host: "127.0.0.1", port: 1).exchange(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        }
    }
}
