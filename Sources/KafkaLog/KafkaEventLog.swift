import Crdkafka
package import EventLogs
import Synchronization

/// The log on Kafka: a thin wrapper over librdkafka.
///
/// What `append` returned for is acknowledged by all in-sync replicas. Offsets are the broker's, so a compacted topic
/// or a transaction leaves gaps. Readers assign their positions by hand and see committed records only.
package final class KafkaEventLog: EventLog {
    private let properties: [String: String]
    private let patience: Duration
    private let control: KafkaClient
    private let known: KafkaTopics
    private let producer: Mutex<KafkaProducer>
    private let groups = Mutex<[String: KafkaGroup]>([:])
    private let figures = KafkaStatistics()

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
        known = KafkaTopics(client: control, patience: patience)
        producer = Mutex(try KafkaProducer(properties: properties, statistics: figures, patience: patience))
    }

    /// Makes the topics that are missing and adds the partitions that are; the clean-up policy of a topic that exists
    /// already stays as it is. New topics get the broker's default replication.
    package func create(_ topics: [TopicSettings]) throws(LogError) {
        let admin = KafkaAdmin(client: control, patience: patience)
        for settings in try admin.create(topics) {
            let count = try known.count(of: settings.name)
            if count < settings.partitions { try admin.grow(settings) }
        }
        try known.waitUntilVisible(topics)
    }

    package func topics() throws(LogError) -> [TopicSettings] {
        let all = try known.all().sorted { $0.name < $1.name }
        let settings = try KafkaAdmin(client: control, patience: patience).describe(all.map(\.name))
        return all.map {
            TopicSettings(
                name: $0.name, partitions: $0.partitions, replication: $0.replication,
                configuration: settings[$0.name] ?? [:])
        }
    }

    package func settings(of topic: String) throws(LogError) -> TopicSettings {
        let count = try known.count(of: topic)
        let found = try KafkaAdmin(client: control, patience: patience).describe([topic])
        return TopicSettings(name: topic, partitions: count, replication: nil, configuration: found[topic] ?? [:])
    }

    package func partitions(of topic: String) throws(LogError) -> Int {
        try known.count(of: topic)
    }

    @discardableResult
    package func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        for partition in Set(batch.map(\.partition)) { try known.require(partition) }
        return try soundProducer().append(batch)
    }

    package func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        for position in positions { try known.require(position.partition) }
        return try KafkaReader(
            properties: properties, control: control, positions: positions, statistics: figures, patience: patience)
    }

    package func earliest(of partition: TopicPartition) throws(LogError) -> Int64 {
        try known.require(partition)
        return try control.earliest(partition, timeout: patience)
    }

    package func end(of partition: TopicPartition) throws(LogError) -> Int64 {
        try known.require(partition)
        return try control.end(partition, timeout: patience)
    }

    package func commit(_ positions: [Position], group: String) throws(LogError) {
        for position in positions { try known.require(position.partition) }
        if !positions.isEmpty { try self.group(group).commit(positions) }
    }

    package func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        try known.require(partition)
        return try self.group(group).committed(partition)
    }

    package func join(_ settings: GroupSettings) throws(LogError) -> any GroupMember {
        for topic in settings.topics { _ = try known.count(of: topic) }
        return try KafkaGroupMember(settings, properties: properties, patience: patience)
    }

    package func writer(id: String) throws(LogError) -> any FencedWriter {
        try KafkaFencedWriter(
            id: id, properties: properties, topics: known, statistics: figures, patience: patience)
    }

    package func statistics() -> [LogStatistic] { figures.figures }

    /// An idempotent producer that met a fatal error takes nothing more: a new one, with a new producer id, goes on.
    private func soundProducer() throws(LogError) -> KafkaProducer {
        try producer.withLock { (current) throws(LogError) in
            if current.hasFailed {
                current = try KafkaProducer(properties: properties, statistics: figures, patience: patience)
            }
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
