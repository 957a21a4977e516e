import HTTPFront
import NIOCore
import NIOHTTP1
import NIOPosix
import Support
import Synchronization
import Telemetry
import Testing

@Suite("Answers that are written bit by bit, and paths with a place", .timeLimit(.minutes(5)))
struct StreamTests {
    /// A server of some routes; stops when `body` is done, and returns when its last connection has ended.
    private func serving<T>(_ routes: [Route], _ body: (Int, Flag) async throws -> T) async throws -> T {
        let server = try APIServer(
            APIServer.Settings(host: "127.0.0.1", port: 0), routes: routes,
            rate: RateGate(RequestRateLimit(perSecond: 0)),
            tokens: BearerTokenStore(BearerTokens([])), metrics: Metrics())
        return try await server.serve(body)
    }

    private func route(_ path: String, _ stream: @escaping @Sendable (BodyWriter) async -> Void) -> Route {
        Route(path: path, method: .GET, guarded: false, answersJSON: false) { _ in
            var reply = Reply(status: .ok, type: "text/event-stream")
            reply.stream = stream
            return reply
        }
    }

    private static func get(_ path: String, version: String = "1.1", method: String = "GET") -> String {
        "\(method) \(path) HTTP/\(version)\r\nHost: a\r\n\r\n"
    }

    private static let parts: @Sendable (BodyWriter) async -> Void = { writer in
        for part in ["one\n", "two\n"] { try? await writer.write(Array(part.utf8)) }
    }

    @Test("parts come in chunks as they are written, and the connection takes the next request behind the last one")
    func chunks() async throws {
        try await serving([route("/parts", Self.parts)]) { port, _ in
            let said = try await converse(
                [.send(Self.get("/parts")), .hear("0\r\n\r\n"), .send(Self.get("/parts")), .hear("0\r\n\r\n")],
                with: port)
            #expect(said.statuses == [200, 200])
            #expect(said.text.contains("4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n"))
            #expect(said.text.lowercased().contains("transfer-encoding: chunked"))
            #expect(!said.text.lowercased().contains("content-length"))
        }
    }

    @Test("HEAD has no part of it, and HTTP/1.0, which has no chunks, is told so")
    func others() async throws {
        try await serving([route("/parts", Self.parts)]) { port, _ in
            let head = try await converse([.send(Self.get("/parts", method: "HEAD")), .hear("\r\n\r\n")], with: port)
            #expect(head.statuses == [200] && !head.text.contains("one"))
            let old = try await converse([.send(Self.get("/parts", version: "1.0")), .hearAll], with: port)
            #expect(old.statuses == [400] && old.text.contains("HTTP/1.1"))
        }
    }

    @Test("a stream without an end is cancelled when its client is gone, and when the server stops")
    func cancelled() async throws {
        let ends = Mutex(0)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let endless = route("/endless") { writer in
            try? await writer.write(Array("begun\n".utf8))
            let never = AsyncStream<Void> { _ in }
            for await _ in never {}
            if Task.isCancelled { ends.withLock { $0 += 1 } }
            end.yield()
        }
        try await serving([endless]) { port, stop in
            // The client leaves.
            _ = try await converse([.send(Self.get("/endless")), .hear("begun")], with: port)
            for await _ in ended { break }
            #expect(ends.withLock { $0 } == 1)
            // The server stops: it ends the answer, and so the connection.
            let said = try await converse(
                [.send(Self.get("/endless")), .hear("begun"), .wait { stop.set() }, .hearAll], with: port)
            #expect(said.statuses == [200])
        }
        #expect(ends.withLock { $0 } == 2)
    }

    @Test("a path with a place takes any one segment there, and a path without one goes before it")
    func places() async throws {
        let routes = ["/items/{}", "/items/{}/close", "/items/all"].map { path in
            Route(path: path, method: .GET, guarded: false, answersJSON: false) { call in
                Reply(status: .ok, type: "text/plain", body: Array("[\(path) \(call.place) \(call.target)]".utf8))
            }
        }
        try await serving(routes) { port, _ in
            for (target, answer) in [
                ("/items/7", "[/items/{} 7 /items/7]"),
                ("/items/7/close?a=b", "[/items/{}/close 7 /items/7/close?a=b]"),
                ("/items/all", "[/items/all  /items/all]"), ("/items/%2F", "[/items/{} %2F /items/%2F]"),
            ] {
                let said = try await converse([.send(Self.get(target)), .hear("]")], with: port)
                #expect(said.text.contains(answer), "\(target)")
            }
            for target in ["/items", "/items/", "/items//close", "/items/7/8", "/items/7/close/"] {
                let said = try await converse([.send(Self.get(target)), .hear("not_found")], with: port)
                #expect(said.statuses == [404], "\(target)")
            }
        }
    }
}
