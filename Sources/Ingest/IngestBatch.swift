import EventLogs
import Records

/// The batch that some records of a member's topic come to, on its way into the log. All of it goes there before the state
/// takes it.
struct IngestBatch {
    /// A transaction that is to be sealed.
    struct Accepted {
        var transaction: Transaction
        var event: EventID
        var source: SourcePosition
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
    /// The state's rows of it.
    var rows = AgentState.Batch()
    private(set) var rejections: [NewRecord] = []
    private(set) var steps = [Step()]
    /// The source of the next label record.
    private var labelSource = SourcePosition(offset: 0)
    /// The names whose tokens it waits for; nil for a spec without tokens.
    var names: BoxTokens.Names?

    init(end: Int64) { self.end = end }

    /// The transactions that are to be sealed, in order.
    var accepted: [Accepted] { steps.flatMap(\.accepted) }

    /// Notes which record the next labels leave with.
    mutating func begin(_ record: SourcePosition) { labelSource = record }

    /// Appends a rejection; all of them leave with the first step.
    mutating func appendRejection(_ record: NewRecord) { rejections.append(record) }

    mutating func accept(_ transaction: Accepted) { steps[steps.count - 1].accepted.append(transaction) }

    /// Begins the next step where this one has transactions: labels that leave because event time went on stand behind them.
    mutating func closeStep() {
        if steps.last?.accepted.isEmpty == false { steps.append(Step()) }
    }

    /// Appends label records to this step.
    ///
    /// - Parameter seal: makes the records, of which the first has the given source.
    /// - Returns: how many there are.
    mutating func appendLabels(_ seal: (SourcePosition) -> [[UInt8]]) -> Int {
        let records = seal(labelSource)
        labelSource.index += records.count
        steps[steps.count - 1].labels += records.map { NewRecord(TopicPartition(Topics.labels), value: $0) }
        return records.count
    }
}
