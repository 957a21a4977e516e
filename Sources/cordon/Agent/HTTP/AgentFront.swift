import Dispatch
import EventLogs
import Foundation
import Ingest
import IngestHTTP
import Logging
import Records
import Synchronization
import Telemetry

/// The REST front of a member's agent, put together: the server, and the stages that feed it.
struct AgentFront {
    private let member: MemberID
    private let log: any EventLog
    private let options: HTTPOptions
    private let tokens: TokenStore
    private let appender: RecordAppender
    private let feed: OutcomeFeed
    private let service: ScoreService
    private let server: ScoreServer
    private let logger: Logger

    /// - Parameter owned: how many partitions this agent works on now.
    init(
        member: MemberID, log: any EventLog, mapping: Mapping, rules: ValidationRules, fallback: FallbackPolicy,
        options: HTTPOptions,
        settings: ScoreServer.Settings, metrics: Metrics, exposition: @escaping @Sendable () -> String,
        owned: @escaping @Sendable () -> Int, logger: Logger
    ) throws {
        self.member = member
        self.log = log
        self.options = options
        self.logger = logger
        tokens = TokenStore(try options.tokens())
        appender = RecordAppender(log: log)
        service = try ScoreService(
            member: member, log: log, appender: appender, mapping: mapping, rules: rules, clock: SystemClock(),
            fallback: fallback, book: ScoreBook(capacity: options.httpRemember, age: 86_400), metrics: metrics)
        feed = OutcomeFeed(
            member: member, log: log, history: options.httpRemember, logger: logger, receive: service.receive)
        let readiness = AgentReadiness(member: member, log: log, appender: appender, feed: feed, owned: owned)
        server = try ScoreServer(
            settings, service: service, format: mapping.format, tokens: tokens, metrics: metrics,
            exposition: exposition, readiness: readiness.checks, logger: logger)
        metrics.describe(
            "cordon_http_request_duration_seconds", .histogram, "Requests answered, by route and status.")
        metrics.describe("cordon_http_degraded_total", .counter, "Scores answered by the fallback policy, by reason.")
    }

    /// Adds what runs beside the agent's own stages.
    func add(to stages: inout Stages, until stop: StopFlag) {
        stages.add("http-log") { [appender, service] in
            appender.run(until: { stop.isSet }, outage: service.outage)
        }
        stages.add("http-feed") { [feed] in try feed.run(until: { stop.isSet }) }
        stages.add("http-tokens") { [self] in watchTokens(until: stop) }
        stages.add("http") { [self] in
            // Nothing is let in that the feed would not see.
            while !feed.isCaughtUp, !stop.isSet { Thread.sleep(forTimeInterval: 0.01) }
            try serve(until: stop)
        }
    }

    private func serve(until stop: StopFlag) throws {
        let done = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        Task { [server, service, logger] in
            do {
                try await server.run(
                    until: {
                        if stop.isSet { service.stop() }
                        return stop.isSet
                    },
                    listening: { logger.notice("http listening", metadata: ["port": "\($0)"]) })
            } catch {
                failure.withLock { $0 = error }
            }
            done.signal()
        }
        done.wait()
        if let error = failure.withLock({ $0 }) { throw Failure("the HTTP server failed: \(error)") }
    }

    /// Takes up a changed tokens file; a bad one changes nothing.
    private func watchTokens(until stop: StopFlag) {
        guard let path = try? options.tokensFile() else { return }
        var last = FileManager.default.contents(atPath: path)
        while !stop.isSet {
            Thread.sleep(forTimeInterval: 0.5)
            let now = FileManager.default.contents(atPath: path)
            guard now != last else { continue }
            last = now
            do {
                tokens.replace(try options.tokens())
                logger.notice("tokens read again")
            } catch {
                logger.error("the tokens were not read again: \(error)")
            }
        }
    }
}
