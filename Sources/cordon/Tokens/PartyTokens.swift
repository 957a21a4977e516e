import ArgumentParser
import Configuration
import EventLogs
import Foundation
import Keys
import LocalStore
import Logging
import Records
import SecureScoring
import Telemetry
import TokenService
import Tokens

extension SessionRegistry: SessionDirectory {}

/// How fast members may have identifiers turned into tokens.
struct TokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Identifiers a second that a member may have turned into tokens: the bound on how many it can try.",
            valueName: "rate"))
    var tokenRate = 4000

    @Option(help: ArgumentHelp("Identifiers at once, after a rest; 1024 at least.", valueName: "number"))
    var tokenBurst = 20_000

    @Option(
        help: ArgumentHelp(
            "Which attempt at the epoch's token key this is, the same at all three parties: one more after one that failed.",
            valueName: "number"))
    var tokenAttempt = 1

    func validate() throws {
        guard (1...1_000_000_000).contains(tokenRate), (1024...1_000_000_000).contains(tokenBurst) else {
            throw ValidationError("`--token-rate` is 1 to 10^9, `--token-burst` 1024 to 10^9")
        }
        guard (1...1000).contains(tokenAttempt) else { throw ValidationError("`--token-attempt` is 1 to 1000") }
    }

    var limit: RateLimit { RateLimit(elementsPerSecond: tokenRate, burst: tokenBurst) }
}

/// A party's part in entity tokens, on a thread of its own: makes the epoch's key with the two others, where there is none,
/// and then answers all members' blinded batches (docs/TOKENS.md).
struct PartyTokens: Sendable {
    let party: PartyID
    let roster: Roster
    let keystore: FileKeystore
    let log: any EventLog
    /// The file of what is kept beside the scoring state.
    let stateFile: String
    let limit: RateLimit
    let attempt: Int
    let metrics: Metrics
    let logger: Logger

    /// The tokens' epoch is the roster's.
    private var id: KeyGenerationID {
        KeyGenerationID(
            consortium: roster.consortium, epoch: TokenEpoch(UInt64(roster.epoch)), attempt: UInt32(attempt))
    }

    /// Works until `stop` says so. A key generation that failed is reported and ends this stage alone: transactions of models
    /// without the consortium's features are scored as before.
    func run(until stop: () -> Bool) throws {
        let state = try SQLiteStateStore(path: stateFile, takingOver: true)
        guard let outcome = try makeKey(state, until: stop) else { return }
        switch outcome {
        case .failed(let failure):
            logger.error(
                "there is no token key: \(failure); when that is settled, start all three parties with the next --token-attempt",
                metadata: ["epoch": "\(id.epoch.number)", "attempt": "\(attempt)"])
        case .key:
            metrics.set("cordon_token_epoch", to: Double(id.epoch.number))
            logger.notice("token key in force", metadata: ["epoch": "\(id.epoch.number)"])
            try patiently(until: stop) { try answers(state).run(until: stop) }
        }
    }

    private func makeKey(_ state: any StateStore, until stop: () -> Bool) throws -> KeyGenerationOutcome? {
        var generator = SystemRandomNumberGenerator()
        let members = Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.hpke) })
        return try patiently(until: stop) {
            try KeyGenerationStage(
                id: id,
                channel: KeyRecordChannel(
                    party: party, key: try keystore.hpkeKey("agreement"),
                    parties: roster.parties.mapValues(\.agreement), members: members),
                store: try keyStore(state), log: log, metrics: metrics, using: &generator
            ).run(until: stop)
        } ?? nil
    }

    private func answers(_ state: any StateStore) throws -> TokenStage {
        guard let share = try keyStore(state).share(consortium: roster.consortium, epoch: id.epoch) else {
            throw LogError.corrupted(reason: "the party's share of token key \(id.epoch.number) is gone")
        }
        let limits = Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, limit) })
        return try TokenStage(
            members: roster.members.map(\.id),
            responder: TokenResponder(
                evaluator: TokenEvaluator(share: share, context: id.context, limits: limits),
                secret: try keystore.localKey("token-proofs")),
            sessions: SessionRegistry(
                party: party, key: try keystore.hpkeKey(),
                members: Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.identity) }), log: log,
                logger: logger),
            log: log, state: state, clock: SystemClock(), metrics: metrics)
    }

    private func keyStore(_ state: any StateStore) throws -> TokenKeyStore {
        TokenKeyStore(party: party, state: state, wrap: try keystore.localKey("token-keys"))
    }

    /// Does it again where the log could not be reached; nil where `stop` was first.
    private func patiently<Result>(until stop: () -> Bool, _ body: () throws -> Result) throws -> Result? {
        while !stop() {
            do { return try body() } catch let error as LogError where error.mayRetry {
                logger.error("\(error)")
                metrics.add(1, to: "cordon_log_errors_total")
                Thread.sleep(forTimeInterval: 1)
            }
        }
        return nil
    }
}
