import ArgumentParser
import Formats
import Foundation
import HTTPFront
import IngestHTTP
import Records
import Roles
import Secrets
import Synchronization
import Terminal
import Worlds

struct BenchScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Measure POST /v1/score of a running agent, with open-loop arrivals.",
        discussion: """
            Requests are due at a steady rate, whether or not earlier ones are answered, and a latency counts from the moment \
            at which its request was due: what waits behind a slow answer is slow, too. The token comes from CORDON_TOKEN. \
            scripts/bench-rest.sh starts what this needs.
            """)

    @Option(help: ArgumentHelp("The agent, on plain HTTP.", valueName: "http://host:port"))
    var url: String

    @Option(help: "Requests a second.")
    var rate = 300

    @Option(help: "Seconds.")
    var seconds = 20

    @Option(help: "Seconds before them that are not counted.")
    var warmUp = 3

    @Option(help: "Connections; more than rate times the longest latency.")
    var connections = 64

    @Option(help: "Milliseconds that each request allows.")
    var deadlineMs = 2000

    private struct Sample {
        var latency: Double
        var late: Double
        var degraded: Bool
        var status: Int
    }

    func run() throws {
        guard (1...100_000).contains(rate), (1...3600).contains(seconds), (0...600).contains(warmUp),
            (1...4096).contains(connections), ScoreHeaders.deadlines.contains(deadlineMs)
        else { throw Failure("`--rate`, `--seconds`, `--connections` and `--deadline-ms` are positive and not huge") }
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host,
            let port = parts.port,
            let number = UInt16(exactly: port)
        else { throw Failure("`--url \(url)` is not http://HOST:PORT") }
        guard let token = ProcessInfo.processInfo.environment["CORDON_TOKEN"], !token.isEmpty else {
            throw Failure("CORDON_TOKEN holds no token; `cordon keys token` makes one")
        }
        let requests = requests(host: "\(host):\(port)", token: token)
        let samples = Mutex<[Sample]>([])
        let failed = Mutex<String?>(nil)
        let next = Tally()
        let clock = ContinuousClock()
        let start = clock.now + .milliseconds(200)
        let period = 1.0 / Double(rate)
        let skipped = warmUp * rate
        let group = DispatchGroup()
        for _ in 0..<connections {
            group.enter()
            Thread {
                let connection = KeepAliveConnection(host: host, port: number)
                while case let index = next.add() - 1, index < requests.count {
                    let due = start + .seconds(Double(index) * period)
                    let wait = (due - clock.now) / .seconds(1)
                    if wait > 0 { Thread.sleep(forTimeInterval: wait) }
                    let late = (clock.now - due) / .seconds(1)
                    do {
                        let (status, body) = try connection.exchange(requests[index])
                        let latency = (clock.now - due) / .seconds(1)
                        let degraded = body.firstRange(of: Array("\"degraded\":true".utf8)) != nil
                        if index >= skipped {
                            samples.withLock {
                                $0.append(Sample(latency: latency, late: late, degraded: degraded, status: status))
                            }
                        }
                    } catch { failed.withLock { if $0 == nil { $0 = "\(error)" } } }
                }
                group.leave()
            }.start()
        }
        group.wait()
        if let failed = failed.withLock({ $0 }) { throw Failure("a request failed: \(failed)") }
        try report(samples.withLock { $0 })
    }

    private func report(_ samples: [Sample]) throws {
        let latencies = samples.map(\.latency).sorted()
        let late = samples.map(\.late).sorted()
        let degraded = samples.filter(\.degraded).count
        func ms(_ value: Double?) -> String { decimals(value.map { $0 * 1000 }, 1) }
        print(
            "\(samples.count) requests at \(rate)/s: p50 \(ms(percentile(latencies, 0.5))) ms, "
                + "p90 \(ms(percentile(latencies, 0.9))) ms, p99 \(ms(percentile(latencies, 0.99))) ms, "
                + "p99.9 \(ms(percentile(latencies, 0.999))) ms, max \(ms(latencies.last)) ms; "
                + "\(degraded) answered by the fallback")
        print(
            "the generator began a request late by p99 \(ms(percentile(late, 0.99))) ms, max \(ms(late.last)) ms "
                + "(counted in the latencies)")
        let wrong = samples.filter { $0.status != 200 }
        if let first = wrong.first {
            throw Failure("\(wrong.count) requests had another status than 200: \(first.status)")
        }
    }

    /// Transactions of an invented world, with ids of this run.
    private func requests(host: String, token: String) -> [[UInt8]] {
        let run = hexadecimal(randomBytes(6))
        var random = SeededRandom(seed: 1)
        let begin = EventTime(rfc3339: "2026-01-21T08:00:00Z")!.seconds
        return (0..<(warmUp + seconds) * rate).map { index in
            let transaction = Transaction(
                id: "\(run)-\(index)", time: EventTime(seconds: begin + Int64(index / rate)),
                customer: "\(random.below(500))", terminal: "\(random.below(100))",
                amount: MinorUnits(Int64(100 + random.below(20_000))))
            let body = CanonicalJSON.encode(transaction)
            let head =
                "POST /v1/score HTTP/1.1\r\nHost: \(host)\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Type: application/json\r\nCordon-Deadline-Ms: \(deadlineMs)\r\nContent-Length: \(body.count)\r\n\r\n"
            return Array(head.utf8) + body
        }
    }
}
