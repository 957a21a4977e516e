import Crdkafka
import EventLogs

/// A member of a consumer group that reads nothing itself: its partitions are paused as they come, and read by
/// `KafkaReader`. Rebalances are taken as events, so each is carried out when the owner of the partitions is ready.
final class KafkaGroupMember: GroupMember {
    private let client: KafkaClient
    private let queue: OpaquePointer?
    private let settings: GroupSettings
    private let patience: Duration
    private var left = false

    init(_ settings: GroupSettings, properties: [String: String], patience: Duration) throws(LogError) {
        self.settings = settings
        self.patience = patience
        client = try KafkaClient(RD_KAFKA_CONSUMER, KafkaProperties.member(properties, settings)) { configuration in
            rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR)
        }
        rd_kafka_poll_set_consumer(client.handle)
        queue = rd_kafka_queue_get_consumer(client.handle)
        let topics = rd_kafka_topic_partition_list_new(Int32(settings.topics.count))
        defer { rd_kafka_topic_partition_list_destroy(topics) }
        for topic in settings.topics { rd_kafka_topic_partition_list_add(topics, topic, -1) }
        let code = rd_kafka_subscribe(client.handle, topics)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error(code) }
    }

    deinit {
        leave()
        if let queue { rd_kafka_queue_destroy(queue) }
    }

    func next(timeout: Duration) throws(LogError) -> GroupChange? {
        guard !left else { return nil }
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            guard let event = rd_kafka_queue_poll(queue, max(deadline - clock.now, .zero).kafkaMilliseconds) else {
                return nil
            }
            defer { rd_kafka_event_destroy(event) }
            if let change = try change(event) { return change }
        }
    }

    func release(_ partitions: [TopicPartition]) throws(LogError) {
        let list = PartitionList(partitions.map { Position($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
        try check(rd_kafka_incremental_unassign(client.handle, list.pointer))
    }

    func leave() {
        guard !left else { return }
        left = true
        // By itself, because closing alone says goodbye to the group only where there are partitions to give back
        // (librdkafka 2.0.2), and a member that is thought to be there holds the next rebalance up.
        rd_kafka_unsubscribe(client.handle)
        if let error = rd_kafka_consumer_close_queue(client.handle, queue) {
            rd_kafka_error_destroy(error)
            return
        }
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while rd_kafka_consumer_closed(client.handle) == 0, clock.now < deadline {
            guard let event = rd_kafka_queue_poll(queue, 100) else { continue }
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE { rd_kafka_assign(client.handle, nil) }
            rd_kafka_event_destroy(event)
        }
    }

    private func change(_ event: OpaquePointer) throws(LogError) -> GroupChange? {
        let code = rd_kafka_event_error(event)
        guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE else {
            if code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID || code == RD_KAFKA_RESP_ERR__FATAL {
                throw .fenced(writer: settings.instance ?? "a group member")
            }
            // Anything else librdkafka gets over by itself.
            guard let setting = Self.refusals[code.rawValue] else { return nil }
            let words = String(cString: rd_kafka_err2str(code))
            throw .failed(
                reason: "the group \(settings.group) does not take this member: \(words); see \(setting)")
        }
        guard let list = rd_kafka_event_topic_partition_list(event) else { return nil }
        let partitions = list.elements.map { TopicPartition(String(cString: $0.topic), Int($0.partition)) }.sorted()
        switch code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            // Where this member would begin to read matters to nobody, and it is paused before it does.
            for index in 0..<Int(list.pointee.cnt) { list.pointee.elems[index].offset = Int64(RD_KAFKA_OFFSET_END) }
            try check(rd_kafka_incremental_assign(client.handle, list))
            rd_kafka_pause_partitions(client.handle, list)
            return .assigned(partitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            guard rd_kafka_assignment_lost(client.handle) != 0 else { return .revoked(partitions) }
            try check(rd_kafka_incremental_unassign(client.handle, list))
            return .lost(partitions)
        default:
            rd_kafka_assign(client.handle, nil)
            return nil
        }
    }

    /// Why a broker never takes a member, and the setting that says so.
    private static let refusals = [
        RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT.rawValue:
            "the broker's group.min.session.timeout.ms and group.max.session.timeout.ms against session.timeout.ms here",
        RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED.rawValue: "the broker's ACLs for this group",
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED.rawValue: "the broker's ACLs for the group's topics",
        RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL.rawValue:
            "partition.assignment.strategy, which is cooperative-sticky here and another at the group's other members",
        RD_KAFKA_RESP_ERR_INVALID_GROUP_ID.rawValue: "group.id",
        RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED.rawValue: "the broker's group.max.size",
    ]

    private func check(_ error: OpaquePointer?) throws(LogError) {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw client.error(rd_kafka_error_code(error), words: String(cString: rd_kafka_error_string(error)))
    }
}
