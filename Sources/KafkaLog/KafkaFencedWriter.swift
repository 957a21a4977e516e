import Crdkafka
import EventLogs

/// A transactional producer: opening it fences every earlier one of its id (KIP-98).
final class KafkaFencedWriter: FencedWriter {
    private let id: String
    private let producer: KafkaProducer
    private let topics: KafkaTopics
    private let patience: Duration
    private var isFenced = false

    init(
        id: String, properties: [String: String], topics: KafkaTopics, statistics: KafkaStatistics, patience: Duration
    ) throws(LogError) {
        self.id = id
        self.topics = topics
        self.patience = patience
        producer = try KafkaProducer(
            properties: properties, transactional: id, statistics: statistics, patience: patience)
        do {
            try check(rd_kafka_init_transactions(producer.client.handle, patience.kafkaMilliseconds))
        } catch {
            guard case .unreachable(let reason) = error else { throw error }
            throw .unreachable(
                reason: "\(reason) (transactions of \(id); if all else works, see the brokers' "
                    + "transaction.state.log.replication.factor and transaction.state.log.min.isr)")
        }
    }

    func append(_ batch: [NewRecord], committing positions: [Position], group: String) throws(LogError) {
        guard !isFenced else { throw .fenced(writer: id) }
        for partition in Set(batch.map(\.partition) + positions.map(\.partition)) { try topics.require(partition) }
        try check(rd_kafka_begin_transaction(handle))
        do {
            _ = try producer.append(batch)
            try send(positions, group)
            try check(rd_kafka_commit_transaction(handle, patience.kafkaMilliseconds))
        } catch {
            // A transaction that is not committed is never seen; what aborting says adds nothing.
            if let error = rd_kafka_abort_transaction(handle, patience.kafkaMilliseconds) {
                rd_kafka_error_destroy(error)
            }
            throw fenced(error)
        }
    }

    private var handle: OpaquePointer { producer.client.handle }

    private func send(_ positions: [Position], _ group: String) throws(LogError) {
        let list = PartitionList(positions)
        let metadata = rd_kafka_consumer_group_metadata_new(group)
        defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
        try check(rd_kafka_send_offsets_to_transaction(handle, list.pointer, metadata, patience.kafkaMilliseconds))
    }

    private func check(_ error: OpaquePointer?) throws(LogError) {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        let code = rd_kafka_error_code(error)
        let words = String(cString: rd_kafka_error_string(error))
        if Self.fencing.contains(code.rawValue) {
            isFenced = true
            throw .fenced(writer: id)
        }
        if rd_kafka_error_is_retriable(error) != 0 || rd_kafka_error_txn_requires_abort(error) != 0 {
            throw .unreachable(reason: words)
        }
        throw producer.client.error(code, words: words)
    }

    /// A producer that was fenced fails in whatever it does next, by whatever name; the fatal error says why.
    private func fenced(_ error: LogError) -> LogError {
        let fatal = rd_kafka_fatal_error(handle, nil, 0)
        guard isFenced || Self.fencing.contains(fatal.rawValue) else { return error }
        isFenced = true
        return .fenced(writer: id)
    }

    private static let fencing = Set(
        [
            RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
        ].map(\.rawValue))
}
