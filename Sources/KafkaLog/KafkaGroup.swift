import Crdkafka
import EventLogs

/// The committed offsets of one group name. It joins nothing, so processes that share the name don't disturb each
/// other.
final class KafkaGroup: Sendable {
    private let client: KafkaClient
    private let patience: Duration

    init(name: String, properties: [String: String], patience: Duration) throws(LogError) {
        client = try KafkaClient(RD_KAFKA_CONSUMER, KafkaProperties.consumer(properties, group: name))
        self.patience = patience
    }

    func commit(_ positions: [Position]) throws(LogError) {
        if let bad = positions.first(where: { $0.offset < 0 }) {
            throw .failed(reason: "\(bad.offset) is not an offset of \(bad.partition)")
        }
        let list = PartitionList(positions)
        let queue = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        // Through a queue, because the plain synchronous call has no time-out.
        let sent = rd_kafka_commit_queue(client.handle, list.pointer, queue, nil, nil)
        guard sent == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error(sent) }
        guard let event = rd_kafka_queue_poll(queue, patience.kafkaMilliseconds) else {
            throw client.error(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw client.error(code, words: String(cString: rd_kafka_event_error_string(event)))
        }
        if let answers = rd_kafka_event_topic_partition_list(event) { try check(answers) }
    }

    func committed(_ partition: TopicPartition) throws(LogError) -> Int64? {
        let list = PartitionList([Position(partition, Int64(RD_KAFKA_OFFSET_INVALID))])
        let code = rd_kafka_committed(client.handle, list.pointer, patience.kafkaMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error(code, at: partition) }
        try check(list.pointer)
        return list.pointer.elements.first.flatMap { $0.offset >= 0 ? $0.offset : nil }
    }

    private func check(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws(LogError) {
        for element in list.elements where element.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw client.error(
                element.err, at: TopicPartition(String(cString: element.topic), Int(element.partition)))
        }
    }
}
