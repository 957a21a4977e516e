package import EventLogs
import Foundation
package import Logging
package import Records
package import Telemetry
package import ThreeParty
package import Tokens

/// A member's tokens of an epoch, with patience: waits for the epoch's key and for the parties' answers, and says in the log what
/// it waits for. Used by one thread.
package final class MemberTokens {
    private let epoch: TokenEpoch
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
    private var client: TokenClient?
    private var telling = Throttle(.seconds(5))

    /// Identifiers that are asked for at once: what has come is cached before the next are asked for.
    private static let slice = 4096
    /// Longer than parties take for a slice, though other members have filled their queue.
    private static let patience = Duration.seconds(30)

    /// - Parameters:
    ///   - epoch: of the token key.
    ///   - channel: the member's.
    ///   - state: of the cache, this object's alone.
    ///   - secret: the cache's, of this member alone.
    ///   - pause: before what failed is tried again.
    package init(
        consortium: String, epoch: TokenEpoch, sessions: TokenSessions, channel: KeyRecordChannel, log: any EventLog,
        state: any StateStore, secret: consuming SecretKey, clock: any WallClock, metrics: Metrics, logger: Logger,
        pause: Duration = .seconds(1)
    ) throws(LogError) {
        self.consortium = consortium
        self.epoch = epoch
        self.sessions = sessions
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.state = state
        self.secret = secret
        self.pause = pause
        keys = try PublishedTokenKeys(consortium: consortium, channel: channel, log: log, metrics: metrics)
    }

    /// Each identifier's token, in order. Waits until all are there; nil where `stop` was first.
    ///
    /// - Throws: what the log or the cache's state throws and what can't pass.
    package func tokens(
        for identifiers: [Identifier], until stop: () -> Bool
    ) throws(LogError) -> [EntityToken]? {
        guard let client = try client(until: stop) else { return nil }
        var tokens: [EntityToken] = []
        tokens.reserveCapacity(identifiers.count)
        for start in stride(from: 0, to: identifiers.count, by: Self.slice) {
            let slice = Array(identifiers[start..<min(start + Self.slice, identifiers.count)])
            guard let found = try ask(client, slice, until: stop) else { return nil }
            tokens += found
        }
        return tokens
    }

    /// Asks again until all are there: what came is in the cache.
    private func ask(
        _ client: TokenClient, _ identifiers: [Identifier], until stop: () -> Bool
    ) throws(LogError) -> [EntityToken]? {
        while !stop() {
            let results = try client.tokens(for: identifiers, until: .now + Self.patience, unless: stop)
            do throws(TokenFailure) { return try results.tokens() } catch {
                guard !stop() else { return nil }
                let missing = results.outcomes.count { if case .failure = $0 { true } else { false } }
                logger.warning(
                    "no tokens yet, and nothing is sealed without: \(error); asking again",
                    metadata: ["identifiers": "\(missing)"])
                metrics.add(1, to: "cordon_token_retries_total")
                rest(until: retryTime(results), stop)
            }
        }
        return nil
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

    /// Nil where `stop` was before there was a key.
    private func client(until stop: () -> Bool) throws(LogError) -> TokenClient? {
        if let client { return client }
        let begin = ContinuousClock.now
        while !stop() {
            try keys.refresh()
            if let key = keys.key(of: epoch) {
                client = try make(key)
                return client
            }
            if .now - begin > .seconds(3), telling.isDue() {
                let dissenters = keys.dissenters(of: epoch).sorted().map(\.name).joined(separator: ", ")
                logger.warning(
                    "waiting for the token key of epoch \(epoch.number) on \(Topics.tokenKeys)",
                    metadata: dissenters.isEmpty ? [:] : ["other keys than the others' from": "\(dissenters)"])
            }
            rest(until: .now + .milliseconds(200), stop)
        }
        return nil
    }

    private func make(_ key: TokenPublicKey) throws(LogError) -> TokenClient {
        let context = TokenContext(consortium: Array(consortium.utf8), epoch: epoch)
        let cache = try TokenCache(
            state: state, secret: secret.derive([Array("cordon/member-tokens/v1".utf8)]), publicKey: key,
            context: context)
        logger.info("token key found", metadata: ["epoch": "\(epoch.number)"])
        return try TokenClient(
            sessions: sessions, key: key, context: context, cache: cache, log: log, clock: clock, metrics: metrics)
    }

    private func rest(until time: ContinuousClock.Instant, _ stop: () -> Bool) {
        while !stop(), .now < time {
            Thread.sleep(forTimeInterval: min(0.1, max(0, (time - .now) / .seconds(1))))
        }
    }
}
