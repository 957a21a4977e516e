import Formats
package import HTTPFront
import Policy
import Records
import Synchronization

extension ScoreService {
    /// What became of one record of a batch.
    package struct BatchItem: Sendable, Encodable {
        /// From 0, within the batch.
        package var index: Int
        package var transaction: String?
        /// Whether it had been taken before.
        package var `repeat`: Bool?
        package var problem: Problem?
    }

    /// Takes transactions into the member's topic, and waits for no decision.
    ///
    /// - Throws: `logUnavailable` where it is not known what of the batch is in the log: it may be sent again as it is.
    package func take(
        _ records: [[UInt8]], until deadline: ContinuousClock.Instant
    ) async throws(Problem) -> [BatchItem] {
        if appender.failing != nil { throw Problem(.logUnavailable) }
        var items: [BatchItem] = []
        var fresh: [(index: Int, transaction: Transaction)] = []
        for (index, body) in records.enumerated() {
            do throws(Problem) {
                let transaction = try parse(body)
                let isNew = try await admit(transaction)
                if isNew { fresh.append((index, transaction)) }
                items.append(BatchItem(index: index, transaction: transaction.id, repeat: !isNew))
            } catch {
                items.append(BatchItem(index: index, problem: error))
            }
        }
        for index in try await append(fresh.map { ($0.index, $0.transaction, records[$0.index]) }, deadline) {
            items[index] = BatchItem(index: index, problem: Problem(.logUnavailable))
        }
        return items
    }

    /// Whether the transaction is new.
    private func admit(_ transaction: Transaction) async throws(Problem) -> Bool {
        let fingerprint = Fingerprint(transaction)
        let now = now
        switch state.withLock({ $0.book.admit(transaction.id, fingerprint, at: now) }) {
        case .append: return true
        case .wait, .known(.decided), .known(.rejected), .keyReused: return false
        case .known(.elsewhere(let event)):
            guard let original = await original(event.data.source) else { throw Problem(.logUnavailable) }
            guard original == fingerprint else { throw Problem(Rejection(reason: .idConflict, field: nil)) }
            return false
        case .conflict: throw Problem(Rejection(reason: .idConflict, field: nil))
        }
    }

    /// Appends, and returns the indices of those that the log refused.
    private func append(
        _ fresh: [(index: Int, transaction: Transaction, body: [UInt8])], _ deadline: ContinuousClock.Instant
    ) async throws(Problem) -> [Int] {
        guard !fresh.isEmpty else { return [] }
        let (results, source) = AsyncStream.makeStream(of: (index: Int, taken: Bool).self)
        let items = fresh.map { index, transaction, body in
            RecordAppender.Item(record(transaction, body)) { [self] position in
                appended(transaction.id, position)
                source.yield((index, position != nil))
            }
        }
        guard appender.enqueue(items) else {
            for (_, transaction, _) in fresh { _ = state.withLock { $0.book.failed(transaction.id) } }
            throw Problem(.logUnavailable)
        }
        let timer = Task {
            try? await Task.sleep(until: deadline)
            source.finish()
        }
        defer { timer.cancel() }
        var refused: [Int] = []
        var left = fresh.count
        for await (index, taken) in results {
            if !taken { refused.append(index) }
            left -= 1
            if left == 0 { return refused }
        }
        throw Problem(.logUnavailable)
    }
}
