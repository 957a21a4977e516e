import Crdkafka
import EventLogs

/// The two admin requests that `create` needs.
struct KafkaAdmin {
    let client: KafkaClient
    let patience: Duration

    /// Creates topics; returns those that were there before.
    func create(_ topics: [TopicSettings]) throws(LogError) -> [TopicSettings] {
        guard !topics.isEmpty else { return [] }
        var requests: [OpaquePointer?] = []
        defer { rd_kafka_NewTopic_destroy_array(&requests, requests.count) }
        for settings in topics {
            var words = [CChar](repeating: 0, count: 512)
            // Replication -1 is the broker's default.
            let replication = Int32(clamping: settings.replication ?? -1)
            guard
                let request = rd_kafka_NewTopic_new(
                    settings.name, Int32(clamping: settings.partitions), replication, &words, words.count)
            else { throw .failed(reason: "\(settings.name): \(KafkaClient.text(words))") }
            requests.append(request)
            for (name, value) in settings.configuration { rd_kafka_NewTopic_set_config(request, name, value) }
        }
        let event = try ask(RD_KAFKA_ADMIN_OP_CREATETOPICS) {
            rd_kafka_CreateTopics(client.handle, &requests, requests.count, $0, $1)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        let existing = try refusals(results, count, besides: RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return topics.filter { existing.contains($0.name) }
    }

    /// Adds partitions to a topic, up to those of `settings`.
    func grow(_ settings: TopicSettings) throws(LogError) {
        var words = [CChar](repeating: 0, count: 512)
        var request: OpaquePointer? = rd_kafka_NewPartitions_new(
            settings.name, max(0, settings.partitions), &words, words.count)
        guard request != nil else { throw .failed(reason: "\(settings.name): \(KafkaClient.text(words))") }
        defer { rd_kafka_NewPartitions_destroy(request) }
        let event = try ask(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS) {
            rd_kafka_CreatePartitions(client.handle, &request, 1, $0, $1)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let results = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count)
        _ = try refusals(results, count, besides: RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    /// The settings of topics, as the broker has them.
    func describe(_ names: [String]) throws(LogError) -> [String: [String: String]] {
        guard !names.isEmpty else { return [:] }
        var requests: [OpaquePointer?] = names.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { rd_kafka_ConfigResource_destroy_array(&requests, requests.count) }
        let event = try ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) {
            rd_kafka_DescribeConfigs(client.handle, &requests, requests.count, $0, $1)
        }
        defer { rd_kafka_event_destroy(event) }
        var count = 0
        let resources = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count)
        var out: [String: [String: String]] = [:]
        for index in 0..<count {
            guard let resource = resources?[index] else { continue }
            let name = String(cString: rd_kafka_ConfigResource_name(resource))
            let code = rd_kafka_ConfigResource_error(resource)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error(code, at: TopicPartition(name)) }
            var entries = 0
            let configs = rd_kafka_ConfigResource_configs(resource, &entries)
            var settings: [String: String] = [:]
            for entry in 0..<entries {
                guard let config = configs?[entry], let value = rd_kafka_ConfigEntry_value(config) else { continue }
                settings[String(cString: rd_kafka_ConfigEntry_name(config))] = String(cString: value)
            }
            out[name] = settings
        }
        return out
    }

    /// Sends a request and waits for its answer, which the caller destroys.
    private func ask(
        _ operation: rd_kafka_admin_op_t, _ send: (OpaquePointer?, OpaquePointer?) -> Void
    ) throws(LogError) -> OpaquePointer {
        let options = rd_kafka_AdminOptions_new(client.handle, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        let wait = patience.kafkaMilliseconds
        var words = [CChar](repeating: 0, count: 512)
        guard
            rd_kafka_AdminOptions_set_request_timeout(options, wait, &words, words.count)
                == RD_KAFKA_RESP_ERR_NO_ERROR,
            // Descriptions have no operation that could take time.
            operation == RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS
                || rd_kafka_AdminOptions_set_operation_timeout(options, wait, &words, words.count)
                    == RD_KAFKA_RESP_ERR_NO_ERROR
        else { throw .failed(reason: KafkaClient.text(words)) }
        let queue = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        // librdkafka answers every admin request within its time-out, if only to say that it passed.
        guard let event = rd_kafka_queue_poll(queue, -1) else {
            throw .failed(reason: "an admin request went unanswered")
        }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let words = String(cString: rd_kafka_event_error_string(event))
            rd_kafka_event_destroy(event)
            throw client.error(code, words: words)
        }
        return event
    }

    /// Throws the first refusal of a topic; returns the topics that were refused with `expected`.
    private func refusals(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, besides expected: rd_kafka_resp_err_t
    ) throws(LogError) -> Set<String> {
        var names: Set<String> = []
        for index in 0..<count {
            guard let result = results?[index] else { continue }
            let code = rd_kafka_topic_result_error(result)
            let name = String(cString: rd_kafka_topic_result_name(result))
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { continue }
            guard code == expected else {
                let words = rd_kafka_topic_result_error_string(result).map { String(cString: $0) }
                throw client.error(code, at: TopicPartition(name), words: words)
            }
            names.insert(name)
        }
        return names
    }
}
