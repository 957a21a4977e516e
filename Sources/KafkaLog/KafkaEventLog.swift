import Crdkafka
package import EventLogs
import Synchronization

/// The log on Kafka: a thin wrapper over librdkafka.
///
/// What `append` returned for is acknowledged by all in-sync replicas. Offsets are the broker's, so a compacted topic
/// or a transaction of someone else's leaves gaps. Nothing here leans on broker transactions or on group membership:
/// positions are assigned by hand, and a group is only a name under which offsets are kept.
package final class KafkaEventLog: EventLog {
    private let properties: [String: String]
    private let patience: Duration
    private let control: KafkaClient
    private let topics: KafkaTopics
    private let producer: Mutex<KafkaProducer>
    private let groups = Mutex<[String: KafkaGroup]>([:])

    /// Connects in the background; a broker that is away shows in the first call that needs it.
    ///
    /// - Parameter properties: handed to librdkafka as they are, over the defaults in `KafkaProperties`.
    /// - Parameter patience: how long a call other than `append` and `next` waits for an answer. `append` is bounded by
    ///   librdkafka's `message.timeout.ms`.
    /// - Throws: `LogError.failed` with the property's name and librdkafka's words.
    package init(properties: [String: String], patience: Duration = .seconds(30)) throws(LogError) {
        self.properties = properties
        self.patience = patience
        try KafkaProperties.check(properties)
        control = try KafkaClient(RD_KAFKA_CONSUMER, KafkaProperties.consumer(properties))
        topics = KafkaTopics(client: control, patience: patience)
        producer = Mutex(try KafkaProducer(properties: properties, patience: patience))
    }

    /// Makes the topics that are missing and adds the partitions that are; the clean-up policy of a topic that exists
    /// already stays as it is. New topics get the broker's default replication.
    package func create(_ topics: [TopicSettings]) throws(LogError) {
        let admin = KafkaAdmin(client: control, patience: patience)
        for settings in try admin.create(topics) {
            let count = try self.topics.count(of: settings.name)
            if count < settings.partitions { try admin.grow(settings) }
        }
        try self.topics.waitUntilVisible(topics)
    }

    package func partitions(of topic: String) throws(LogError) -> Int {
        try topics.count(of: topic)
    }

    @discardableResult
    package func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        for partition in Set(batch.map(\.partition)) { try topics.require(partition) }
        return try soundProducer().append(batch)
    }

    package func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        for position in positions { try topics.require(position.partition) }
        return try KafkaReader(properties: properties, control: control, positions: positions, patience: patience)
    }

    package func end(of partition: TopicPartition) throws(LogError) -> Int64 {
        try topics.require(partition)
        return try control.end(partition, timeout: patience)
    }

    package func commit(_ positions: [Position], group: String) throws(LogError) {
        for position in positions { try topics.require(position.partition) }
        if !positions.isEmpty { try self.group(group).commit(positions) }
    }

    package func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        try topics.require(partition)
        return try self.group(group).committed(partition)
    }

    /// An idempotent producer that met a fatal error takes nothing more: a new one, with a new producer id, goes on.
    private func soundProducer() throws(LogError) -> KafkaProducer {
        try producer.withLock { (current) throws(LogError) in
            if current.hasFailed { current = try KafkaProducer(properties: properties, patience: patience) }
            return current
        }
    }

    private func group(_ name: String) throws(LogError) -> KafkaGroup {
        try groups.withLock { (groups) throws(LogError) in
            if let known = groups[name] { return known }
            let group = try KafkaGroup(name: name, properties: properties, patience: patience)
            groups[name] = group
            return group
        }
    }
}
