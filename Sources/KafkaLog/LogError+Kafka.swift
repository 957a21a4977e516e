import Crdkafka
import EventLogs

extension LogError {
    /// - Parameter partition: what the call was about.
    /// - Parameter words: librdkafka's words for this very error, where it has more than the code's.
    /// - Parameter connection: what its connections last reported; added where no broker answered.
    init(
        _ code: rd_kafka_resp_err_t, at partition: TopicPartition?, words: String? = nil, connection: String? = nil
    ) {
        let text = words ?? String(cString: rd_kafka_err2str(code))
        switch code {
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
            RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            self = partition.map { .unknownTopic($0.topic) } ?? .failed(reason: text)
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            self = partition.map { .unknownPartition($0) } ?? .failed(reason: text)
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
            RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__UNKNOWN_BROKER:
            self = .unreachable(reason: connection.map { "\(text) (\($0))" } ?? text)
        case let code where Self.passing.contains(code.rawValue): self = .unreachable(reason: text)
        default: self = .failed(reason: partition.map { "\($0): \(text)" } ?? text)
        }
    }

    /// A broker's answers that another attempt may not meet: elections, overload, slow replicas; or what went with an aborted
    /// transaction.
    private static let passing = Set(
        [
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
            RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, RD_KAFKA_RESP_ERR__PURGE_QUEUE,
            RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
        ].map(\.rawValue))
}

extension Duration {
    /// Whole milliseconds as librdkafka takes them: rounded up, from 0 to about 24 days.
    var kafkaMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard self > .zero else { return 0 }
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
