package import EventLogs
package import Logging
import Records
package import Secrets
package import Stages
package import Telemetry
package import Tokens

/// A member's tokens, with patience: over as many calls as it needs, it waits for a key and for the parties' answers, warns of
/// what it waits for, and goes over to the next epoch's key when three parties have published it. No call waits for longer than
/// it is told to. Used by one thread.
package final class MemberTokens {
    private let consortium: String
    private var sessions: TokenSessions
    private let keys: PublishedTokenKeys
    private let log: any EventLog
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let state: any StateStore
    private let secret: SecretKey
    private let pause: Duration
    private var client: (tokens: TokenClient, epoch: TokenEpoch)?
    private var request: Request?
    /// The time since which there has been no key.
    private var keyless: Moment?
    private var warnings = Throttle(.seconds(5))
    private var looks: Throttle

    /// Identifiers that are asked for at once: what has come is cached before the next are asked for.
    private static let slice = 4096
    /// The deadline of a slice: longer than parties take, though other members have filled their queue.
    private static let patience = Duration.seconds(30)

    /// - Parameters:
    ///   - channel: the member's.
    ///   - state: of the cache, this object's alone.
    ///   - secret: the cache's, of this member alone.
    ///   - pause: before what failed is tried again.
    ///   - look: how often it looks for a newer key, at most.
    package init(
        consortium: String, sessions: TokenSessions, channel: KeyRecordChannel, log: any EventLog,
        state: any StateStore, secret: consuming SecretKey, clock: any StageClock, metrics: Metrics, logger: Logger,
        pause: Duration = .seconds(1), look: Duration = .seconds(1)
    ) throws(LogError) {
        self.consortium = consortium
        self.sessions = sessions
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.state = state
        self.secret = secret
        self.pause = pause
        looks = Throttle(look)
        keys = try PublishedTokenKeys(consortium: consortium, channel: channel, log: log, metrics: metrics)
    }

    /// Asks within other sessions of the member from now on. What was asked for within those before is asked for again: parties may
    /// not answer any more.
    package func use(_ sessions: TokenSessions) {
        self.sessions = sessions
        client?.tokens.use(sessions)
        request?.call = nil
    }

    /// Each identifier's token, in order, all of one epoch: the newest. Waits for them until `moment` at most; nil if they are not
    /// there by then: the same identifiers, asked for again, go on where this call ended. Other identifiers drop what was under
    /// way.
    ///
    /// - Throws: what the log or the cache's state throws and what can't pass.
    package func tokens(
        for identifiers: [Identifier], until moment: Moment
    ) throws(LogError) -> EpochTokens? {
        if request?.identifiers != identifiers { request = Request(identifiers) }
        repeat {
            guard let tokens = try step(until: moment) else { continue }
            request = nil
            return tokens
        } while clock.now < moment
        return nil
    }

    /// Identifiers whose tokens are being fetched, a slice at a time.
    private struct Request {
        let identifiers: [Identifier]
        /// The tokens of the first identifiers. Nil before there is a key.
        var found: EpochTokens?
        /// The slice that was asked for and has no results yet.
        var call: TokenCall?
        /// The time at which a slice that failed is asked for again.
        var pauseEnd: Moment?

        init(_ identifiers: [Identifier]) { self.identifiers = identifiers }

        /// All tokens, when they are there.
        var tokens: EpochTokens? { found?.tokens.count == identifiers.count ? found : nil }

        /// The identifiers to ask for next.
        var slice: [Identifier] {
            let start = found?.tokens.count ?? 0
            return Array(identifiers[start..<min(start + MemberTokens.slice, identifiers.count)])
        }
    }

    /// The next step of the request: pause, follow the newest key, ask for a slice, or wait for its results.
    private func step(until moment: Moment) throws(LogError) -> EpochTokens? {
        guard var request, hasPaused(&request, until: moment) else { return nil }
        defer { self.request = request }
        if request.call == nil {
            guard let (client, epoch) = try follow(until: moment) else { return nil }
            // Tokens of two epochs are of no use together: where the key has changed, all are asked for under the new one.
            if request.found?.epoch != epoch { request.found = EpochTokens(epoch: epoch, tokens: []) }
            if let tokens = request.tokens { return tokens }
            request.call = try client.call(for: request.slice, deadline: clock.now + Self.patience)
        }
        guard let call = request.call, let results = try client?.tokens.results(of: call, until: moment) else {
            return nil
        }
        request.call = nil
        do throws(TokenFailure) { request.found?.tokens += try results.tokens() } catch {
            request.pauseEnd = try retryTime(results, error)
        }
        return request.tokens
    }

    /// Waits for the end of the request's pause, until `moment` at most; false where it lies behind that.
    private func hasPaused(_ request: inout Request, until moment: Moment) -> Bool {
        guard let end = request.pauseEnd else { return true }
        clock.wait(for: clock.left(until: min(end, moment)))
        guard clock.now >= end else { return false }
        request.pauseEnd = nil
        return true
    }

    /// The time at which a slice that failed is asked for again: what came is in the cache. Nil for at once, because there is a
    /// newer key.
    private func retryTime(_ results: TokenResults, _ failure: TokenFailure) throws(LogError) -> Moment? {
        if isStale(results), try refresh() { return nil }
        let missing = results.outcomes.count { if case .failure = $0 { true } else { false } }
        logger.warning(
            "no tokens yet, and nothing is sealed without: \(failure); asking again",
            metadata: ["identifiers": "\(missing)"])
        metrics.add(1, to: .tokenRetries)
        // Parties take up a new key within their turn.
        return isStale(results) ? clock.now + min(pause, .milliseconds(200)) : refusalEnd(results)
    }

    /// Whether two parties answer for another epoch. One alone may be behind, or lie.
    private func isStale(_ results: TokenResults) -> Bool {
        results.faults.values.count { if case .staleEpoch = $0 { true } else { false } } >= 2
    }

    /// The time at which the parties that refused for the member's rate will answer: two of them are needed, and each says when.
    private func refusalEnd(_ results: TokenResults) -> Moment {
        let times = results.faults.values.compactMap { fault -> Int64? in
            if case .rateExhausted(let until) = fault { until } else { nil }
        }
        let now = clock.now
        guard let latest = times.max() else { return now + pause }
        let wait = min(max(latest - clock.microseconds / 1000, 0), 60_000)
        return now + max(pause, .milliseconds(wait))
    }

    /// The client of the newest key, for which it looks now and then. Where there is no key yet, waits for a part of the time
    /// until `moment`; nil if there is none after that.
    private func follow(until moment: Moment) throws(LogError) -> (tokens: TokenClient, epoch: TokenEpoch)? {
        if client == nil || looks.isDue(at: clock.now) { try refresh() }
        if let client { return client }
        let begin = keyless ?? clock.now
        keyless = begin
        if clock.now - begin > .seconds(3), warnings.isDue(at: clock.now) {
            let dissenters = keys.dissenters(of: .first).sorted().map(\.name).joined(separator: ", ")
            logger.warning(
                "waiting for a token key on \(Topics.tokenKeys)",
                metadata: dissenters.isEmpty ? [:] : ["dissenting_parties": "\(dissenters)"])
        }
        clock.wait(for: min(.milliseconds(200), clock.left(until: moment)))
        return nil
    }

    /// Reads what was published since; whether there is a newer key, which is used from then on.
    @discardableResult
    private func refresh() throws(LogError) -> Bool {
        try keys.refresh()
        guard let newest = keys.newest, newest.epoch != client?.epoch else { return false }
        let context = TokenContext(consortium: Array(consortium.utf8), epoch: newest.epoch)
        if let client {
            try client.tokens.use(newest.key, context)
            self.client = (client.tokens, newest.epoch)
        } else {
            client = (try make(newest.key, context), newest.epoch)
        }
        logger.info("token key found", metadata: ["epoch": "\(newest.epoch.number)"])
        return true
    }

    private func make(_ key: TokenPublicKey, _ context: TokenContext) throws(LogError) -> TokenClient {
        let cache = try TokenCache(
            state: state, secret: secret.derive([Array("cordon/member-tokens/v1".utf8)]), publicKey: key,
            context: context)
        return try TokenClient(
            sessions: sessions, key: key, context: context, cache: cache, log: log, clock: clock, metrics: metrics)
    }
}
