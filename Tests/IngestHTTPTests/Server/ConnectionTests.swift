import Foundation
import HTTPFront
import IngestHTTP
import NIOCore
import NIOPosix
import Support
import Synchronization
import Telemetry
import Testing

@Suite("Connections of the server: how many, how fast, and their end", .serialized, .timeLimit(.minutes(10)))
struct ConnectionTests {
    private static let live = "GET /health/live HTTP/1.1\r\nHost: agent\r\n\r\n"

    @Test("one more connection than are served at once waits until another has ended")
    func limit() async throws {
        try await serving(try Bench(), { $0.connections = 1 }) { port in
            let isServed = Flag()
            let waiting = Mutex<Task<Said, any Error>?>(nil)
            let again = Array(repeating: [Step.send(Self.live), .hear("pass")], count: 50).flatMap { $0 }
            let second = Step.wait {
                let task = Task {
                    let said = try await converse([.send(Self.live), .hear("pass")], with: port)
                    isServed.set()
                    return said
                }
                waiting.withLock { $0 = task }
            }
            let steps = [.send(Self.live), .hear("pass"), second] + again + [.wait { #expect(!isServed.isSet) }]
            let first = try await converse(steps, with: port)
            let next = try await #require(waiting.withLock { $0 }).value
            #expect(first.statuses.count == 51 && next.statuses == [200])
        }
    }

    @Test("a server that stops ends connections without a request, and answers the last requests of the others")
    func drain() async throws {
        let bench = try Bench()
        let body = String(decoding: Fixtures.record("t-1"), as: UTF8.self)
        let post = """
            POST /v1/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(TestAPI.token)\r\n\
            Cordon-Deadline-Ms: 10000\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
            """
        let (idles, idle) = AsyncStream.makeStream(of: Void.self)
        let clients = try await serving(bench, { $0.idleTime = .seconds(3600) }) { port in
            let silent = Task {
                try await converse([.send(Self.live), .hear("pass"), .wait { idle.finish() }, .hearAll], with: port)
            }
            let asking = Task { try await converse([.send(post), .hearAll], with: port) }
            for await _ in idles {}
            _ = try await bench.transactions(1)
            // What it waits for comes once nobody is let in any longer.
            let deciding = Task {
                let client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                while let more = try? await client.connect(host: "127.0.0.1", port: port).get() {
                    try? await more.close()
                }
                try bench.decide("t-1", offset: 0)
            }
            return (silent, asking, deciding)
        }
        try await clients.2.value
        #expect(try await clients.0.value.statuses == [200])
        let said = try await clients.1.value
        #expect(said.statuses == [200] && said.text.contains("\"degraded\":false"), "\(said.text)")
        #expect(said.text.contains("Connection: close\r\n"), "\(said.text)")
    }

    @Test("the answers of a client that reads none do not pile up: its next requests wait, and it is cut off")
    func reader() async throws {
        let bench = try Bench()
        try await serving(
            bench,
            {
                $0.open = [.openapi]
                $0.description = [UInt8](repeating: 32, count: 64 << 10)
                $0.idleTime = .milliseconds(200)
            }
        ) { port in
            let request = "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n"
            try await Self.sendOnly(String(repeating: request, count: 4000), port)
        }
        let answered = bench.metrics.exposition.firstMatch(
            of: #/cordon_http_request_duration_seconds_count\{route="/openapi.yaml",status="200"\} ([0-9]+)/#)
        // As many as the system's buffers hold (10 MB), and not all (250 MB).
        #expect(try (1..<1000).contains(#require(answered.flatMap { Int($0.output.1) })))
    }

    /// Sends, reads nothing, and returns once the server has ended the connection.
    private static func sendOnly(_ text: String, _ port: Int) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            Thread {
                done.resume(
                    with: Result {
                        let socket = try #require(Optional(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)))
                        defer { close(socket) }
                        var address = sockaddr_in()
                        address.sin_family = sa_family_t(AF_INET)
                        address.sin_port = in_port_t(port).bigEndian
                        address.sin_addr.s_addr = inet_addr("127.0.0.1")
                        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
                        let connected = withUnsafePointer(to: address) {
                            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
                        }
                        try #require(connected == 0)
                        let bytes = Array(text.utf8)
                        #expect(send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0)
                        var state = pollfd(fd: socket, events: 0, revents: 0)
                        while state.revents & Int16(POLLHUP | POLLERR) == 0 { poll(&state, 1, -1) }
                    })
            }.start()
        }
    }
}
