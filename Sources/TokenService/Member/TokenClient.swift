package import EventLogs
package import Records
package import Telemetry
package import Tokens

/// A member's way to tokens:
///
///     look into the cache → blind → append `<member>.blinded` → read `<member>.evaluations` → check → combine → cache
///
/// A call blocks its thread until two parties of three gave good answers to all that was not in the cache, or the deadline.
/// Used by one thread; several clients of one member share its topics, each taking the answers to its own batches.
package final class TokenClient {
    private var sessions: TokenSessions
    private var key: TokenPublicKey
    private var context: TokenContext
    private let cache: TokenCache
    private let log: any EventLog
    private let reader: any LogReader
    private let clock: any WallClock
    private let metrics: Metrics
    private let batchSize: Int
    private var generator: any RandomNumberGenerator & Sendable

    private var member: MemberID { sessions.member }

    /// - Parameters:
    ///   - key: the consortium's for the context's epoch, as three parties published it (`PublishedTokenKeys`).
    ///   - cache: for the same key and context.
    ///   - batchSize: elements of a record, 1 to 1,024.
    ///   - generator: blinds are drawn from it; one that can be foreseen gives identifiers away.
    package init(
        sessions: TokenSessions, key: TokenPublicKey, context: TokenContext, cache: TokenCache, log: any EventLog,
        clock: any WallClock, metrics: Metrics, batchSize: Int = 256,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) throws(LogError) {
        precondition(PartialEvaluation.batch.contains(batchSize), "a batch of 1 to 1,024")
        self.sessions = sessions
        self.key = key
        self.context = context
        self.cache = cache
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.batchSize = batchSize
        self.generator = generator
        // Answers to batches of before are of no use: their blinds are gone.
        let answers = TopicPartition(Topics.evaluations(sessions.member))
        reader = try log.reader(at: [Position(answers, try log.end(of: answers))])
    }

    /// From now on asks within other sessions of the same member.
    package func use(_ sessions: TokenSessions) {
        precondition(sessions.member == member, "sessions of the client's own member")
        self.sessions = sessions
    }

    /// From now on asks for tokens of another key; those of the last one are forgotten.
    package func use(_ key: TokenPublicKey, _ context: TokenContext) throws(LogError) {
        try cache.move(to: key, context)
        self.key = key
        self.context = context
    }

    /// - Parameters:
    ///   - identifiers: any number, in any order, repeats included; each of those that are not cached is asked for once.
    ///   - stop: ends the wait as the deadline does; looked at some times a second.
    /// - Throws: what the log or the cache's state throws. What a party did is in the results.
    package func tokens(
        for identifiers: [Identifier], until deadline: ContinuousClock.Instant, unless stop: () -> Bool = { false }
    ) throws(LogError) -> TokenResults {
        var outcomes: [Identifier: Result<EntityToken, TokenFailure>] = [:]
        var missing: [Identifier] = []
        for (identifier, token) in zip(identifiers, try cache.tokens(for: identifiers))
        where outcomes[identifier] == nil {
            if let token {
                outcomes[identifier] = .success(token)
            } else {
                // Until there is an answer.
                outcomes[identifier] = .failure(.timedOut(good: [], faults: [:]))
                missing.append(identifier)
            }
        }
        metrics.add(outcomes.count - missing.count, to: "cordon_token_cache_hits_total")
        metrics.add(missing.count, to: "cordon_token_cache_misses_total")
        var faults: [PartyID: TokenError] = [:]
        if !missing.isEmpty {
            let pending = try ask(missing)
            try collect(pending, until: deadline, unless: stop)
            for batch in pending.values {
                faults.merge(batch.faults) { first, _ in first }
                try take(batch, into: &outcomes)
            }
        }
        return TokenResults(
            outcomes: identifiers.map { outcomes[$0] ?? .failure(.timedOut(good: [], faults: [:])) }, faults: faults)
    }

    /// Puts blinded batches into the log, each as soon as it is there: parties work on it while the next one is blinded.
    private func ask(_ identifiers: [Identifier]) throws(LogError) -> [TokenBatchID: PendingBatch] {
        var pending: [TokenBatchID: PendingBatch] = [:]
        for start in stride(from: 0, to: identifiers.count, by: batchSize) {
            let part = Array(identifiers[start..<min(start + batchSize, identifiers.count)])
            guard let batch = try? TokenRequestBatch(part, key: key, context: context, using: &generator) else {
                preconditionFailure("a batch of 1 to 1,024, none of which hashes to the identity")
            }
            let id = TokenBatchID(time: clock.microseconds / 1000, using: &generator)
            let (value, digest) = BlindedBatch.record(batch.request, id: id, sessions: sessions)
            try log.append([NewRecord(TopicPartition(Topics.blinded(member)), value: value)])
            pending[id] = PendingBatch(part, batch, requestDigest: digest)
        }
        metrics.add(identifiers.count, to: "cordon_tokens_requested_total")
        return pending
    }

    /// Takes answers until every batch is done, the deadline, or `stop`.
    private func collect(
        _ pending: [TokenBatchID: PendingBatch], until deadline: ContinuousClock.Instant, unless stop: () -> Bool
    ) throws(LogError) {
        while pending.values.contains(where: { $0.progress == .waiting }) {
            for record in try next(until: min(deadline, .now + .milliseconds(200))) {
                receive(record.value ?? [], pending)
            }
            // Other clients' answers may never end.
            if .now >= deadline || stop() { return }
        }
    }

    /// Where retention has taken what this client had not read, it goes on from what there is: answers to batches of before.
    private func next(until deadline: ContinuousClock.Instant) throws(LogError) -> [LogRecord] {
        do throws(LogError) {
            return try reader.next(limit: 256, timeout: max(deadline - .now, .zero))
        } catch .offsetOutOfRange(let position, let earliest) {
            try reader.seek(to: Position(position.partition, earliest))
            return []
        }
    }

    private func receive(_ value: [UInt8], _ pending: [TokenBatchID: PendingBatch]) {
        do throws(RecordFault) {
            let answer = try UnverifiedEvaluatedBatch(reading: value, from: member)
            // Another client's, one of before, or the third one of three: whatever it is, nothing hangs on it.
            guard let batch = pending[answer.id], batch.progress == .waiting else { return }
            try receive(answer.verified(by: sessions), batch)
        } catch {
            metrics.add(1, to: "cordon_token_records_dropped_total", Metrics.Label("reason", error.code))
        }
    }

    private func receive(_ answer: EvaluatedBatch, _ batch: PendingBatch) throws(RecordFault) {
        let party = Metrics.Label("party", answer.party.name)
        do throws(TokenError) {
            guard let fault = try batch.receive(answer) else { return }
            if case .proofInvalid = fault { metrics.add(1, to: "cordon_token_proofs_invalid_total", party) }
            metrics.add(1, to: "cordon_token_refusals_total", party, Metrics.Label("reason", fault.code))
        } catch {
            throw .repeated
        }
    }

    private func take(
        _ batch: PendingBatch, into outcomes: inout [Identifier: Result<EntityToken, TokenFailure>]
    ) throws(LogError) {
        switch batch.outcome {
        case .success(let tokens):
            let named = zip(batch.identifiers, tokens).map { (identifier: $0, token: $1) }
            for (identifier, token) in named { outcomes[identifier] = .success(token) }
            try cache.store(named)
        case .failure(let failure):
            if case .timedOut = failure { metrics.add(1, to: "cordon_token_batches_timed_out_total") }
            for identifier in batch.identifiers { outcomes[identifier] = .failure(failure) }
        }
    }
}
