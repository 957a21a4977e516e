import DeskFront
import HTTPFront
import Policy
import Synchronization
import Testing
import Webhooks

/// The client against sockets that behave well and badly.
@Suite(.timeLimit(.minutes(5)))
struct PostClientTests {
    private func networks() -> ReachableNetworks {
        var set = NetworkSet()
        let isRead = set.insert("127.0.0.0/8")
        #expect(isRead)
        return ReachableNetworks(named: set)
    }

    private func client(_ timeout: Duration = .seconds(20)) throws -> PostClient {
        var settings = PostClient.Settings()
        settings.timeout = timeout
        return try PostClient(settings, networks: networks())
    }

    private func send(_ client: PostClient, _ url: String, body: String = "{}") async throws -> AttemptOutcome {
        let address = try WebhookAddress(url)
        return await withCheckedContinuation { done in
            client.send(Array(body.utf8), to: address, headers: [("webhook-id", "a")]) { done.resume(returning: $0) }
        }
    }

    @Test("a message arrives as it is, on a connection that is kept")
    func arrives() async throws {
        let receiver = try Receiver { _ in .status(204) }
        let client = try client()
        for number in 0..<3 {
            let outcome = try await send(client, "http://127.0.0.1:\(receiver.port)/in?x=1", body: "{\"n\":\(number)}")
            #expect(outcome == .answered(status: 204, retryAfter: nil))
        }
        #expect(
            receiver.all.map { String(decoding: $0.body, as: UTF8.self) } == ["{\"n\":0}", "{\"n\":1}", "{\"n\":2}"])
        #expect(receiver.all.allSatisfy { $0.target == "/in?x=1" && $0.headers["webhook-id"] == "a" })
        #expect(receiver.all.allSatisfy { $0.headers["host"] == "127.0.0.1:\(receiver.port)" })
    }

    @Test("redirects are not followed, and wishes to wait are heard")
    func answers() async throws {
        let other = try Receiver { _ in .status(200) }
        let receiver = try Receiver { [port = other.port] request in
            request.target == "/moved"
                ? .status(307, ["Location": "http://127.0.0.1:\(port)/"]) : .status(429, ["Retry-After": "17"])
        }
        let client = try client()
        let base = "http://127.0.0.1:\(receiver.port)"
        #expect(try await send(client, base + "/moved") == .answered(status: 307, retryAfter: nil))
        #expect(try await send(client, base + "/busy") == .answered(status: 429, retryAfter: 17))
        #expect(other.all.isEmpty)
    }

    @Test("receivers that end, answer nonsense or too much, and one that is not there")
    func bad() async throws {
        let receiver = try Receiver { request in
            switch request.target {
            case "/end": .end
            case "/nonsense": .bytes("SMTP ready\r\n\r\n")
            case "/long":
                .bytes("HTTP/1.1 200 x\r\nContent-Length: 1000000\r\n\r\n" + String(repeating: "x", count: 100_000))
            default: .bytes("HTTP/1.1 200 x\r\nA: " + String(repeating: "x", count: 200_000) + "\r\n\r\n")
            }
        }
        let client = try client()
        let base = "http://127.0.0.1:\(receiver.port)"
        #expect(try await send(client, base + "/end") == .failed(.broken))
        #expect(try await send(client, base + "/nonsense") == .failed(.unreadable))
        // A body of any length is passed over behind the status.
        #expect(try await send(client, base + "/long") == .answered(status: 200, retryAfter: nil))
        #expect(try await send(client, base + "/head") == .failed(.unreadable))
        #expect(try await send(client, "http://127.0.0.1:1/") == .failed(.noConnection))
        #expect(try await send(client, "http://name.invalid/") == .failed(.noAddress))
        let secure = try await send(client, "https://127.0.0.1:\(receiver.port)/")
        // What stands there knows no TLS: its answer is none, or it hangs up before there is one.
        #expect(secure == .failed(.tls) || secure == .failed(.broken))
    }

    @Test("a receiver that hangs is waited for no longer than the limit")
    func hangs() async throws {
        let receiver = try Receiver { _ in .hang }
        #expect(try await send(client(.milliseconds(200)), "http://127.0.0.1:\(receiver.port)/") == .failed(.late))
    }

    @Test("addresses inside that nobody named are never connected to, by number or by name")
    func inside() async throws {
        let receiver = try Receiver { _ in .status(200) }
        let client = try PostClient(.init(), networks: ReachableNetworks())
        for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "localhost."] {
            for scheme in ["http", "https"] {
                let outcome = try await send(client, "\(scheme)://\(host):\(receiver.port)/")
                #expect(outcome == .failed(.forbiddenAddress) || outcome == .failed(.noAddress), "\(scheme) \(host)")
            }
        }
        #expect(receiver.all.isEmpty)
    }

    @Test("the address that was looked at is the one that is connected to, whatever a name says the next time")
    func rebinding() async throws {
        let receiver = try Receiver { _ in .status(200) }
        let asked = Mutex(0)
        // A name that leads outside when it is looked at, and inside when it is connected to: one answer is all that is asked for.
        let client = try PostClient(.init(), mayReach: { address, _ in address == "127.0.0.1" }) { _ in
            let turn = asked.withLock { asked in
                asked += 1
                return asked
            }
            return turn == 1 ? ["127.0.0.1"] : ["127.0.0.9"]
        }
        #expect(try await send(client, "http://name.test:\(receiver.port)/") == .answered(status: 200, retryAfter: nil))
        #expect(asked.withLock { $0 } == 1)
        // One bad address among good ones makes the name a bad one.
        let mixed = try PostClient(.init(), mayReach: { address, _ in address == "127.0.0.1" }) { _ in
            ["127.0.0.1", "127.0.0.9"]
        }
        #expect(try await send(mixed, "http://name.test:\(receiver.port)/") == .failed(.forbiddenAddress))
        #expect(receiver.all.count == 1)
    }
}
