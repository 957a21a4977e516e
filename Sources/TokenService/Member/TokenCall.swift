import Records
import Stages
import Tokens

/// A list of identifiers on its way to their tokens: what the cache had, and the batches that wait for answers until the
/// deadline. Made by `TokenClient.call`, ended by `TokenClient.results`.
package final class TokenCall {
    let identifiers: [Identifier]
    let deadline: Moment
    /// The batches of the call, all of which are in the log, by their ids.
    let pending: [TokenBatchID: PendingBatch]
    /// The tokens that the cache had.
    private let cached: [Identifier: EntityToken]
    /// The reason why some are in no batch; nil where all are.
    private let unasked: TokenFailure?

    init(
        _ identifiers: [Identifier], cached: [Identifier: EntityToken], pending: [TokenBatchID: PendingBatch],
        unasked: TokenFailure?, deadline: Moment
    ) {
        self.identifiers = identifiers
        self.cached = cached
        self.pending = pending
        self.unasked = unasked
        self.deadline = deadline
    }

    /// Whether answers of parties may still change the results.
    var isWaiting: Bool { pending.values.contains { $0.progress == .waiting } }

    /// The outcome of each identifier by the answers so far.
    var results: TokenResults {
        var outcomes = cached.mapValues(Result<EntityToken, TokenFailure>.success)
        var faults: [PartyID: TokenError] = [:]
        for batch in pending.values {
            faults.merge(batch.faults) { first, _ in first }
            switch batch.outcome {
            case .success(let tokens):
                for (identifier, token) in zip(batch.identifiers, tokens) { outcomes[identifier] = .success(token) }
            case .failure(let failure):
                for identifier in batch.identifiers { outcomes[identifier] = .failure(failure) }
            }
        }
        return TokenResults(
            outcomes: identifiers.map { outcomes[$0] ?? .failure(unasked ?? .timedOut(good: [], faults: [:])) },
            faults: faults)
    }
}
