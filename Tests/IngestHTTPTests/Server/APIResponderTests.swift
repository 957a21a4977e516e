import EventLogs
import Formats
import Foundation
import HTTPFront
import IngestHTTP
import NIOCore
import NIOHTTP1
import Records
import Support
import Synchronization
import Telemetry
import Testing

/// The API without sockets: requests in, answers out.
struct TestAPI {
    let bench: Bench
    let responder: APIResponder
    static let token = "cordon_test"

    init(
        bench: Bench, rate: Int = 0, open: Set<OpenRoutes>? = nil, ready: [ReadinessCheck] = []
    ) throws {
        self.bench = bench
        var settings = APIServer.Settings(host: "127.0.0.1", port: 0)
        settings.ratePerSecond = rate
        if let open { settings.open = open }
        settings.deadline = .seconds(60)
        settings.description = Array("openapi: 3.1.0".utf8)
        let tokens = BearerTokens([.init(client: "core", sha256: BearerTokens.hash(Self.token))])
        responder = try APIServer(
            settings, service: bench.service, tokens: BearerTokenStore(tokens), metrics: bench.metrics,
            exposition: { [metrics = bench.metrics] in metrics.exposition }, readiness: { ready }
        ).responder
    }

    struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var json: [String: Any]
        var code: String? { json["code"] as? String }
    }

    func call(
        _ method: HTTPMethod, _ path: String, _ headers: [String: String] = [:], body: [UInt8] = [],
        token: String? = token
    ) async -> Answer {
        var fields = HTTPHeaders()
        if let token { fields[field: "Authorization"] = "Bearer \(token)" }
        if method == .POST { fields[field: "Content-Type"] = "application/json" }
        for (name, value) in headers { fields[field: name] = value.isEmpty ? nil : value }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: fields)
        let (response, bytes) = await responder.respond(to: head, body).response(head: method == .HEAD)
        let json = (try? JSONSerialization.jsonObject(with: Data(bytes.readableBytesView))) as? [String: Any]
        return Answer(status: Int(response.status.code), headers: response.headers, json: json ?? [:])
    }

    func score(_ record: [UInt8], _ headers: [String: String] = [:]) async -> Answer {
        await call(.POST, "/v1/score", headers, body: record)
    }
}

extension APIResponder {
    /// What a connection has of a whole request.
    func respond(to head: HTTPRequestHead, _ body: [UInt8]) async -> Reply {
        var exchange = exchange(head)
        let reply = await reply(&exchange, body)
        count(reply, to: exchange)
        return reply
    }

    private func reply(_ exchange: inout Exchange, _ body: [UInt8]) async -> Reply {
        if let reply = admit(&exchange) { return reply }
        do throws(Problem) { try exchange.take(ByteBuffer(bytes: body)) } catch { return Reply(error) }
        return await answer(exchange.route!, exchange.call)
    }
}

@Suite("The API")
struct APIResponderTests {
    @Test("a score is the decision's own data, beside whether it is degraded")
    func score() async throws {
        let api = try TestAPI(bench: try Bench())
        async let answer = api.score(Fixtures.record("t-1"), ["Cordon-Deadline-Ms": "10000"])
        _ = try await api.bench.transactions(1)
        try api.bench.decide("t-1", offset: 0, decision: "review")
        let got = await answer
        #expect(got.status == 200 && got.headers[field: "Content-Type"] == "application/json")
        #expect(got.json["decision"] as? String == "review" && got.json["degraded"] as? Bool == false)
        #expect(got.json["probability"] as? Double == 0.25 && got.json["modelVersion"] as? String == "1")
        #expect((got.json["source"] as? [String: Int]) == ["partition": 0, "offset": 0])
    }

    @Test("a deadline begins once the body has come, however long that takes")
    func deadlineBegins() async throws {
        let begins = Mutex<ContinuousClock.Instant?>(nil)
        let route = Route(
            path: "/x", method: .POST, guarded: false, bodyLimit: 10, takes: ["application/json"]
        ) { call in
            begins.withLock { $0 = call.arrived }
            return Reply(json: ["body": String(decoding: call.body, as: UTF8.self)])
        }
        let responder = APIResponder(
            routes: [route], tokens: BearerTokenStore(BearerTokens([])),
            rate: RateGate(RequestRateLimit(perSecond: 0)), metrics: Metrics())
        var exchange = responder.exchange(
            HTTPRequestHead(version: .http1_1, method: .POST, uri: "/x", headers: ["Content-Type": "application/json"]))
        #expect(responder.admit(&exchange) == nil)
        try exchange.take(ByteBuffer(string: "{"))
        // The head and a part have come, and the rest comes later.
        let first = ContinuousClock.now
        try exchange.take(ByteBuffer(string: "}"))
        let reply = await responder.answer(route, exchange.call)
        #expect(reply.status == .ok && String(decoding: reply.body, as: UTF8.self) == "{\"body\":\"{}\"}")
        #expect(try #require(begins.withLock { $0 }) >= first)
    }

