package import EventLogs
package import Manifests
package import PipelineFiles
import Records
package import Stages

/// What `consortium.agreement` comes to, read as far as one reader has come. A log without the topic has nothing in it: all stays
/// as the roster says. Used by one thread.
package final class AgreementTopic {
    package private(set) var history: ConsortiumHistory
    /// Records that count for nothing, with why, since they were last taken.
    private var refused: [(offset: Int64, reason: ConsortiumRefusal)] = []
    private let reader: (any LogReader)?
    private let heard: (AgreementMessage, ConsortiumHistory) -> Void
    private static let partition = TopicPartition(Topics.agreement)

    /// - Parameter heard: told of each record that counts, with the history behind it.
    package init(
        _ roster: Roster, log: any EventLog,
        heard: @escaping (AgreementMessage, ConsortiumHistory) -> Void = { _, _ in }
    ) throws(LogError) {
        self.heard = heard
        history = ConsortiumHistory(founding: roster.foundingAgreement, terms: roster.epochTerms)
        do throws(LogError) {
            reader = try log.reader(at: [Position(Self.partition, try log.earliest(of: Self.partition))])
        } catch {
            guard case .unknownTopic = error else { throw error }
            reader = nil
        }
    }

    package var epochs: EpochHistory { history.epochs }
    package var agreement: AgreementHistory { history.agreement }

    /// Reads all that is in the log now.
    ///
    /// - Returns: whether something of it counts.
    @discardableResult
    package func read() throws(LogError) -> Bool {
        var counts = false
        while case let records = try reader?.available(limit: 256) ?? [], !records.isEmpty {
            if apply(records) { counts = true }
        }
        return counts
    }

    /// Waits for something new until a moment; false where nothing came.
    package func wait(until moment: Moment, _ clock: any StageClock) throws(LogError) -> Bool {
        guard let reader else {
            clock.wait(for: clock.left(until: moment))
            return false
        }
        let records = try reader.next(limit: 256, timeout: clock.left(until: moment))
        apply(records)
        return !records.isEmpty
    }

    /// The refusals since the last call.
    package func takeRefused() -> [(offset: Int64, reason: ConsortiumRefusal)] {
        defer { refused = [] }
        return refused
    }

    /// Whether one of the records counts.
    @discardableResult
    private func apply(_ records: [LogRecord]) -> Bool {
        var counts = false
        for record in records {
            do throws(ConsortiumRefusal) {
                let message = try history.apply(record.value ?? [], time: record.timestamp / 1_000_000)
                counts = true
                heard(message, history)
            } catch {
                refused.append((record.position.offset, error))
                // Nobody may be interested.
                if refused.count > 100 { refused.removeFirst() }
            }
        }
        return counts
    }
}
