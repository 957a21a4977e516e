import Dispatch
import EventLogs
import Formats
package import HTTPFront
import Policy
import Records
import Synchronization
import Telemetry

extension ScoreService {
    /// One transaction in, its decision back; past the deadline, or where none can come, the fallback's.
    ///
    /// - Throws: what the stream would reject the record for, and how an idempotency key was misused.
    package func score(
        _ body: [UInt8], key: ScoreBook.Key?, until deadline: ContinuousClock.Instant
    ) async throws(Problem) -> ScoreAnswer {
        let transaction = try parse(body)
        let fingerprint = Fingerprint(transaction)
        let ending = await handIn(transaction, fingerprint, body, key, deadline)
        switch ending {
        case .outcome(.decided(let event)): return .decided(event.data)
        case .outcome(.elsewhere(let event)):
            guard let original = await original(event.data.source) else {
                return degraded(transaction, .logUnavailable)
            }
            guard original == fingerprint else { throw Problem(Rejection(reason: .idConflict, field: nil)) }
            return .decided(event.data)
        case .outcome(.rejected(let code, let field)): throw Problem(rejected: code, field: field)
        case .none(let reason): return degraded(transaction, reason)
        case .problem(let code): throw Problem(code)
        case .conflict: throw Problem(Rejection(reason: .idConflict, field: nil))
        }
    }

    private func degraded(_ transaction: Transaction, _ reason: ScoreAnswer.Reason) -> ScoreAnswer {
        metrics.add(1, to: .degradedScores, .init("reason", reason.rawValue))
        return .degraded(
            .init(
                transaction: transaction.id, decision: fallback.band(transaction.amount), reason: reason,
                recorded: state.withLock { $0.book.isRecorded(transaction.id) }))
    }

    private func handIn(
        _ transaction: Transaction, _ fingerprint: Fingerprint, _ body: [UInt8], _ key: ScoreBook.Key?,
        _ deadline: ContinuousClock.Instant
    ) async -> Ending {
        await withCheckedContinuation { wake in
            let key = key.map { ($0, body: Fingerprint(body: body)) }
            let now = now
            let (ending, admission, waiter) = state.withLock {
                state -> (Ending?, ScoreBook.Admission, ScoreBook.Waiter) in
                if state.stopping { return (.none(.stopping), .wait, 0) }
                let admission = state.book.admit(transaction.id, fingerprint, key: key, at: now)
                switch admission {
                case .known(let outcome): return (.outcome(outcome), admission, 0)
                case .conflict: return (.conflict, admission, 0)
                case .keyReused: return (.problem(.idempotencyKeyReuse), admission, 0)
                case .append, .wait: break
                }
                state.waiters += 1
                let waiter = state.waiters
                let timer = Task {
                    try? await Task.sleep(until: deadline)
                    if !Task.isCancelled { self.wake([waiter], .none(.deadline)) }
                }
                state.waiting[waiter] = Waiting(id: transaction.id, wake: wake, timer: timer)
                state.book.wait(transaction.id, waiter)
                return (nil, admission, waiter)
            }
            if let ending { return wake.resume(returning: ending) }
            if case .append = admission {
                let item = RecordAppender.Item(record(transaction, body)) { [self] in appended(transaction.id, $0) }
                guard appender.enqueue([item]) else {
                    return self.wake(state.withLock { $0.book.failed(transaction.id) }, .none(.overloaded))
                }
            }
            if appender.failing != nil { self.wake([waiter], .none(.logUnavailable)) }
        }
    }

    /// What was decided, read again from where it stands in the member's topic; nil where it can't be.
    func original(_ source: CloudEvent.Source) async -> Fingerprint? {
        let position = Position(TopicPartition(Topics.transactions(member), source.partition), source.offset)
        return await withCheckedContinuation { done in
            DispatchQueue.global().async { [self] in
                let records = try? log.reader(at: [position]).next(limit: 1, timeout: .seconds(2))
                guard let record = records?.first, record.position == position,
                    let transaction = parser.parts(record.value ?? []).first(where: {
                        $0.index == source.position.index
                    })?
                    .transaction
                else { return done.resume(returning: nil) }
                done.resume(returning: Fingerprint(transaction))
            }
        }
    }
}
