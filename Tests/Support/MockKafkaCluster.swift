package import Crdkafka

/// librdkafka's built-in cluster of mock brokers, on loopback ports that the system chooses.
///
/// Of what Kafka does, version 2.0.2 mocks producing, fetching, metadata and committed offsets; it knows no admin
/// requests, so its topics are made here. Unchecked: librdkafka locks the cluster in each of these calls.
package final class MockKafkaCluster: @unchecked Sendable {
    package enum Request: Int16 {
        case produce = 0
        case fetch = 1
        case metadata = 3
        case offsetCommit = 8
        case findCoordinator = 10
        case initProducerID = 22
        case addPartitionsToTransaction = 24
        case addOffsetsToTransaction = 25
        case endTransaction = 26
        case transactionOffsetCommit = 28
    }

    package struct Unavailable: Error {
        package let reason: String
    }

    private let client: OpaquePointer
    private let cluster: OpaquePointer

    package init(brokers: Int32 = 1) throws {
        var words = [CChar](repeating: 0, count: 512)
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set(configuration, "log_level", "2", nil, 0)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &words, words.count) else {
            rd_kafka_conf_destroy(configuration)
            throw Unavailable(reason: "rd_kafka_new")
        }
        guard let cluster = rd_kafka_mock_cluster_new(client, brokers) else {
            rd_kafka_destroy(client)
            throw Unavailable(reason: "rd_kafka_mock_cluster_new")
        }
        self.client = client
        self.cluster = cluster
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    /// What to connect to: `bootstrap.servers`.
    package var bootstrapServers: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    package func create(_ topic: String, partitions: Int, replicas: Int = 1) throws {
        let code = rd_kafka_mock_topic_create(cluster, topic, Int32(partitions), Int32(replicas))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw Unavailable(reason: String(cString: rd_kafka_err2str(code)))
        }
    }

    /// Makes a topic's metadata say that it doesn't exist. Mock brokers otherwise create what is asked for: they know
    /// no metadata request that forbids it.
    package func hide(_ topic: String) {
        rd_kafka_mock_topic_set_error(cluster, topic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    }

    /// The next requests of this kind get these answers, one each, and do nothing else.
    package func fail(_ request: Request, with errors: [rd_kafka_resp_err_t]) {
        rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
    }

    /// Makes a broker the leader of a partition; nil leaves it without one.
    package func setLeader(of topic: String, partition: Int = 0, to broker: Int32?) {
        rd_kafka_mock_partition_set_leader(cluster, topic, Int32(partition), broker ?? -1)
    }

    /// Makes a broker the coordinator of a consumer group.
    package func setCoordinator(of group: String, to broker: Int32) {
        rd_kafka_mock_coordinator_set(cluster, "group", group, broker)
    }

    /// Every answer of every broker takes this long.
    package func setRoundTrip(milliseconds: Int32) { rd_kafka_mock_broker_set_rtt(cluster, -1, milliseconds) }

    /// Takes a broker (from 1) off the network or brings it back.
    package func setBroker(_ id: Int32, up: Bool) {
        _ = up ? rd_kafka_mock_broker_set_up(cluster, id) : rd_kafka_mock_broker_set_down(cluster, id)
    }
}
