import Foundation
import HTTPFront
import NIOCore
import NIOHTTP1
import Testing

@Suite("What is wrong with a request")
struct ProblemTests {
    private func json(_ reply: Reply) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
    }

    @Test("is told as RFC 9457 has it, for every code", arguments: ProblemCode.allCases)
    func everyCode(code: ProblemCode) throws {
        let reply = Reply(Problem(code))
        let json = try json(reply)
        #expect(reply.status.code == code.status && reply.headers[field: "Content-Type"] == "application/problem+json")
        #expect(
            json["type"] as? String == "urn:cordon:problem:\(code.rawValue)" && json["code"] as? String == code.rawValue
        )
        #expect(json["title"] as? String == code.title && json["status"] as? Int == code.status)
        #expect(json["detail"] == nil && json["field"] == nil)
        #expect((reply.headers[field: "WWW-Authenticate"] != nil) == (code == .unauthorized))
        #expect((reply.headers[field: "Retry-After"] != nil) == (code == .logUnavailable))
        // What was not read to its end ends the connection.
        #expect(reply.closes == [.requestTimeout, .bodyTooLarge, .httpInvalid].contains(code))
    }

    @Test("has its detail, field, waiting time and methods where there are any")
    func details() throws {
        var problem = Problem(.methodNotAllowed, "why")
        problem.allow = ["GET", "HEAD"]
        problem.field = "amount"
        problem.retryAfter = 7
        let reply = Reply(problem)
        #expect(reply.headers[field: "Allow"] == "GET, HEAD" && reply.headers[field: "Retry-After"] == "7")
        let said = try json(reply)
        #expect(said["detail"] as? String == "why" && said["field"] as? String == "amount")
        let own = Problem(code: "own", status: 422, title: "A title", field: nil)
        #expect(try json(Reply(own))["type"] as? String == "urn:cordon:problem:own")
    }

    @Test("has codes and sentences of its own, none of them twice")
    func codes() {
        #expect(Set(ProblemCode.allCases.map(\.title)).count == ProblemCode.allCases.count)
        #expect(ProblemCode.allCases.allSatisfy { (400...599).contains($0.status) && !$0.title.isEmpty })
    }
}

@Suite("What a route answers")
struct ReplyTests {
    @Test("has its length and is never stored; HEAD leaves the body out, and not its length")
    func response() {
        let reply = Reply(json: ["b": 1, "a": 2])
        #expect(String(decoding: reply.body, as: UTF8.self) == "{\"a\":2,\"b\":1}")
        for head in [false, true] {
            let (response, body) = reply.response(head: head)
            #expect(response.status == .ok && response.headers[field: "Content-Length"] == "13")
            #expect(
                response.headers[field: "Cache-Control"] == "no-store"
                    && response.headers[field: "Content-Type"] == "application/json")
            #expect(body.readableBytes == (head ? 0 : 13))
        }
    }

    @Test("says that the connection is closed where it is")
    func closing() {
        #expect(Reply(Problem(.requestTimeout)).response(head: false).head.headers[field: "Connection"] == "close")
        #expect(Reply(Problem(.notFound)).response(head: false).head.headers[field: "Connection"] == nil)
    }
}

@Suite("Paths that operate an agent")
struct OperationsRoutesTests {
    private func routes(_ open: Set<OpenRoutes>, missing: String? = nil, description: [UInt8]? = nil) -> [Route] {
        OperationsRoutes(
            readiness: { [ReadinessCheck("log", missing: nil), ReadinessCheck("decisions", missing: missing)] },
            metrics: { "a 1\n" }, description: description, open: open
        ).all
    }

    private func reply(_ routes: [Route], _ path: String) async throws -> Reply {
        let route = try #require(routes.first { $0.path == path })
        return try await route.handle(.init(headers: [:], body: [], type: nil, client: "", arrived: .now))
    }

    @Test("need a token unless they are open", arguments: OpenRoutes.allCases)
    func guarded(open: OpenRoutes) {
        let paths: [String: OpenRoutes] = [
            "/health/live": .health, "/health/ready": .health, "/metrics": .metrics, "/openapi.yaml": .openapi,
        ]
        let routes = routes([open], description: [1])
        #expect(Set(routes.map(\.path)) == Set(paths.keys))
        for route in routes { #expect(route.guarded == (paths[route.path] != open), "\(route.path)") }
    }

    @Test("say what is missing, with 503, and pass where nothing is")
    func readiness() async throws {
        let ready = try await reply(routes([]), "/health/ready")
        #expect(ready.status == .ok)
        #expect(
            String(decoding: ready.body, as: UTF8.self)
                == "{\"checks\":[{\"name\":\"log\"},{\"name\":\"decisions\"}],\"status\":\"pass\"}")
        let not = try await reply(routes([], missing: "some"), "/health/ready")
        #expect(not.status == .serviceUnavailable)
        #expect(String(decoding: not.body, as: UTF8.self).contains("{\"missing\":\"some\",\"name\":\"decisions\"}"))
        #expect(try await reply(routes([], missing: "some"), "/health/live").status == .ok)
    }

    @Test("serve metrics as text, and the description where there is one")
    func texts() async throws {
        let metrics = try await reply(routes([]), "/metrics")
        #expect(metrics.headers[field: "Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(metrics.body == Array("a 1\n".utf8))
        #expect(!routes([]).contains { $0.path == "/openapi.yaml" })
        let described = try await reply(routes([], description: [7]), "/openapi.yaml")
        #expect(described.body == [7] && described.headers[field: "Content-Type"] == "application/yaml")
    }

    @Test("take GET and what goes with it; others take their method and OPTIONS")
    func methods() {
        for route in routes([]) { #expect(route.methods == [.GET, .HEAD, .OPTIONS]) }
        let post = Route(path: "/x", method: .POST, guarded: true) { _ in Reply(status: .ok) }
        #expect(post.methods == [.POST, .OPTIONS] && post.guarded && post.bodyLimit == nil)
    }
}

@Suite("Tokens that are replaced while they are asked for")
struct TokenStoreTests {
    @Test("hold from then on, and the old ones no more")
    func replaced() {
        let store = BearerTokenStore(BearerTokens([.init(client: "a", sha256: BearerTokens.hash("one"))]))
        #expect(store.client(authorization: "Bearer one") == "a" && store.client(authorization: "Bearer two") == nil)
        store.replace(BearerTokens([.init(client: "b", sha256: BearerTokens.hash("two"))]))
        #expect(store.client(authorization: "Bearer one") == nil && store.client(authorization: "Bearer two") == "b")
        #expect(store.client(authorization: nil) == nil)
        #expect(store.client(authorization: "Bearer " + String(repeating: "x", count: 2000)) == nil)
    }
}
