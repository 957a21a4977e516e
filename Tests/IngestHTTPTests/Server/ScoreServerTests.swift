import Formats
import Foundation
import HTTPFront
import IngestHTTP
import Keys
import NIOSSL
import Records
import Support
import Telemetry
import Testing

@Suite("The server on real sockets", .serialized)
struct ScoreServerTests {
    private static func post(_ body: String, length: Int? = nil, _ headers: String = "") -> String {
        "POST /v1/score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(TestAPI.token)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(length ?? body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    @Test("a connection serves several requests")
    func keepAlive() async throws {
        let bench = try Bench()
        let record = String(decoding: Fixtures.record("t-1"), as: UTF8.self)
        let said = try await serving(bench) { port in
            try await say(Self.post(record) + Self.post("{"), to: port, enough: "malformed_json\"}")
        }
        #expect(said.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) } == ["200", "400"])
        #expect(said.contains("\"degraded\":true"))
    }

    @Test("TLS answers by the certificate that it was given, and plain text gets nothing")
    func tls() async throws {
        let bench = try Bench()
        let pki = try CertificateAuthority(now: Int64(Date().timeIntervalSince1970))
        let authority = try bench.folder.write(pki.authorityPEM, to: "ca.pem")
        _ = try pki.issue(to: .zero, directory: bench.folder.path)
        var client = TLSConfiguration.makeClientConfiguration()
        client.trustRoots = .file(authority)
        let folder = bench.folder.path
        let tls = APIServer.TLSFiles(certificate: folder + "/tls.pem", key: folder + "/tls.key")
        let request = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
        try await serving(bench, { $0.tls = tls }) { [client] port in
            let sealed = try await say(request, to: port, tls: client, enough: "pass")
            #expect(sealed.contains("200 OK"))
            let plain = (try? await say(request, to: port)) ?? ""
            #expect(!plain.contains("HTTP/1.1"))
        }
    }

    @Test("a certificate that is none is named")
    func badCertificate() throws {
        let bench = try Bench()
        let file = try bench.folder.write("nothing", to: "tls.pem")
        var settings = APIServer.Settings(host: "127.0.0.1", port: 0)
        settings.tls = .init(certificate: file, key: file)
        do {
            _ = try APIServer(
                settings, service: bench.service, tokens: BearerTokenStore(BearerTokens([])),
                metrics: bench.metrics, exposition: { "" }, readiness: { [] })
            Issue.record("it was taken")
        } catch { #expect("\(error)".hasPrefix("\(file) and \(file) are no certificate chain")) }
    }

    @Test("a body that does not come gets 408, and the connection is closed")
    func slowBody() async throws {
        let said = try await serving(try Bench(), { $0.bodyTime = .milliseconds(50) }) { port in
            try await say(Self.post("{", length: 100), to: port)
        }
        #expect(said.hasPrefix("HTTP/1.1 408 ") && said.contains("\"code\":\"request_timeout\""))
    }

    @Test(
        "a body that is too long gets 413, announced or in chunks, and the connection is closed",
        arguments: [true, false])
    func longBody(announced: Bool) async throws {
        let chunk = String(repeating: " ", count: 70_000)
        let chunked = "\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n"
        let head = Self.post("", length: 70_000)
        let text =
            announced ? head : head.replacing("Content-Length: 70000", with: "Transfer-Encoding: chunked") + chunked
        let said = try await serving(try Bench()) { port in try await say(text, to: port) }
        #expect(said.hasPrefix("HTTP/1.1 413 ") && said.contains("\"code\":\"body_too_large\""))
        #expect(said.lowercased().contains("connection: close"))
    }

    @Test("a silent connection is closed")
    func idle() async throws {
        let said = try await serving(try Bench(), { $0.idleTime = .milliseconds(50) }) { port in
            try await say("GET /health/live HTTP/1.1\r\nHo", to: port)
        }
        #expect(said.isEmpty || said.hasPrefix("HTTP/1.1 400"))
    }

    @Test("a server that is told to stop answers what it has begun")
    func drains() async throws {
        let bench = try Bench()
        let record = String(decoding: Fixtures.record("t-1"), as: UTF8.self)
        let said = try await serving(bench) { port in
            async let said = say(Self.post(record, "Cordon-Deadline-Ms: 10000\r\n"), to: port, enough: "}")
            _ = try await bench.transactions(1)
            bench.service.stop()
            return try await said
        }
        #expect(said.contains("\"reason\":\"stopping\""))
    }
}
