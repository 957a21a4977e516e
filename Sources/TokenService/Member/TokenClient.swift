package import EventLogs
import Keys
import Records
package import Stages
package import Telemetry
package import Tokens

/// A member's way to tokens:
///
///     look into the cache → blind → append `<member>.blinded` → read `<member>.evaluations` → check → combine → cache
///
/// A call (`call`, then `results` until they are there) ends when two parties of three gave good answers to all that was not in
/// the cache, or at its deadline. Used by one thread; several clients of one member share its topics, each using the answers to
/// its own batches.
package final class TokenClient {
    private var sessions: TokenSessions
    private var key: TokenPublicKey
    private var context: TokenContext
    private let cache: TokenCache
    private let log: any EventLog
    private let reader: any LogReader
    private let clock: any StageClock
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
        clock: any StageClock, metrics: Metrics, batchSize: Int = 256,
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

    /// Lets the client ask within other sessions of the same member from now on.
    package func use(_ sessions: TokenSessions) {
        precondition(sessions.member == member, "sessions of the client's own member")
        self.sessions = sessions
    }

    /// Lets the client ask for tokens of another key from now on; those of the last one are removed from the cache.
    package func use(_ key: TokenPublicKey, _ context: TokenContext) throws(LogError) {
        try cache.move(to: key, context)
        self.key = key
        self.context = context
    }

    /// Asks for tokens: looks into the cache, and puts batches of what it lacks into the log.
    ///
    /// - Parameters:
    ///   - identifiers: any number, in any order, repeats included; each of those that are not cached is asked for once.
    ///   - deadline: when answers that have not come are given up.
    /// - Throws: what the log or the cache's state throws.
    package func call(for identifiers: [Identifier], deadline: Moment) throws(LogError) -> TokenCall {
        var cached: [Identifier: EntityToken] = [:]
        var missing: [Identifier] = []
        var seen: Set<Identifier> = []
        for (identifier, token) in zip(identifiers, try cache.tokens(for: identifiers))
        where seen.insert(identifier).inserted {
            if let token { cached[identifier] = token } else { missing.append(identifier) }
        }
        metrics.add(cached.count, to: .tokenCacheHits)
        metrics.add(missing.count, to: .tokenCacheMisses)
        let (pending, failure) = try ask(missing)
        return TokenCall(identifiers, cached: cached, pending: pending, unasked: failure, deadline: deadline)
    }

    /// The results of a call: there when two parties of three gave good answers to each of its batches, when two can't any
    /// more, or at its deadline. Waits for them until `moment` at most; nil if they are not there by then, and the call goes on.
    ///
    /// - Throws: what the log or the cache's state throws. What a party did is in the results.
    package func results(of call: TokenCall, until moment: Moment) throws(LogError) -> TokenResults? {
        while call.isWaiting {
            for record in try next(until: min(call.deadline, moment)) { receive(record.value ?? [], call.pending) }
            let now = clock.now
            // Other clients' answers may never end.
            if now >= call.deadline { break }
            if now >= moment, call.isWaiting { return nil }
        }
        for batch in call.pending.values { try finish(batch) }
        return call.results
    }

    /// Puts blinded batches into the log, each as soon as it is there: parties work on it while the next one is blinded.
    ///
    /// - Returns: the batches, and why it stopped before the last of them, if it did.
    private func ask(
        _ identifiers: [Identifier]
    ) throws(LogError) -> (pending: [TokenBatchID: PendingBatch], failure: TokenFailure?) {
        var pending: [TokenBatchID: PendingBatch] = [:]
        for start in stride(from: 0, to: identifiers.count, by: batchSize) {
            let part = Array(identifiers[start..<min(start + batchSize, identifiers.count)])
            guard let batch = try? TokenRequestBatch(part, key: key, context: context, using: &generator) else {
                preconditionFailure("a batch of 1 to 1,024, none of which hashes to the identity")
            }
            let id = TokenBatchID(time: clock.microseconds / 1000, using: &generator)
            let (value, digest): ([UInt8], [UInt8])
            do throws(SigningError) {
                (value, digest) = try BlindedBatch.record(
                    batch.request, id: id, sessions: sessions, consortium: context.consortium)
            } catch { return (pending, .unsigned(error)) }
            try log.append([NewRecord(TopicPartition(Topics.blinded(member)), value: value)])
            pending[id] = PendingBatch(part, batch, requestDigest: digest)
        }
        metrics.add(identifiers.count, to: .tokensRequested)
        return (pending, nil)
    }

    /// The next records of the topic of answers. Where retention has removed what this client had not read, it goes on from what
    /// there is: answers to batches of before.
    private func next(until moment: Moment) throws(LogError) -> [LogRecord] {
        do throws(LogError) {
            return try reader.next(limit: 256, timeout: clock.left(until: moment))
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
            metrics.add(1, to: .tokenAnswersDropped, Metrics.Label("reason", error.code))
        }
    }

    private func receive(_ answer: EvaluatedBatch, _ batch: PendingBatch) throws(RecordFault) {
        let party = Metrics.Label("party", answer.party.name)
        do throws(TokenError) {
            guard let fault = try batch.receive(answer) else { return }
            if case .proofInvalid = fault { metrics.add(1, to: .tokenProofsInvalid, party) }
            metrics.add(1, to: .tokenRefusals, party, Metrics.Label("reason", fault.code))
        } catch {
            throw .repeated
        }
    }

    /// Caches the tokens of a batch, and counts it where the deadline ended it.
    private func finish(_ batch: PendingBatch) throws(LogError) {
        switch batch.outcome {
        case .success(let tokens):
            try cache.store(zip(batch.identifiers, tokens).map { (identifier: $0, token: $1) })
        case .failure(.timedOut): metrics.add(1, to: .tokenBatchesTimedOut)
        case .failure(.impossible), .failure(.unsigned): break
        }
    }
}
