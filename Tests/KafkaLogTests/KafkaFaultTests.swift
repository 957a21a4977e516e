import Crdkafka
import EventLogs
import Foundation
import KafkaLog
import Support
import Testing

/// What a cluster does on a bad day, as far as librdkafka's mock brokers can show it: their partitions outlive a leader,
/// but they check no sequence numbers and their transactions only answer.
@Suite("the log on Kafka, when the cluster changes or refuses") struct KafkaFaultTests {
    private let cluster: MockKafkaCluster
    private let partition = TopicPartition("bank-a.decisions")
    private let scores = TopicPartition("bank-a.scores")

    init() throws {
        cluster = try MockKafkaCluster(brokers: 3)
        for topic in [partition.topic, scores.topic] { try cluster.create(topic, partitions: 1, replicas: 3) }
    }

    private func open(patience: Duration = .seconds(30)) throws -> KafkaEventLog {
        try KafkaEventLog(
            properties: [
                "bootstrap.servers": cluster.bootstrapServers, "retry.backoff.ms": "10",
                "topic.metadata.refresh.fast.interval.ms": "20",
            ], patience: patience)
    }

    @Test("a partition that moves from leader to leader, and is without one for a while, keeps every record in order")
    func leaderChange() throws {
        let log = try open()
        let reader = try log.reader(at: [Position(partition, 0)])
        var offsets: [Int64] = []
        for (round, leader) in [Int32(1), 2, 3, 1].enumerated() {
            cluster.setLeader(of: partition.topic, to: nil)
            let waiting = Worker { [log, partition] in
                try log.append((0..<50).map { NewRecord(partition, "\(round) \($0)") }).map(\.offset)
            }
            cluster.setLeader(of: partition.topic, to: leader)
            offsets += try waiting.value()
        }
        #expect(offsets == Array(0..<200))
        #expect(try reader.read(200).map(\.text) == (0..<4).flatMap { round in (0..<50).map { "\(round) \($0)" } })
    }

    @Test("a group whose coordinator moves keeps its position")
    func coordinatorChange() throws {
        let log = try open()
        for (coordinator, offset) in [(Int32(1), Int64(5)), (2, 6), (3, 7)] {
            cluster.setCoordinator(of: "g", to: coordinator)
            try log.commit([Position(partition, offset)], group: "g")
            #expect(try log.committed(partition, group: "g") == offset)
        }
    }

    @Test(
        "too few replicas and a coordinator that is not ready are waited for",
        arguments: [
            (.produce, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS.rawValue),
            (.produce, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND.rawValue),
            (.addPartitionsToTransaction, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS.rawValue),
            (.addOffsetsToTransaction, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE.rawValue),
            (.transactionOffsetCommit, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS.rawValue),
        ] as [(MockKafkaCluster.Request, Int32)])
    func waitedFor(request: MockKafkaCluster.Request, code: Int32) throws {
        let log = try open()
        let writer = try log.writer(id: "bank-a.decisions-0")
        cluster.fail(request, with: [rd_kafka_resp_err_t(code), rd_kafka_resp_err_t(code)])
        try writer.append([NewRecord(partition, "x")], committing: [Position(scores, 1)], group: "bank-a.decisions")
        #expect(try log.reader(at: [Position(partition, 0)]).read(1).map(\.text) == ["x"])
    }

