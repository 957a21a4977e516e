import Dispatch
package import EventLogs
package import Formats
import Foundation
package import HTTPFront
import IngestHTTP
import Keys
package import Logging
import PipelineFiles
package import Policy
package import Records
package import Stages
import Synchronization
package import Telemetry

/// The REST front of a member's agent, put together: the server, and the stages that feed it.
package struct AgentFront {
    private let member: MemberID
    private let log: any EventLog
    private let settings: Settings
    private let tokens: BearerTokenStore
    private let appender: RecordAppender
    private let feed: OutcomeFeed
    private let service: ScoreService
    private let server: APIServer
    private let clock: any StageClock
    private let logger: Logger

    package struct Settings: Sendable {
        package var server: APIServer.Settings
        /// Who may call; read again when it changes.
        package var tokensFile: String
        /// Most transactions that are remembered for repeats.
        package var remember: Int

        package init(server: APIServer.Settings, tokensFile: String, remember: Int) {
            self.server = server
            self.tokensFile = tokensFile
            self.remember = remember
        }

        func tokens() throws -> BearerTokens {
            BearerTokens(try readTokens(file: tokensFile).map { .init(client: $0.client, sha256: $0.sha256) })
        }
    }

    /// - Parameter owned: how many partitions this agent works on now.
    package init(
        member: MemberID, log: any EventLog, mapping: Mapping, rules: ValidationRules, fallback: FallbackPolicy,
        settings: Settings, metrics: Metrics, exposition: @escaping @Sendable () -> String,
        owned: @escaping @Sendable () -> Int, clock: any StageClock = SystemClock(), logger: Logger
    ) throws {
        if let tls = settings.server.tls { try PrivateFile.check(tls.key) }
        self.member = member
        self.log = log
        self.settings = settings
        self.clock = clock
        self.logger = logger
        tokens = BearerTokenStore(try settings.tokens())
        appender = RecordAppender(log: log)
        service = try ScoreService(
            member: member, log: log, appender: appender, mapping: mapping, rules: rules, clock: clock,
            fallback: fallback, book: ScoreBook(capacity: settings.remember, age: 86_400), metrics: metrics)
        feed = OutcomeFeed(
            member: member, log: log, history: settings.remember, logger: logger, receive: service.receive)
        let readiness = AgentReadiness(member: member, log: log, appender: appender, feed: feed, owned: owned)
        server = try APIServer(
            settings.server, service: service, tokens: tokens, metrics: metrics,
            exposition: exposition, readiness: readiness.checks)
        metrics.describe(RoleMetrics.front)
    }

    /// Adds the threads that run beside the agent's own stages.
    package func add(to stages: inout StageThreads, until stop: StopFlag) {
        stages.add("http-log") { [appender, service] in
            appender.run(until: { stop.isSet }, outage: service.outage)
        }
        stages.add("http-feed") { [feed] in try feed.run(until: { stop.isSet }) }
        stages.add("http-tokens") { [self] in watchTokens(until: stop) }
        stages.add("http") { [self] in
            // Nothing is let in that the feed would not see.
            while !feed.isCaughtUp, !stop.isSet { clock.wait(for: .milliseconds(10)) }
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
        if let error = failure.withLock({ $0 }) { throw RoleError.httpServer(reason: "\(error)") }
    }

    /// Takes up a changed tokens file; a bad one changes nothing.
    private func watchTokens(until stop: StopFlag) {
        let path = settings.tokensFile
        var last = FileManager.default.contents(atPath: path)
        while !stop.isSet {
            clock.wait(for: .milliseconds(500))
            let now = FileManager.default.contents(atPath: path)
            guard now != last else { continue }
            last = now
            do {
                tokens.replace(try settings.tokens())
                logger.notice("tokens read again")
            } catch {
                logger.error("the tokens were not read again: \(error)")
            }
        }
    }
}
