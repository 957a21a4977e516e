import Crdkafka
import EventLogs

/// Appends batches and waits for their delivery reports. Any number of threads may append at once.
final class KafkaProducer: Sendable {
    let client: KafkaClient
    private let poller: KafkaPoller
    private let patience: Duration

    /// - Parameter transactional: the id of a transactional producer; nil for a plain idempotent one.
    init(
        properties: [String: String], transactional: String? = nil, statistics: KafkaStatistics, patience: Duration
    ) throws(LogError) {
        var properties = KafkaProperties.producer(properties)
        properties["transactional.id"] = transactional
        let role = transactional == nil ? KafkaStatistics.Role.producer : .writer
        client = try KafkaClient(RD_KAFKA_PRODUCER, properties, figures: (statistics, role)) { configuration in
            rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, _ in
                guard let report = message?.pointee, let tag = report._private else { return }
                DeliveryBatch.report(tag, code: report.err, offset: report.offset)
            }
        }
        poller = KafkaPoller(client)
        self.patience = patience
    }

    /// A fatal error came in: this producer takes nothing more.
    var hasFailed: Bool { rd_kafka_fatal_error(client.handle, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR }

    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        guard !batch.isEmpty else { return [] }
        let delivery = DeliveryBatch(count: batch.count)
        var refused: LogError?
        for (index, record) in batch.enumerated() {
            do {
                try enqueue(record, tag: delivery.tag(index))
            } catch {
                refused = error
                delivery.close(batch.count - index)
                break
            }
        }
        // Also after a refusal: reports of the records before it still point into `delivery`.
        return try withExtendedLifetime(delivery) { () throws(LogError) in
            let slots = delivery.wait()
            if let refused { throw refused }
            var positions: [Position] = []
            positions.reserveCapacity(batch.count)
            for (record, slot) in zip(batch, slots) {
                guard slot.code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                    throw failure(slot.code, record.partition)
                }
                guard slot.offset >= 0 else {
                    throw .unreachable(reason: "\(record.partition): appended, but the broker didn't say where")
                }
                positions.append(Position(record.partition, slot.offset))
            }
            return positions
        }
    }

    /// Hands one record to librdkafka; where its queue is full, sends and waits first.
    private func enqueue(_ record: NewRecord, tag: UnsafeMutableRawPointer) throws(LogError) {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while true {
            switch produce(record, tag: tag) {
            case (RD_KAFKA_RESP_ERR_NO_ERROR, _): return
            case (RD_KAFKA_RESP_ERR__QUEUE_FULL, let words):
                guard clock.now < deadline else { throw .unreachable(reason: words) }
                rd_kafka_flush(client.handle, 100)
            case (RD_KAFKA_RESP_ERR__FATAL, _): throw failure(RD_KAFKA_RESP_ERR__FATAL, record.partition)
            case (let code, let words): throw client.error(code, at: record.partition, words: words)
            }
        }
    }

    private func produce(
        _ record: NewRecord, tag: UnsafeMutableRawPointer
    ) -> (code: rd_kafka_resp_err_t, words: String) {
        let headers = rd_kafka_headers_new(record.headers.count)
        for header in record.headers {
            rd_kafka_header_add(headers, header.name, -1, header.value, header.value.count)
        }
        let error = record.partition.topic.withCString { topic in
            Self.lend(record.key) { key in
                Self.lend(record.value) { value in
                    var fields = [rd_kafka_vu_t](repeating: rd_kafka_vu_t(), count: 7)
                    fields[0].vtype = RD_KAFKA_VTYPE_TOPIC
                    fields[0].u.cstr = topic
                    fields[1].vtype = RD_KAFKA_VTYPE_PARTITION
                    fields[1].u.i32 = Int32(clamping: record.partition.partition)
                    fields[2].vtype = RD_KAFKA_VTYPE_KEY
                    fields[2].u.mem = .init(ptr: key.pointer, size: key.count)
                    fields[3].vtype = RD_KAFKA_VTYPE_VALUE
                    fields[3].u.mem = .init(ptr: value.pointer, size: value.count)
                    fields[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS
                    fields[4].u.i = RD_KAFKA_MSG_F_COPY
                    fields[5].vtype = RD_KAFKA_VTYPE_OPAQUE
                    fields[5].u.ptr = tag
                    fields[6].vtype = RD_KAFKA_VTYPE_HEADERS
                    fields[6].u.headers = headers
                    return rd_kafka_produceva(client.handle, fields, fields.count)
                }
            }
        }
        guard let error else { return (RD_KAFKA_RESP_ERR_NO_ERROR, "") }
        defer { rd_kafka_error_destroy(error) }
        // librdkafka owns the headers only of what it took.
        rd_kafka_headers_destroy(headers)
        return (rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error)))
    }

    private func failure(_ code: rd_kafka_resp_err_t, _ partition: TopicPartition) -> LogError {
        guard hasFailed else { return client.error(code, at: partition) }
        var words = [CChar](repeating: 0, count: 512)
        rd_kafka_fatal_error(client.handle, &words, words.count)
        // The next append makes a new producer, so trying again is right.
        return .unreachable(reason: "\(partition): the producer gave up: \(KafkaClient.text(words))")
    }

    /// Lends bytes for the call; a null pointer means none at all, so empty bytes need one that isn't null.
    private static func lend<T>(
        _ bytes: [UInt8]?, _ body: ((pointer: UnsafeMutableRawPointer?, count: Int)) -> T
    ) -> T {
        guard let bytes else { return body((nil, 0)) }
        guard bytes.isEmpty else {
            return bytes.withUnsafeBytes { body((UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count)) }
        }
        return withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { body(($0.baseAddress, 0)) }
    }
}
