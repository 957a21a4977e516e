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
            "Which attempt at the first token key this is, the same at all three parties: one more after a failed one.",
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

/// A party's part in entity tokens, on a thread of its own: makes the first key with the two others, where there is
/// none, answers all members' blinded batches, and rotates the key when the coordinator orders it (docs/TOKENS.md).
struct PartyTokens: Sendable {
    let party: PartyID
    let roster: Roster
    let keystore: FileKeystore
    let log: any EventLog
    /// The file of what is kept beside the scoring state.
    let stateFile: String
    let limit: RateLimit
    let attempt: Int
    /// What counts move by; `loadUpdates` has them before anything runs.
    let updates: TokenUpdates
    let metrics: Metrics
    let logger: Logger

    /// The rotations that a party has kept; none where it never ran.
    static func loadUpdates(
        party: PartyID, roster: Roster, keystore: FileKeystore, stateFile: String
    ) throws -> TokenUpdates {
        let store = TokenKeyStore(
            party: party, state: try SQLiteStateStore(path: stateFile), wrap: try keystore.localKey("token-keys"))
        return try store.updates(consortium: roster.consortium)
    }

    /// Works until `stop` says so. An attempt at a key that failed is reported and stops nothing else: there are
    /// answers under the key before, and transactions of models without the consortium's features are scored in any
    /// case.
    func run(until stop: () -> Bool) throws {
        let state = try SQLiteStateStore(path: stateFile, takingOver: true)
        var keys: TokenKeyStage?
        var answers: TokenStage?
        // A look for keys costs a tenth of what it takes to answer a batch.
        var looking = Throttle(.milliseconds(50))
        while !stop() {
            do {
                let stage = try keys ?? keyStage(state)
                keys = stage
                if answers == nil || looking.isDue() {
                    for event in try stage.turn(timeout: answers == nil ? .milliseconds(200) : .zero) { tell(event) }
                    try follow(stage, state, &answers)
                }
                try answers?.work()
            } catch let error as LogError where error.mayRetry {
                logger.error("\(error)")
                metrics.add(1, to: "cordon_log_errors_total")
                Thread.sleep(forTimeInterval: 1)
            }
        }
        try answers?.tell()
    }

    private func tell(_ event: TokenKeyEvent) {
        switch event {
        case .ordered(let id):
            logger.notice(
                "token key rotation ordered", metadata: ["epoch": "\(id.epoch.number)", "attempt": "\(id.attempt)"])
        case .inForce(let epoch, _):
            metrics.set("cordon_token_epoch", to: Double(epoch.number))
            logger.notice("token key in force", metadata: ["epoch": "\(epoch.number)"])
        case .failed(let id, let failure):
            let next =
                id.epoch == .first
                ? "start all three parties with the next --token-attempt"
                : "order the next attempt: cordon tokens rotate"
            logger.error(
                "there is no token key: \(failure); when that is settled, \(next)",
                metadata: ["epoch": "\(id.epoch.number)", "attempt": "\(id.attempt)"])
        }
    }

    /// Answers for what is in force.
    private func follow(_ keys: TokenKeyStage, _ state: any StateStore, _ answers: inout TokenStage?) throws {
        guard let newest = keys.newest else { return }
        guard let stage = answers else {
            answers = try answerStage(newest, state)
            return
        }
        while stage.epoch < newest { stage.rotate(to: try share(stage.epoch.next, keyStore(state))) }
    }

    private func keyStage(_ state: any StateStore) throws -> TokenKeyStage {
        let members = Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.hpke) })
        return try TokenKeyStage(
            consortium: roster.consortium, firstAttempt: UInt32(attempt), coordinator: roster.coordinator,
            channel: KeyRecordChannel(
                party: party, key: try keystore.hpkeKey("agreement"),
                parties: roster.parties.mapValues(\.agreement), members: members),
            store: try keyStore(state), updates: updates, log: log, clock: SystemClock(), metrics: metrics)
    }

    private func answerStage(_ epoch: TokenEpoch, _ state: any StateStore) throws -> TokenStage {
        let store = try keyStore(state)
        let limits = Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, limit) })
        let evaluator = TokenEvaluator(
            share: try share(epoch, store),
            previous: try epoch.previous.flatMap { try store.share(consortium: roster.consortium, epoch: $0) },
            context: TokenContext(consortium: Array(roster.consortium.utf8), epoch: epoch), limits: limits)
        return try TokenStage(
            members: roster.members.map(\.id),
            responder: TokenResponder(evaluator: evaluator, secret: try keystore.localKey("token-proofs")),
            sessions: SessionRegistry(
                party: party, key: try keystore.hpkeKey(),
                members: Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.identity) }), log: log,
                logger: logger),
            log: log, state: state, clock: SystemClock(), metrics: metrics)
    }

    private func share(_ epoch: TokenEpoch, _ store: borrowing TokenKeyStore) throws -> TokenKeyShare {
        guard let share = try store.share(consortium: roster.consortium, epoch: epoch) else {
            throw LogError.corrupted(reason: "the party's share of token key \(epoch.number) is gone")
        }
        return share
    }

    private func keyStore(_ state: any StateStore) throws -> TokenKeyStore {
        TokenKeyStore(party: party, state: state, wrap: try keystore.localKey("token-keys"))
    }
}
