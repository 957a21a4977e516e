import EventLogs
import Formats
import Keys
import Records
import Sealing
import Telemetry

/// The intake of records: what the steps of ingest before tokens make of each,
///
///     parse → validate → deduplicate → windows
///
/// It changes the state's memory and the batch, and appends nothing.
final class RecordIntake {
    private let member: MemberID
    private let state: AgentState
    private let parser: RecordParser
    private let rules: ValidationRules
    private let sealer: any TransactionSealing
    private let labels: LabelSealer?
    private let recipient: () -> HPKEPublicKey
    private let metrics: Metrics
    private let sealedPartitions: Int
    /// The offset from which on records lead to others. Everything below was in the log when an agent without state began: it
    /// fills the windows again, and goes no further.
    private let start: Int64

    init(
        member: MemberID, state: AgentState, mapping: Mapping, rules: ValidationRules, sealer: any TransactionSealing,
        labels: LabelSealer?, recipient: @escaping () -> HPKEPublicKey, start: Int64, sealedPartitions: Int,
        metrics: Metrics
    ) {
        self.member = member
        self.state = state
        parser = RecordParser(mapping: mapping)
        self.rules = rules
        self.sealer = sealer
        self.labels = labels
        self.recipient = recipient
        self.start = start
        self.sealedPartitions = sealedPartitions
        self.metrics = metrics
    }

    /// The reason why a part of a record goes no further: it is rejected, or the state failed.
    private enum Refusal: Error {
        case rejected(Rejection)
        case failed(LogError)
    }

    /// Applies all parts of a record to state and batch.
    func apply(_ record: LogRecord, to batch: inout IngestBatch) throws(LogError) {
        var isOriginalKept = false
        var source = SourcePosition(partition: state.transactions.partition, offset: record.position.offset)
        batch.begin(source)
        let place =
            parser.needsPlaces
            ? RecordPlace("\(state.transactions.topic)/\(source.partition)/\(source.offset)") : nil
        for part in parser.parts(record.value ?? [], at: place) {
            source.index = part.index
            do throws(Refusal) {
                try apply(part, of: record, source, to: &batch)
            } catch {
                switch error {
                case .failed(let trouble): throw trouble
                case .rejected(let rejection):
                    guard source.offset >= start else { continue }
                    batch.appendRejection(rejected(record, source, rejection, withOriginal: !isOriginalKept))
                    isOriginalKept = true
                }
            }
        }
    }

    private func apply(
        _ part: RecordPart, of record: LogRecord, _ source: SourcePosition, to batch: inout IngestBatch
    ) throws(Refusal) {
        switch part.result {
        case .failure(let rejection): throw .rejected(rejection)
        case .success(.transaction(let valid)):
            do { try observe(valid, record, source, &batch) } catch { throw .rejected(error) }
        case .success(.verdict(let verdict)): try confirm(verdict, source, &batch)
        case .success(.outcome(let outcome)):
            if outcome.tellsFraud {
                try confirm(Verdict(transaction: outcome.transaction, fraud: true), source, &batch)
            }
            metrics.add(1, to: .outcomes, .init("kind", outcome.kind.rawValue))
        case .success(.watermark(let time)):
            do { try rules.check(watermark: time, received: record.timestamp) } catch { throw .rejected(error) }
            release(state.pass(time, in: &batch.rows), source, &batch)
            metrics.add(1, to: .watermarks)
        case .success(.leftOut(let reason)): metrics.add(1, to: .recordsLeftOut, .init("reason", reason.rawValue))
        }
    }

    private func observe(
        _ valid: ValidTransaction, _ record: LogRecord, _ source: SourcePosition, _ batch: inout IngestBatch
    ) throws(Rejection) {
        let transaction = valid.transaction
        let marks = try rules.check(transaction, faults: valid.faults, received: record.timestamp)
        let event = sealer.eventID(state.id(of: transaction.id))
        guard
            let seen = try state.observe(
                transaction, at: source, event: event, received: record.timestamp, marks: marks, in: &batch.rows)
        else {
            metrics.add(1, to: .duplicates)
            return
        }
        release(seen.labels, source, &batch)
        let partition = event.partition(of: sealedPartitions)
        guard source.offset >= start else { return batch.pass(transactionAt: source, for: partition) }
        for mark in seen.isLate ? marks + [.late] : marks {
            metrics.add(1, to: .transactionsMarked, .init("mark", mark.rawValue))
        }
        batch.accept(transaction, event, at: source, for: partition, seen.features)
    }

    private func confirm(
        _ verdict: Verdict, _ source: SourcePosition, _ batch: inout IngestBatch
    ) throws(Refusal) {
        let confirmation: AgentState.Confirmation
        do { confirmation = try state.confirm(verdict, in: &batch.rows) } catch { throw .failed(error) }
        switch confirmation {
        case .applied(let correction):
            metrics.add(1, to: .labelsTaken)
            if let correction { appendLabels([correction], source, &batch) }
        case .unknown: throw .rejected(Rejection(reason: .unknownTransaction, field: nil))
        case .repeated: throw .rejected(Rejection(reason: .reversalRepeated, field: nil))
        }
    }

    /// The labels that leave because event time went on stand behind the transactions so far.
    private func release(_ labels: [DueLabel], _ source: SourcePosition, _ batch: inout IngestBatch) {
        guard !labels.isEmpty else { return }
        batch.closeStep()
        appendLabels(labels, source, &batch)
    }

    private func appendLabels(_ due: [DueLabel], _ source: SourcePosition, _ batch: inout IngestBatch) {
        guard let labels else { return }
        let records = labels.records(due, source: batch.labelSource)
        guard source.offset >= start else { return batch.pass(labels: records) }
        batch.appendLabels(records) { labels.seal($0, after: $1) }
        metrics.add(due.count, to: .labelsTold)
        metrics.add(records.count, to: .labelRecords)
    }

    /// - Parameter withOriginal: the record's bytes go with the first of its parts that is rejected.
    private func rejected(
        _ record: LogRecord, _ source: SourcePosition, _ rejection: Rejection, withOriginal: Bool
    ) -> NewRecord {
        metrics.add(1, to: .recordsRejected, .init("reason", rejection.reason.rawValue))
        let wire = RejectedRecord.make(
            reason: rejection.reason.rawValue, field: rejection.field, stage: "ingest", member: member,
            origin: .init(
                topic: state.transactions.topic, partition: source.partition, offset: source.offset,
                index: source.index),
            original: withOriginal ? record.value ?? [] : nil, recipient: withOriginal ? recipient() : nil)
        return NewRecord(TopicPartition(Topics.rejected(member)), value: wire.encoded)
    }
}