    @Test("past the caller's own deadline it is degraded, with status 200")
    func deadline() async throws {
        let api = try TestAPI(bench: try Bench())
        let got = await api.score(Fixtures.record("t-1"), ["Cordon-Deadline-Ms": "1"])
        #expect(got.status == 200 && got.json["degraded"] as? Bool == true)
        #expect(got.json["reason"] as? String == "deadline" && got.json["decision"] as? String == "review")
    }

    @Test(
        "what is wrong with a request is problem+json with its code",
        arguments: [
            (
                method: "POST", path: "/v1/score", headers: ["Cordon-Deadline-Ms": "0"], body: "{}", 400,
                "deadline_invalid"
            ),
            ("POST", "/v1/score", ["Cordon-Deadline-Ms": "1e3"], "{}", 400, "deadline_invalid"),
            ("POST", "/v1/score", ["Idempotency-Key": "\"open"], "{}", 400, "idempotency_key_invalid"),
            ("POST", "/v1/score", [:], "{", 400, "malformed_json"),
            ("POST", "/v1/score", [:], "", 400, "malformed_json"),
            ("POST", "/v1/score", ["Authorization": "Bearer wrong"], "{}", 401, "unauthorized"),
            ("POST", "/v1/score", ["Authorization": ""], "{}", 401, "unauthorized"),
            ("POST", "/v1/score", ["Authorization": "Basic cordon_test"], "{}", 401, "unauthorized"),
            ("GET", "/v2/score", [:], "", 404, "not_found"),
            ("GET", "/v1/score", [:], "", 405, "method_not_allowed"),
            ("DELETE", "/metrics", [:], "", 405, "method_not_allowed"),
            ("POST", "/v1/score", ["Accept": "text/html"], "{}", 406, "not_acceptable"),
            ("POST", "/v1/score", ["Content-Type": "text/csv"], "{}", 415, "media_type_unsupported"),
            ("POST", "/v1/score", ["Content-Type": ""], "{}", 415, "media_type_unsupported"),
            (
                "POST", "/v1/score", ["Content-Type": "application/json; charset=x-PLANTED"], "{}", 415,
                "media_type_unsupported"
            ),
            ("POST", "/v1/score", ["Content-Encoding": "gzip"], "{}", 415, "media_type_unsupported"),
            ("POST", "/v1/score", ["Content-Length": "65537"], "{}", 413, "body_too_large"),
            ("POST", "/v1/score", [:], String(repeating: " ", count: 65_537), 413, "body_too_large"),
            (
                "POST", "/v1/score", [:], "{\"type\":\"label\",\"transaction\":\"t\",\"fraud\":true}", 422,
                "not_a_transaction"
            ),
            ("POST", "/v1/score", [:], "{}", 422, "missing_field"),
            ("POST", "/v1/transactions", [:], "{}", 400, "malformed_request"),
            ("POST", "/v1/transactions", [:], "[]", 400, "malformed_request"),
            (
                "POST", "/v1/transactions", [:], "[" + Array(repeating: "1", count: 1001).joined(separator: ",") + "]",
                413,
                "too_many_transactions"
            ),
        ])
    func problems(
        method: String, path: String, headers: [String: String], body: String, status: Int, code: String
    ) async throws {
        let api = try TestAPI(bench: try Bench())
        let got = await api.call(HTTPMethod(rawValue: method), path, headers, body: Array(body.utf8))
        #expect(got.status == status && got.code == code, "\(got)")
        #expect(got.headers[field: "Content-Type"] == "application/problem+json")
        #expect(got.json["status"] as? Int == status && got.json["type"] as? String == "urn:cordon:problem:\(code)")
        #expect((got.json["title"] as? String)?.isEmpty == false)
        #expect((got.headers[field: "Allow"] != nil) == (status == 405))
        #expect((got.headers[field: "WWW-Authenticate"] != nil) == (status == 401))
    }

    @Test("OPTIONS tells the methods, HEAD is GET without its body")
    func methods() async throws {
        let api = try TestAPI(bench: try Bench())
        let options = await api.call(.OPTIONS, "/v1/score", token: nil)
        #expect(options.status == 204 && options.headers[field: "Allow"] == "POST, OPTIONS")
        let head = await api.call(.HEAD, "/health/live", token: nil)
        #expect(head.status == 200 && head.json.isEmpty && head.headers[field: "Content-Length"] == "17")
        #expect(await api.call(.HEAD, "/v1/score").status == 405)
    }