    @Test(
        "a writer that the brokers fence says so, then and ever after",
        arguments: [
            (.addPartitionsToTransaction, RD_KAFKA_RESP_ERR_PRODUCER_FENCED.rawValue),
            (.addOffsetsToTransaction, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH.rawValue),
            (.endTransaction, RD_KAFKA_RESP_ERR_PRODUCER_FENCED.rawValue),
        ] as [(MockKafkaCluster.Request, Int32)])
    func fenced(request: MockKafkaCluster.Request, code: Int32) throws {
        let log = try open()
        let writer = try log.writer(id: "bank-a.decisions-0")
        cluster.fail(request, with: [rd_kafka_resp_err_t(code)])
        for text in ["one", "two"] {
            #expect(throws: LogError.fenced(writer: "bank-a.decisions-0")) {
                try writer.append(
                    [NewRecord(partition, text)], committing: [Position(scores, 1)], group: "bank-a.decisions")
            }
        }
    }

    @Test("after a transaction that failed a new writer of the same id goes on")
    func abortable() throws {
        let log = try open()
        cluster.fail(.produce, with: [RD_KAFKA_RESP_ERR_INVALID_RECORD])
        #expect(throws: LogError.self) {
            try log.writer(id: "bank-a.decisions-0").append(
                [NewRecord(partition, "refused")], committing: [], group: "bank-a.decisions")
        }
        let writer = try log.writer(id: "bank-a.decisions-0")
        try writer.append([NewRecord(partition, "taken")], committing: [], group: "bank-a.decisions")
        #expect(try log.reader(at: [Position(partition, 0)]).read(1).map(\.text) == ["taken"])
    }

    @Test("brokers slower than a caller's patience are unreachable, and reachable once they are faster")
    func slow() throws {
        let log = try open(patience: .seconds(1))
        try log.append([NewRecord(partition, "x")])
        // On a busy machine the first answer may take longer, too.
        while (try? log.commit([Position(partition, 1)], group: "g")) == nil {}
        cluster.setRoundTrip(milliseconds: 2500)
        #expect(performing: { try log.commit([Position(partition, 2)], group: "g") }, throws: isUnreachable)
        #expect(performing: { try log.end(of: partition) }, throws: isUnreachable)
        cluster.setRoundTrip(milliseconds: 0)
        // What was slow comes in first.
        while (try? log.commit([Position(partition, 3)], group: "g")) == nil {}
        #expect(try log.committed(partition, group: "g") == 3)
    }

    @Test("a reader that is slow holds its client back: what is fetched and not read stays bounded, and all comes")
    func backPressure() throws {
        let log = try KafkaEventLog(properties: [
            "bootstrap.servers": cluster.bootstrapServers, "statistics.interval.ms": "20",
            "queued.max.messages.kbytes": "64", "queued.min.messages": "100000", "fetch.message.max.bytes": "16384",
            "fetch.wait.max.ms": "5",
        ])
        // 600 KB, of which the mock brokers give out a batch a fetch.
        let value = [UInt8](repeating: 7, count: 1000)
        for _ in 0..<30 { try log.append((0..<20).map { _ in NewRecord(partition, value: value) }) }
        let reader = try log.reader(at: [Position(partition, 0)])
        var read = 0
        var (most, queued) = (0.0, 0.0)
        func figure(_ name: String) -> Double {
            log.statistics().first { $0.name == "cordon_kafka_\(name)" && $0.labels["client"] == "reader" }?.value ?? 0
        }
        /// Records that were fetched and not read, by figures of which the last may be of before the last read.
        func ahead() -> Double { figure("received_messages_total") - Double(read) }
        while read < 600 {
            // The reader works until its client has fetched all that it will: it is full, or there is no more.
            let deadline = ContinuousClock.now + .seconds(60)
            while ahead() < 60, figure("received_messages_total") < 600 {
                try #require(ContinuousClock.now < deadline, "the client neither fills up nor fetches all")
                #expect(try reader.next(limit: 0, timeout: .zero).isEmpty)
            }
            (most, queued) = (max(most, ahead()), max(queued, figure("fetch_queue_bytes")))
            let before = read
            while read < 600, read - before < 100 {
                let records = try reader.next(limit: 20, timeout: .seconds(60))
                try #require(!records.isEmpty)
                read += records.count
            }
        }
        #expect(read == 600)
        #expect(most < 256, "64 of 1 KB each, and what one more answer brings")
        #expect(queued > 0 && queued < 256 * 1024)
    }
}
