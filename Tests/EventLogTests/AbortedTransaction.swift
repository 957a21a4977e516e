import Crdkafka
import EventLogs
import Foundation

/// A transaction that is aborted when its records are in the log. No `FencedWriter` makes one on purpose; a process that is
/// killed between appending and committing does.
struct AbortedTransaction {
    private let client: OpaquePointer

    struct Failure: Error {
        let reason: String
    }

    /// - Parameters:
    ///   - batch: half of it is in the log before `meanwhile` is called, half afterwards.
    ///   - id: the writer's; its producer keeps its number, and the next writer of the id goes on under it.
    static func append(
        _ batch: [NewRecord], as id: String, bootstrap: String, meanwhile: () throws -> Void
    ) throws {
        let transaction = try AbortedTransaction(id, bootstrap)
        defer { rd_kafka_destroy(transaction.client) }
        try check(rd_kafka_init_transactions(transaction.client, 60_000))
        try check(rd_kafka_begin_transaction(transaction.client))
        try transaction.append(batch.prefix(batch.count / 2))
        try meanwhile()
        try transaction.append(batch.dropFirst(batch.count / 2))
        try check(rd_kafka_abort_transaction(transaction.client, 60_000))
    }

    private init(_ id: String, _ bootstrap: String) throws {
        var words = [CChar](repeating: 0, count: 512)
        let configuration = rd_kafka_conf_new()
        for (name, value) in ["bootstrap.servers": bootstrap, "transactional.id": id, "log_level": "2"] {
            rd_kafka_conf_set(configuration, name, value, nil, 0)
        }
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &words, words.count) else {
            rd_kafka_conf_destroy(configuration)
            throw Failure(reason: "rd_kafka_new")
        }
        self.client = client
    }

    /// Returns when the records are in the log.
    private func append(_ batch: some Collection<NewRecord>) throws {
        for record in batch {
            let topic = rd_kafka_topic_new(client, record.partition.topic, nil)
            defer { rd_kafka_topic_destroy(topic) }
            var value = record.value ?? []
            let code = rd_kafka_produce(
                topic, Int32(record.partition.partition), RD_KAFKA_MSG_F_COPY, &value, value.count, nil, 0, nil)
            guard code == 0 else { throw Failure(reason: String(cString: rd_kafka_err2str(rd_kafka_last_error()))) }
        }
        let code = rd_kafka_flush(client, 60_000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw Failure(reason: String(cString: rd_kafka_err2str(code))) }
    }

    private static func check(_ error: OpaquePointer?) throws {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw Failure(reason: String(cString: rd_kafka_error_string(error)))
    }
}
