import Foundation
import HTTPFront
import Policy
import Records
import Support
import Testing

@Suite("The REST front as a process", .serialized)
struct RESTProcessTests {
    /// A consortium whose bank-a is reached over HTTP.
    private final class Front {
        let consortium: TestConsortium
        let token: String
        private(set) var port: UInt16 = 0

        /// - Parameter kafka: the bootstrap servers of an empty cluster; nil for the embedded log.
        init(kafka: String? = nil) throws {
            consortium = try TestConsortium(kafka: kafka)
            let (exit, said) = try Program.run(
                ["keys", "token", "--client", "core", "--file", consortium.folder.path("tokens.yaml")],
                in: consortium.folder.url)
            try #require(exit == 0, "\(said)")
            token = said.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        func start() throws {
            try consortium.start(
                "bank-a", "--http", "127.0.0.1:0", "--http-tokens", consortium.folder.path("tokens.yaml"))
            let program = try #require(consortium.processes["bank-a"])
            try eventually("the agent listens") {
                let line = program.said.components(separatedBy: "\n").last { $0.contains("http listening") }
                guard let found = line?.firstMatch(of: /port=([0-9]+)/), let number = UInt16(found.1), number != port
                else { return false }
                port = number
                return true
            }
        }

        func call(_ method: String, _ path: String, _ headers: [String] = [], _ body: String = "") throws -> (
            status: Int, json: [String: Any], text: String
        ) {
            let lines = [
                "\(method) \(path) HTTP/1.1", "Host: x", "Authorization: Bearer \(token)",
                "Content-Type: application/json", "Content-Length: \(body.utf8.count)",
            ]
            let request = (lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
            let (status, bytes) = try KeepAliveConnection(host: "127.0.0.1", port: port).exchange(Array(request.utf8))
            let json = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
            return (status, json ?? [:], String(decoding: bytes, as: UTF8.self))
        }

        func score(_ record: String, _ deadline: Int = 10_000) throws -> (
            status: Int, json: [String: Any], text: String
        ) {
            try call("POST", "/v1/score", ["Cordon-Deadline-Ms: \(deadline)"], record)
        }
    }

    private static func record(_ id: String, amount: String = "12.50") -> String {
        "{\"id\":\"\(id)\",\"time\":\"2026-01-21T10:00:00Z\",\"customer\":\"c-1\",\"terminal\":\"x-1\",\"amount\":\"\(amount)\"}"
    }

    @Test(
        "a score over HTTP is the decision on the topic; without a party it is the fallback's, and the true one follows"
    )
    func wholeWay() throws { try wholeWay(Front()) }

    private static let bootstrap = ProcessInfo.processInfo.environment["CORDON_TEST_BOOTSTRAP"]

    @Test(
        "on Kafka too",
        .enabled(if: bootstrap != nil, "needs a broker: set CORDON_TEST_BOOTSTRAP, as scripts/test-kafka.sh does"))
    func onKafka() throws { try wholeWay(Front(kafka: Self.bootstrap)) }

    private func wholeWay(_ front: Front) throws {
        for party in TestConsortium.parties { try front.consortium.start(party) }
        try front.start()
        try eventually("readiness") { try front.call("GET", "/health/ready").status == 200 }
        // The first may meet parties that are still connecting.
        try eventually("a score") { try front.score(Self.record("t-1")).json["degraded"] as? Bool == false }
        let answer = try front.score(Self.record("t-1"))
        let decision = try #require(try front.consortium.decisions("bank-a").first)
        #expect(answer.json["decision"] as? String == decision.data.decision)
        #expect(answer.json["decidedAt"] as? Int64 == decision.data.decidedAt)
        #expect(try front.score(Self.record("t-1", amount: "9.00")).json["code"] as? String == "id_conflict")

        front.consortium.processes["party-1"]?.kill()
        _ = front.consortium.processes["party-1"]?.wait()
        let degraded = try front.score(Self.record("t-2"), 100)
        #expect(degraded.status == 200 && degraded.json["degraded"] as? Bool == true)
        #expect(degraded.json["reason"] as? String == "deadline" && degraded.json["recorded"] as? Bool == true)
        try front.consortium.start("party-1")
        try eventually("the true score") { try front.consortium.decisions("bank-a").count == 2 }
        try eventually("the true answer") { try front.score(Self.record("t-2")).json["degraded"] as? Bool == false }
        #expect(try front.consortium.records("bank-a.transactions").count == 2)

        front.consortium.processes["bank-a"]?.kill()
        _ = front.consortium.processes["bank-a"]?.wait()
        try front.start()
        let again = try front.score(Self.record("t-1"))
        #expect(again.json["decidedAt"] as? Int64 == decision.data.decidedAt)
        #expect(try front.score(Self.record("t-1", amount: "9.00")).status == 409)
        #expect(try front.consortium.records("bank-a.transactions").count == 2)
        let metrics = try front.call("GET", "/metrics").text
        #expect(metrics.contains("cordon_http_request_duration_seconds_count{route=\"/v1/score\",status=\"409\"} 1"))
        let exits = front.consortium.stopAll()
        #expect(exits.values.allSatisfy { $0 == 0 }, "\(exits)")
    }

    @Test("nothing that identifies anybody, and no token, is in what an agent says or counts")
    func planted() throws {
        let front = try Front()
        try front.start()
        let record = Self.record("PLANTED-ID", amount: "7777777.77").replacing("c-1", with: "PLANTED-CUSTOMER")
        _ = try front.score(record, 1)
        _ = try front.call("POST", "/v1/PLANTED-PATH?x=PLANTED", ["Idempotency-Key: PLANTED-KEY"], record)
        _ = try front.call("POST", "/v1/score", ["Idempotency-Key: PLANTED-KEY"], record + "}")
        let said = try front.call("GET", "/metrics").text + (front.consortium.processes["bank-a"]?.said ?? "")
        for planted in ["PLANTED", "7777777", front.token] { #expect(!said.contains(planted)) }
    }

    @Test("tokens are taken up while the agent runs: a new one lets in, a removed one does not")
    func rotation() throws {
        let front = try Front()
        try front.start()
        let file = front.consortium.folder.path("tokens.yaml")
        #expect(try front.call("POST", "/v1/score", [], "{").status == 400)
        let (_, other) = try Program.run(
            ["keys", "token", "--client", "core", "--file", file], in: front.consortium.folder.url)
        let lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
        try Data((lines[0...1] + lines[3...]).joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
        try eventually("the old token is refused") { try front.call("POST", "/v1/score", [], "{").status == 401 }
        let request =
            "POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(other.trimmingCharacters(in: .newlines))\r\n"
            + "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{"
        let connection = KeepAliveConnection(host: "127.0.0.1", port: front.port)
        #expect(try connection.exchange(Array(request.utf8)).status == 400)
    }

    @Test(
        "an agent that should not be reached as asked says why, and does not start",
        arguments: [
            (["--http", "0.0.0.0:0"], "`--http 0.0.0.0:0` can be reached from other machines"),
            (["--http", "nowhere"], "`--http nowhere` is not HOST:PORT"),
            (["--http", "127.0.0.1:0", "--http-key", "x"], "`--http-certificate` and `--http-key` belong together"),
            (["--http", "127.0.0.1:0"], "`--http` needs `--http-tokens`"),
            (["--http", "127.0.0.1:0", "--http-open", "all"], "`--http-open all` is not a list of"),
        ])
    func refused(options: [String], said: String) throws {
        let consortium = try TestConsortium()
        try consortium.start("bank-a", options)
        #expect(consortium.processes["bank-a"]?.wait() == 1)
        #expect(consortium.processes["bank-a"]?.said.contains(said) == true)
    }
}