    @Test("a client over its rate gets 429 with the seconds to wait; a batch counts each transaction")
    func rate() async throws {
        let api = try TestAPI(bench: try Bench(), rate: 3)
        // Takes minutes to be paid for, however long the test takes.
        let batch = "[" + Array(repeating: "1", count: 1000).joined(separator: ",") + "]"
        #expect(await api.call(.POST, "/v1/transactions", body: Array(batch.utf8)).status == 207)
        let got = await api.score(Fixtures.record("t-1"))
        #expect(got.status == 429 && got.code == "rate_limited")
        #expect(got.headers[field: "Retry-After"].flatMap { Int($0) } ?? 0 >= 1)
        #expect(await api.call(.GET, "/health/live", token: nil).status == 200)
    }

    @Test("readiness says what is missing, with 503")
    func readiness() async throws {
        let ready = try TestAPI(bench: try Bench(), ready: [.init("log", missing: nil)])
        #expect(await ready.call(.GET, "/health/ready", token: nil).status == 200)
        let not = try TestAPI(
            bench: try Bench(), ready: [.init("log", missing: nil), .init("decisions", missing: "some")])
        let got = await not.call(.GET, "/health/ready", token: nil)
        #expect(got.status == 503 && got.json["status"] as? String == "fail")
        let checks = got.json["checks"] as? [[String: String]]
        #expect(checks == [["name": "log"], ["name": "decisions", "missing": "some"]])
    }

    @Test("what is not open needs a token", arguments: ["/health/live", "/health/ready", "/metrics", "/openapi.yaml"])
    func closed(path: String) async throws {
        let api = try TestAPI(bench: try Bench(), open: [])
        #expect(await api.call(.GET, path, token: nil).status == 401)
        #expect(await api.call(.GET, path).status == 200)
        let open = try TestAPI(bench: try Bench(), open: Set(OpenRoutes.allCases))
        #expect(await open.call(.GET, path, token: nil).status == 200)
    }

    @Test("health alone is open where nothing else is said: metrics tell of decisions and of the policy's rules")
    func open() async throws {
        let api = try TestAPI(bench: try Bench())
        for path in ["/health/live", "/health/ready"] { #expect(await api.call(.GET, path, token: nil).status == 200) }
        for path in ["/metrics", "/openapi.yaml"] {
            for token in [nil, "cordon_other"] { #expect(await api.call(.GET, path, token: token).status == 401) }
            #expect(await api.call(.GET, path).status == 200)
        }
    }

    @Test("metrics count requests by route and status, and name no path that was asked for")
    func metrics() async throws {
        let api = try TestAPI(bench: try Bench())
        _ = await api.call(.GET, "/PLANTED/4711")
        _ = await api.score(Fixtures.record("PLANTED"), ["Cordon-Deadline-Ms": "1", "Idempotency-Key": "PLANTED"])
        let text = api.bench.metrics.exposition
        #expect(text.contains("cordon_http_request_duration_seconds_count{route=\"other\",status=\"404\"} 1"))
        #expect(text.contains("cordon_http_request_duration_seconds_count{route=\"/v1/score\",status=\"200\"} 1"))
        #expect(!text.contains("PLANTED"))
    }

    @Test("a batch is 202 where all are taken, 207 where some are not; lines do as well as an array")
    func batches() async throws {
        let api = try TestAPI(bench: try Bench())
        let both =
            "[" + ["t-1", "t-2"].map { String(decoding: Fixtures.record($0), as: UTF8.self) }.joined(separator: ",")
            + "]"
        let all = await api.call(.POST, "/v1/transactions", body: Array(both.utf8))
        #expect(all.status == 202 && all.json["accepted"] as? Int == 2 && all.json["refused"] as? Int == 0)
        let lines = Fixtures.record("t-3") + Array("\r\n\n{}\n".utf8)
        let some = await api.call(
            .POST, "/v1/transactions", ["Content-Type": "application/x-ndjson; charset=utf-8"], body: lines)
        #expect(some.status == 207 && some.json["accepted"] as? Int == 1 && some.json["refused"] as? Int == 1)
        #expect(try await api.bench.transactions(3).map(\.value) == ["t-1", "t-2", "t-3"].map { Fixtures.record($0) })
    }

    @Test("a member whose records are messages in XML sends XML, one a request")
    func xml() async throws {
        let api = try TestAPI(bench: try Bench(mapping: try isoMapping()))
        #expect(await api.score(Fixtures.record("t-1")).code == "media_type_unsupported")
        let got = await api.call(
            .POST, "/v1/transactions", ["Content-Type": "application/xml"], body: Array("<a/>".utf8))
        #expect(got.code == "media_type_unsupported")
    }
}
