import Crdkafka
import EventLogs
import Foundation
import Synchronization

/// What exists on the brokers: partition counts, remembered once known (they only grow).
final class KafkaTopics: Sendable {
    private let client: KafkaClient
    private let patience: Duration
    private let known = Mutex<[String: Int]>([:])

    init(client: KafkaClient, patience: Duration) {
        self.client = client
        self.patience = patience
    }

    /// Throws `.unknownTopic` or `.unknownPartition` before librdkafka would make it or wait for it.
    func require(_ partition: TopicPartition) throws(LogError) {
        if let count = known.withLock({ $0[partition.topic] }), (0..<count).contains(partition.partition) { return }
        guard (0..<(try count(of: partition.topic))).contains(partition.partition) else {
            throw .unknownPartition(partition)
        }
    }

    /// Asks the brokers how many partitions a topic has.
    func count(of topic: String) throws(LogError) -> Int {
        guard let handle = rd_kafka_topic_new(client.handle, topic, nil) else { throw .unknownTopic(topic) }
        defer { rd_kafka_topic_destroy(handle) }
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.handle, 0, handle, &answer, patience.kafkaMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer else {
            throw client.error(code, at: TopicPartition(topic))
        }
        defer { rd_kafka_metadata_destroy(answer) }
        guard answer.pointee.topic_cnt > 0, let found = answer.pointee.topics?.pointee else {
            throw .unknownTopic(topic)
        }
        guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw client.error(found.err, at: TopicPartition(topic))
        }
        guard found.partition_cnt > 0 else { throw .unknownTopic(topic) }
        let count = Int(found.partition_cnt)
        known.withLock { $0[topic] = count }
        return count
    }

    /// Every topic with its partitions and replicas; the brokers' own ("__") left out.
    func all() throws(LogError) -> [(name: String, partitions: Int, replication: Int)] {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.handle, 1, nil, &answer, patience.kafkaMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer else { throw client.error(code) }
        defer { rd_kafka_metadata_destroy(answer) }
        return UnsafeBufferPointer(start: answer.pointee.topics, count: Int(answer.pointee.topic_cnt)).compactMap {
            let name = String(cString: $0.topic)
            guard !name.hasPrefix("__") else { return nil }
            return (name, Int($0.partition_cnt), Int($0.partitions?.pointee.replica_cnt ?? 0))
        }
    }

    /// Waits until the brokers name topics just made: the controller's answer may come before theirs.
    func waitUntilVisible(_ topics: [TopicSettings]) throws(LogError) {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        for topic in topics {
            while true {
                do {
                    if try count(of: topic.name) >= topic.partitions { break }
                } catch {
                    guard clock.now < deadline else { throw error }
                }
                guard clock.now < deadline else {
                    throw .unreachable(reason: "the brokers don't name all partitions of \(topic.name) yet")
                }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }
}
