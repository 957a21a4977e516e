package import EventLogs
package import Keys
package import Logging
package import Records
package import Telemetry
import ThreeParty

/// One partition of a member's transactions on their way to the parties, on a thread of its own:
///
///     parse → validate → deduplicate → windows → quantise → share → seal
///
/// What can't be used goes to `<member>.rejected`, and the stream goes on.
package final class IngestPipeline {
    private let member: MemberID
    private let log: any EventLog
    private let state: AgentState
    private let parser: RecordParser
    private let rules: ValidationRules
    private let sealer: any TransactionSealing
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

    package init(
        member: MemberID, log: any EventLog, state: AgentState, mapping: Mapping, rules: ValidationRules,
        sealer: any TransactionSealing, recipient: HPKEPublicKey, batchSize: Int = 512,
        metrics: Metrics, logger: Logger
    ) throws(LogError) {
        self.member = member
        self.log = log
        self.state = state
        parser = RecordParser(mapping: mapping)
        self.rules = rules
        self.sealer = sealer
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
                try process(Array(next))
            }
            if !records.isEmpty, records.count < batchSize { Beat.agents.rest() }
        }
        try state.keep()
        try position.tell()
    }

    private func process(_ records: [LogRecord]) throws(LogError) {
        var batch = AgentState.Batch()
        var output: [NewRecord] = []
        for record in records {
            var isOriginalKept = false
            for part in parser.parts(record.value ?? []) {
                let source = SourcePosition(
                    partition: source.partition, offset: record.position.offset, index: part.index)
                do throws(Refusal) {
                    try take(part, record, source, &batch, &output)
                } catch {
                    switch error {
                    case .failed(let trouble): throw trouble
                    case .rejected(let rejection):
                        guard source.offset >= known else { continue }
                        output.append(rejected(record, source, rejection, withOriginal: !isOriginalKept))
                        isOriginalKept = true
                    }
                }
            }
        }
        // The log first: after a crash the batch is read again, and its repeats have the same source positions.
        try log.append(output)
        let end = records[records.count - 1].position.offset + 1
        state.take(batch, ingested: end)
        try position.reach(end)
    }

    /// Why a part of a record goes no further: what is wrong with it, or with the state.
    private enum Refusal: Error {
        case rejected(Rejection)
        case failed(LogError)
    }

    private func take(
        _ part: RecordPart, _ record: LogRecord, _ source: SourcePosition, _ batch: inout AgentState.Batch,
        _ output: inout [NewRecord]
    ) throws(Refusal) {
        switch part.result {
        case .failure(let rejection): throw .rejected(rejection)
        case .success(.transaction(let valid)):
            do { try ingest(valid.transaction, record, source, &batch, &output) } catch { throw .rejected(error) }
        case .success(.verdict(let verdict)): try confirm(verdict, &batch)
        case .success(.outcome(let outcome)):
            if outcome.tellsFraud {
                try confirm(Verdict(transaction: outcome.transaction, fraud: true), &batch)
            }
            metrics.add(1, to: "cordon_outcomes_total", .init("kind", outcome.kind.rawValue))
        }
    }

    private func confirm(_ verdict: Verdict, _ batch: inout AgentState.Batch) throws(Refusal) {
        let isKnown: Bool
        do { isKnown = try state.confirm(verdict, in: &batch) } catch { throw .failed(error) }
        guard isKnown else { throw .rejected(Rejection(reason: .unknownTransaction, field: nil)) }
        metrics.add(1, to: "cordon_labels_total")
    }

    private func ingest(
        _ transaction: Transaction, _ record: LogRecord, _ source: SourcePosition, _ batch: inout AgentState.Batch,
        _ output: inout [NewRecord]
    ) throws(Rejection) {
        let marks = try rules.check(transaction, received: record.timestamp)
        let event = sealer.eventID(transaction.id)
        guard
            let seen = try state.observe(
                transaction, at: source, event: event, received: record.timestamp, marks: marks, in: &batch)
        else {
            metrics.add(1, to: "cordon_duplicates_total")
            return
        }
        guard source.offset >= known else { return }
        for mark in seen.isLate ? marks + [.late] : marks {
            metrics.add(1, to: "cordon_transactions_marked_total", .init("mark", mark.rawValue))
        }
        let sealed = sealer.seal(transaction, event: event, features: seen.features, source: source)
        let partition = Int(event.bytes[0]) << 8 | Int(event.bytes[1])
        output.append(NewRecord(TopicPartition(Topics.sealed, partition % sealedPartitions), value: sealed))
        metrics.add(1, to: "cordon_transactions_sealed_total")
        metrics.add(sealed.count, to: "cordon_sealed_bytes_total")
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
