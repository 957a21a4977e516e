package import EventLogs
package import Keys
package import Logging
package import Records
import Sealing
package import Stages
package import Telemetry

/// The stage that reads what the parties say of a member's records: how far each has counted the labels of one partition, and which
/// transactions of it have not come. What a log keeps from the parties shows here: in their words, or as label records of which
/// they say nothing.
package final class ReceiptReader: Stage {
    private let state: AgentState
    private let sessions: (PartyID, UInt32) -> Session?
    private let topic: TopicPartition
    private let reader: any LogReader
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    /// The oldest record without receipts, and since when it is that.
    private var oldest: (source: SourcePosition, since: Moment)?

    /// The time after which the parties should have counted a record.
    private static let patience = Duration.seconds(60)
    /// Of more transactions in a line, the first are named.
    private static let offsetsNamed = 16

    /// - Parameter sessions: the member's own, by party and epoch.
    package init(
        member: MemberID, log: any EventLog, state: AgentState, sessions: @escaping (PartyID, UInt32) -> Session?,
        clock: any StageClock, metrics: Metrics, logger: Logger
    ) throws(LogError) {
        self.state = state
        self.sessions = sessions
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        topic = TopicPartition(Topics.receipts(member))
        let earliest = try log.earliest(of: topic)
        reader = try log.reader(at: [Position(topic, max(earliest, try state.position(topic) ?? earliest))])
    }

    package func turn(until moment: Moment) throws(LogError) -> Turn {
        let records = try reader.next(limit: 256, timeout: clock.left(until: moment))
        for record in records {
            take(record.value ?? [], through: Position(topic, record.position.offset + 1))
        }
        reportLost()
        report()
        return records.isEmpty ? .idle : .worked
    }

    package func finish() {}

    private func take(_ bytes: [UInt8], through end: Position) {
        if let receipt = MissingReceipt(bytes, sessions: sessions) {
            if receipt.partition == state.transactions.partition { metrics.add(1, to: .missingReceipts) }
            state.take(receipt, through: end)
        } else {
            let receipt = LabelReceipt(bytes, sessions: sessions)
            if receipt == nil { metrics.add(1, to: .receiptsRefused) }
            state.take(receipt, through: end)
        }
    }

    /// Says once of each transaction what is the matter with it.
    private func reportLost() {
        for (word, positions) in state.takeWords() {
            let named = positions.prefix(Self.offsetsNamed).map { "\($0.offset)" }
            logger.warning(
                word.sentence,
                metadata: [
                    "partition": "\(state.transactions)", "transactions": "\(positions.count)",
                    "offsets": "\(named.joined(separator: ", "))",
                ])
        }
    }

    private func report() {
        let records = state.sentLabels.records
        let partition = state.transactions.partition
        metrics.set(.labelRecordsUncounted, .init("partition", "\(partition)"), to: Double(records.count))
        guard let first = records.first?.source else {
            oldest = nil
            return
        }
        guard let oldest, oldest.source == first else {
            self.oldest = (first, clock.now)
            return
        }
        guard clock.now >= oldest.since + Self.patience else { return }
        self.oldest = (first, clock.now)
        state.note(areReceiptsOverdue: true)
        logger.warning(
            "label records are not counted by all parties: the log keeps them or the receipts back, or the parties are behind",
            metadata: [
                "partition": "\(state.transactions)", "records": "\(records.count)", "offset": "\(first.offset)",
            ])
    }
}

extension LostTransactions.Word {
    fileprivate var sentence: Logger.Message {
        switch self {
        case .missing: "a party lacks transactions that were sealed: the log keeps them back; they are sealed again"
        case .otherFeatures:
            """
            transactions wait for an answer and are not sealed again: their features were computed for another spec than this \
            agent's; hand in again, under other ids, those that are still to be scored
            """
        case .unanswered:
            """
            transactions have no answer after half an hour, though they were sealed again: the parties are behind, or can't read \
            them; <member>.rejected says why: with `unknown_session`, a party's log lacks this agent's record on consortium.sessions
            """
        }
    }
}
