import EventLogs
import Records

/// The batch that some records of a member's topic come to, on its way into the log. All of it goes there before the state
/// takes it.
struct IngestBatch {
    /// A transaction that is to be sealed.
    struct Accepted {
        var transaction: Transaction
        var event: EventID
        var place: SealedPlace
        var features: [Double]
    }

    /// An append to the log. Labels leave after the events that they are of, and before the transactions whose windows hold
    /// those.
    struct Step {
        var labels: [NewRecord] = []
        var accepted: [Accepted] = []
    }

    /// The offset after the last record.
    let end: Int64
    /// Of the keys that its labels are sealed under, or one before: it may wait for its tokens for long.
    let epoch: UInt32
    /// The state's rows of it.
    var rows = AgentState.Batch()
    private(set) var rejections: [NewRecord] = []
    private(set) var steps = [Step()]
    /// Its label records.
    private(set) var sent: [SentLabels.Record] = []
    /// The places of its transactions, also of those that it passes over.
    private(set) var places: [SealedPlace] = []
    /// The source of the next label record.
    private(set) var labelSource = SourcePosition(offset: 0)
    /// The last records that are sealed of the partition, this batch's among them.
    private(set) var ends: SealedEnds
    /// The names whose tokens it waits for; nil for a spec without tokens.
    var names: BoxTokens.Names?

    /// - Parameter ends: the last records that were sealed before.
    init(end: Int64, epoch: UInt32, after ends: SealedEnds) {
        self.end = end
        self.epoch = epoch
        self.ends = ends
    }

    /// The transactions that are to be sealed, in order.
    var accepted: [Accepted] { steps.flatMap(\.accepted) }

    /// Notes which record the next labels leave with.
    mutating func begin(_ record: SourcePosition) { labelSource = record }

    /// Appends a rejection; all of them leave with the first step.
    mutating func appendRejection(_ record: NewRecord) { rejections.append(record) }

    /// Adds a transaction that is to be sealed for a partition of `consortium.sealed`.
    mutating func accept(
        _ transaction: Transaction, _ event: EventID, at source: SourcePosition, for partition: Int,
        _ features: [Double]
    ) {
        let place = ends.follow(transaction: source, in: partition)
        places.append(place)
        steps[steps.count - 1].accepted.append(
            Accepted(transaction: transaction, event: event, place: place, features: features))
    }

    /// Passes over a transaction that a predecessor has sealed for a partition of `consortium.sealed`: the next one names it as the
    /// one before it. Without that, the parties would take for a repeat what the log holds back of the predecessor's.
    mutating func pass(transactionAt source: SourcePosition, for partition: Int) {
        places.append(ends.follow(transaction: source, in: partition))
    }

    /// Passes over label records that a predecessor has put into the log: until all parties have counted them they may be lost, or
    /// refused behind a closing, and are this agent's to send again.
    mutating func pass(labels records: [SentLabels.Record]) {
        for record in records { _ = ends.follow(label: record.source) }
        labelSource.index += records.count
        sent += records
    }

    /// Begins the next step where this one has transactions: labels that leave because event time went on stand behind them.
    mutating func closeStep() {
        if steps.last?.accepted.isEmpty == false { steps.append(Step()) }
    }

    /// Appends label records to this step.
    ///
    /// - Parameter seal: seals one behind the one before it.
    mutating func appendLabels(_ records: [SentLabels.Record], seal: (SentLabels.Record, SourcePosition?) -> [UInt8]) {
        for record in records {
            let sealed = seal(record, ends.follow(label: record.source))
            steps[steps.count - 1].labels.append(NewRecord(TopicPartition(Topics.labels), value: sealed))
        }
        labelSource.index += records.count
        sent += records
    }
}
