package import EventLogs
package import Keys
package import Logging
package import Records
package import Telemetry
import ThreeParty

/// One partition of a member's transactions on their way to the parties, on a thread of its own:
///
///     parse → validate → deduplicate → windows → tokens → quantise → share → seal
///
/// What can't be used goes to `<member>.rejected`, and the stream goes on. Where the spec has features of the consortium, what
/// became of earlier transactions goes to `consortium.labels`.
package final class IngestPipeline {
    private let member: MemberID
    private let log: any EventLog
    private let state: AgentState
    private let parser: RecordParser
    private let rules: ValidationRules
    private let sealer: any TransactionSealing
    private let consortium: ConsortiumFeed?
    private let recipient: HPKEPublicKey
    private let metrics: Metrics
    private let logger: Logger
    private let source: TopicPartition
    private let reader: any LogReader
    private let sealedPartitions: Int
    private let batchSize: Int
    /// Everything below was in the log when an agent without state began: it fills the windows again, and goes no further.
    private let known: Int64
    private var position: GroupPosition

    /// The name that a member's agents keep their position under.
    package static func group(_ member: MemberID) -> String { "\(member).ingest" }

    /// - Parameter consortium: belongs to a spec with features of the consortium, and to no other.
    package init(
        member: MemberID, log: any EventLog, state: AgentState, mapping: Mapping, rules: ValidationRules,
        sealer: any TransactionSealing, consortium: ConsortiumFeed? = nil, recipient: HPKEPublicKey,
        batchSize: Int = 512, metrics: Metrics, logger: Logger
    ) throws(LogError) {
        precondition(state.tellsLabels == (consortium != nil), "tokens and labels where the spec asks for them")
        self.member = member
        self.log = log
        self.state = state
        parser = RecordParser(mapping: mapping)
        self.rules = rules
        self.sealer = sealer
        self.consortium = consortium
        self.recipient = recipient
        self.batchSize = batchSize
        self.metrics = metrics
        self.logger = logger
        source = state.transactions
        position = GroupPosition(of: state.transactions, group: Self.group(member), in: log)
        sealedPartitions = try log.partitions(of: Topics.sealed)
        if let ingested = state.ingested {
            known = 0
            reader = try log.reader(at: [Position(source, ingested)])
        } else {
            known = try log.committed(source, group: Self.group(member)) ?? 0
            reader = try log.reader(at: [Position(source, try log.earliest(of: source))])
        }
    }

    package func run(until stop: () -> Bool) throws(LogError) {
        // Longer than a transaction waits for its score: then most are never written down.
        var keeping = Throttle(.milliseconds(500))
        while !stop() {
            let records = try reader.next(limit: batchSize, timeout: .milliseconds(200))
            if keeping.isDue() { try state.keep() }
            if records.isEmpty { try position.tell() }
            var rest = records[...]
            while !rest.isEmpty {
                // Some megabytes at a time: a message may hold thousands of transactions.
                var bytes = 0
                let next = rest.prefix { record in
                    defer { bytes += record.value?.count ?? 0 }
                    return bytes < RecordParser.messageLimit
                }
                rest = rest.dropFirst(next.count)
                // What windows took in and the log has not is not to be kept: a successor reads it again.
                guard try process(Array(next), until: stop) else { return }
            }
            if !records.isEmpty, records.count < batchSize { Beat.agents.rest() }
        }
        try state.keep()
        try position.tell()
    }

    /// What some records come to.
    private struct Turn {
        var batch = AgentState.Batch()
        var rejected: [NewRecord] = []
        var steps = [Step()]
        /// The source of the next label record.
        var label = SourcePosition(offset: 0)

        var accepted: [Accepted] { steps.flatMap(\.accepted) }
    }

    /// What goes into the log at once. Labels leave after the events that they are of, and before the transactions whose windows
    /// hold those.
    private struct Step {
        var labels: [NewRecord] = []
        var accepted: [Accepted] = []
    }

    /// A transaction that is to be sealed.
    private struct Accepted {
        var transaction: Transaction
        var event: EventID
        var source: SourcePosition
        var features: [Double]
    }

    /// False where it was told to stop before there were tokens: then nothing of these records is in the log.
    private func process(_ records: [LogRecord], until stop: () -> Bool) throws(LogError) -> Bool {
        var turn = Turn()
        for record in records { try take(record, &turn) }
        guard var tokens = try tokens(of: turn.accepted, until: stop)?[...] else { return false }
        // The log first: after a crash the batch is read again, and its repeats have the same source positions.
        for (number, step) in turn.steps.enumerated() {
            let sealed = zip(step.accepted, tokens).map { seal($0, $1) }
            tokens = tokens.dropFirst(sealed.count)
            try log.append((number == 0 ? turn.rejected : []) + step.labels + sealed)
        }
        let end = records[records.count - 1].position.offset + 1
        state.take(turn.batch, ingested: end)
        try position.reach(end)
        return true
    }

    /// What the boxes carry of tokens, one a transaction; nil where `stop` was first.
    private func tokens(of accepted: [Accepted], until stop: () -> Bool) throws(LogError) -> [BoxedTokens]? {
        guard let consortium else { return accepted.map { _ in .none } }
        return try consortium.tokens.bytes(for: accepted.map(\.transaction), until: stop)
    }

    private func seal(_ accepted: Accepted, _ tokens: BoxedTokens) -> NewRecord {
        let sealed = sealer.seal(
            accepted.transaction, event: accepted.event, features: accepted.features, tokens: tokens,
            source: accepted.source)
        metrics.add(1, to: "cordon_transactions_sealed_total")
        metrics.add(sealed.count, to: "cordon_sealed_bytes_total")
        let partition = Int(accepted.event.bytes[0]) << 8 | Int(accepted.event.bytes[1])
        return NewRecord(TopicPartition(Topics.sealed, partition % sealedPartitions), value: sealed)
    }

    /// Why a part of a record goes no further: what is wrong with it, or with the state.
    private enum Refusal: Error {
        case rejected(Rejection)
        case failed(LogError)
    }

    private func take(_ record: LogRecord, _ turn: inout Turn) throws(LogError) {
        var isOriginalKept = false
        turn.label = SourcePosition(partition: source.partition, offset: record.position.offset)
        for part in parser.parts(record.value ?? []) {
            let source = SourcePosition(
                partition: source.partition, offset: record.position.offset, index: part.index)
            do throws(Refusal) {
                try take(part, record, source, &turn)
            } catch {
                switch error {
                case .failed(let trouble): throw trouble
                case .rejected(let rejection):
                    guard source.offset >= known else { continue }
                    turn.rejected.append(rejected(record, source, rejection, withOriginal: !isOriginalKept))
                    isOriginalKept = true
                }
            }
        }
    }

    private func take(
        _ part: RecordPart, _ record: LogRecord, _ source: SourcePosition, _ turn: inout Turn
    ) throws(Refusal) {
        switch part.result {
        case .failure(let rejection): throw .rejected(rejection)
        case .success(.transaction(let valid)):
            do { try observe(valid.transaction, record, source, &turn) } catch { throw .rejected(error) }
        case .success(.verdict(let verdict)): try confirm(verdict, &turn)
        case .success(.outcome(let outcome)):
            if outcome.tellsFraud {
                try confirm(Verdict(transaction: outcome.transaction, fraud: true), &turn)
            }
            metrics.add(1, to: "cordon_outcomes_total", .init("kind", outcome.kind.rawValue))
        case .success(.watermark(let time)):
            do { try rules.check(watermark: time, received: record.timestamp) } catch { throw .rejected(error) }
            state.pass(time, in: &turn.batch)
            release(&turn)
            metrics.add(1, to: "cordon_watermarks_total")
        }
    }

    private func confirm(_ verdict: Verdict, _ turn: inout Turn) throws(Refusal) {
        let confirmation: AgentState.Confirmation
        do { confirmation = try state.confirm(verdict, in: &turn.batch) } catch { throw .failed(error) }
        switch confirmation {
        case .taken:
            metrics.add(1, to: "cordon_labels_total")
            tell(turn.batch.takeLabels(), &turn)
        case .unknown: throw .rejected(Rejection(reason: .unknownTransaction, field: nil))
        case .repeated: throw .rejected(Rejection(reason: .reversalRepeated, field: nil))
        }
    }

    private func observe(
        _ transaction: Transaction, _ record: LogRecord, _ source: SourcePosition, _ turn: inout Turn
    ) throws(Rejection) {
        let marks = try rules.check(transaction, received: record.timestamp)
        let event = sealer.eventID(state.id(of: transaction.id))
        guard
            let seen = try state.observe(
                transaction, at: source, event: event, received: record.timestamp, marks: marks, in: &turn.batch)
        else {
            metrics.add(1, to: "cordon_duplicates_total")
            return
        }
        release(&turn)
        guard source.offset >= known else { return }
        for mark in seen.isLate ? marks + [.late] : marks {
            metrics.add(1, to: "cordon_transactions_marked_total", .init("mark", mark.rawValue))
        }
        turn.steps[turn.steps.count - 1].accepted.append(
            Accepted(transaction: transaction, event: event, source: source, features: seen.features))
    }

    /// The labels that leave because event time went on.
    private func release(_ turn: inout Turn) {
        let labels = turn.batch.takeLabels()
        guard !labels.isEmpty else { return }
        if turn.steps.last?.accepted.isEmpty == false { turn.steps.append(Step()) }
        tell(labels, &turn)
    }

    /// Says what became of events.
    private func tell(_ labels: [DueLabel], _ turn: inout Turn) {
        guard let consortium, !labels.isEmpty, turn.label.offset >= known else { return }
        let records = consortium.labels.records(labels, source: turn.label)
        turn.label.index += records.count
        turn.steps[turn.steps.count - 1].labels += records.map {
            NewRecord(TopicPartition(Topics.labels), value: $0)
        }
        metrics.add(labels.count, to: "cordon_labels_told_total")
        metrics.add(records.count, to: "cordon_label_records_total")
    }

    /// - Parameter withOriginal: the record's bytes go with the first of its parts that is rejected.
    private func rejected(
        _ record: LogRecord, _ source: SourcePosition, _ rejection: Rejection, withOriginal: Bool
    ) -> NewRecord {
        metrics.add(1, to: "cordon_rejected_total", .init("reason", rejection.reason.rawValue))
        let wire = RejectedRecord.make(
            reason: rejection.reason.rawValue, field: rejection.field, stage: "ingest", member: member,
            origin: .init(
                topic: self.source.topic, partition: source.partition, offset: source.offset, index: source.index),
            original: withOriginal ? record.value ?? [] : nil, recipient: recipient)
        return NewRecord(TopicPartition(Topics.rejected(member)), value: wire.encoded)
    }
}

/// What goes to the parties of a spec with features of the consortium, beside the shares of a member's own.
package struct ConsortiumFeed {
    package var tokens: BoxTokens
    package var labels: LabelSealer

    package init(tokens: BoxTokens, labels: LabelSealer) {
        self.tokens = tokens
        self.labels = labels
    }
}
