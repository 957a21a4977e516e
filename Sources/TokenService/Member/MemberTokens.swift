package import EventLogs
import Foundation
package import Logging
package import Records
package import Telemetry
package import ThreeParty
package import Tokens

/// A member's tokens, with patience: waits for a key and for the parties' answers, says in the log what it waits for,
/// and goes over to the next epoch's key when three parties have published it. Used by one thread.
package final class MemberTokens {
    private let consortium: String
    private let sessions: TokenSessions
    private let keys: PublishedTokenKeys
    private let log: any EventLog
    private let clock: any WallClock
    private let metrics: Metrics
    private let logger: Logger
    private let state: any StateStore
    private let secret: SecretKey
    private let pause: Duration
    private var client: (tokens: TokenClient, epoch: TokenEpoch)?
    private var telling = Throttle(.seconds(5))
    private var looking: Throttle

    /// Identifiers that are asked for at once: what has come is cached before the next are asked for.
    private static let slice = 4096
    /// Longer than parties take for a slice, though other members have filled their queue.
    private static let patience = Duration.seconds(30)

    /// - Parameters:
    ///   - channel: the member's.
    ///   - state: of the cache, this object's alone.
    ///   - secret: the cache's, of this member alone.
    ///   - pause: before what failed is tried again.
    ///   - look: how often it looks for a newer key, at most.
    package init(
        consortium: String, sessions: TokenSessions, channel: KeyRecordChannel, log: any EventLog,
        state: any StateStore, secret: consuming SecretKey, clock: any WallClock, metrics: Metrics, logger: Logger,
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
        looking = Throttle(look)
        keys = try PublishedTokenKeys(consortium: consortium, channel: channel, log: log, metrics: metrics)
    }

    /// Each identifier's token, in order, all of one epoch: the newest. Waits until all are there; nil where `stop` was
    /// first.
    ///
    /// - Throws: what the log or the cache's state throws and what can't pass.
    package func tokens(
        for identifiers: [Identifier], until stop: () -> Bool
    ) throws(LogError) -> EpochTokens? {
        while let epoch = try follow(until: stop) {
            var found = EpochTokens(epoch: epoch, tokens: [])
            found.tokens.reserveCapacity(identifiers.count)
            for start in stride(from: 0, to: identifiers.count, by: Self.slice) {
                let slice = Array(identifiers[start..<min(start + Self.slice, identifiers.count)])
                guard let tokens = try ask(slice, epoch, until: stop) else { break }
                found.tokens += tokens
            }
            // Tokens of two epochs are of no use together: where the key has changed, all are asked for under the new
            // one.
            if found.tokens.count == identifiers.count { return found }
        }
        return nil
    }

    /// Asks again until all are there: what came is in the cache. Nil where another epoch has begun, or `stop` was
    /// first.
    private func ask(
        _ identifiers: [Identifier], _ epoch: TokenEpoch, until stop: () -> Bool
    ) throws(LogError) -> [EntityToken]? {
        while try follow(until: stop) == epoch, let client {
            let results = try client.tokens.tokens(for: identifiers, until: .now + Self.patience, unless: stop)
            do throws(TokenFailure) { return try results.tokens() } catch {
                guard !stop() else { return nil }
                if isStale(results), try refresh() { return nil }
                let missing = results.outcomes.count { if case .failure = $0 { true } else { false } }
                logger.warning(
                    "no tokens yet, and nothing is sealed without: \(error); asking again",
                    metadata: ["identifiers": "\(missing)"])
                metrics.add(1, to: "cordon_token_retries_total")
                // Parties take up a new key within their turn.
                rest(until: isStale(results) ? .now + min(pause, .milliseconds(200)) : retryTime(results), stop)
            }
        }
        return nil
    }

    /// Whether two parties answer for another epoch. One alone may be behind, or lie.
    private func isStale(_ results: TokenResults) -> Bool {
        results.faults.values.count { if case .staleEpoch = $0 { true } else { false } } >= 2
    }

    /// When the parties that refused for the member's rate will answer: two of them are needed, and each says when.
    private func retryTime(_ results: TokenResults) -> ContinuousClock.Instant {
        let times = results.faults.values.compactMap { fault -> Int64? in
            if case .rateExhausted(let until) = fault { until } else { nil }
        }
        let least = ContinuousClock.now + pause
        guard let latest = times.max() else { return least }
        let wait = min(max(latest - clock.microseconds / 1000, 0), 60_000)
        return max(least, .now + .milliseconds(wait))
    }

    /// Goes over to the newest key, for which it looks now and then, and waits where there is none. The epoch; nil
    /// where `stop` was first.
    private func follow(until stop: () -> Bool) throws(LogError) -> TokenEpoch? {
        if client != nil, looking.isDue() { try refresh() }
        let begin = ContinuousClock.now
        while !stop() {
            if client == nil { try refresh() }
            if let client { return client.epoch }
            if .now - begin > .seconds(3), telling.isDue() {
                let dissenters = keys.dissenters(of: .first).sorted().map(\.name).joined(separator: ", ")
                logger.warning(
                    "waiting for a token key on \(Topics.tokenKeys)",
                    metadata: dissenters.isEmpty ? [:] : ["other keys than the others' from": "\(dissenters)"])
            }
            rest(until: .now + .milliseconds(200), stop)
        }
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

    private func rest(until time: ContinuousClock.Instant, _ stop: () -> Bool) {
        while !stop(), .now < time {
            Thread.sleep(forTimeInterval: min(0.1, max(0, (time - .now) / .seconds(1))))
        }
    }
}
