import Crdkafka
import EventLogs
import Foundation
import KafkaLog
import Support
import Testing

@Suite("the log on Kafka") struct KafkaLogTests {
    private let cluster: MockKafkaCluster

    init() throws { cluster = try MockKafkaCluster() }

    /// A loopback address that refuses connections: port 1 is tcpmux, which nobody serves.
    private let nowhere = "127.0.0.1:1"

    private func open(
        _ more: [String: String] = [:], patience: Duration = .seconds(30)
    ) throws -> KafkaEventLog {
        try KafkaEventLog(
            properties: more.merging(["bootstrap.servers": cluster.bootstrapServers]) { $1 }, patience: patience)
    }

    @Test(
        "librdkafka repeats a request that a broker refused: nothing is lost, doubled or out of order",
        arguments: [
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR__TRANSPORT,
        ].map(\.rawValue))
    func retries(code: Int32) throws {
        try cluster.create("bank-a.transactions", partitions: 1)
        let log = try open(["retry.backoff.ms": "1"])
        let partition = TopicPartition("bank-a.transactions")
        var positions = try log.append([NewRecord(partition, "0")])
        cluster.fail(.produce, with: [rd_kafka_resp_err_t(code), rd_kafka_resp_err_t(code)])
        positions += try log.append((1..<200).map { NewRecord(partition, "\($0)") })
        positions += try log.append([NewRecord(partition, "200")])
        #expect(positions.map(\.offset) == Array(0...200))

        cluster.fail(.fetch, with: [rd_kafka_resp_err_t(code), rd_kafka_resp_err_t(code)])
        let reader = try log.reader(at: [Position(partition, 0)])
        #expect(try reader.read(201).map(\.text) == (0...200).map { "\($0)" })
        #expect(try reader.available(limit: 10).isEmpty)
    }

    @Test("a record that a broker refuses for good fails, and the next one goes through")
    func refusal() throws {
        try cluster.create("bank-a.transactions", partitions: 1)
        let log = try open()
        let partition = TopicPartition("bank-a.transactions")
        cluster.fail(.produce, with: [RD_KAFKA_RESP_ERR_INVALID_RECORD])
        #expect {
            try log.append([NewRecord(partition, "refused")])
        } throws: {
            guard case LogError.failed(let reason) = $0 else { return false }
            return reason.contains("bank-a.transactions/0")
        }
        #expect(try log.append([NewRecord(partition, "taken")]) == [Position(partition, 0)])
    }

    @Test("after a fatal error of the idempotent producer a new one goes on")
    func fatalError() throws {
        try cluster.create("bank-a.transactions", partitions: 1)
        let log = try open()
        let partition = TopicPartition("bank-a.transactions")
        try log.append([NewRecord(partition, "before")])
        cluster.fail(.produce, with: [RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER])
        #expect(performing: { try log.append([NewRecord(partition, "lost")]) }, throws: isUnreachable)
        #expect(try log.append([NewRecord(partition, "after")]) == [Position(partition, 1)])
    }

    @Test("a record too large for the client is refused with nothing left hanging")
    func tooLarge() throws {
        try cluster.create("bank-a.transactions", partitions: 1)
        let log = try open(["message.max.bytes": "2000"])
        let partition = TopicPartition("bank-a.transactions")
        let large = NewRecord(partition, value: [UInt8](repeating: 1, count: 4000), headers: [Header("h", [1])])
        #expect(performing: { try log.append([NewRecord(partition, "before"), large]) }, throws: isFailure)
        let next = try log.append([NewRecord(partition, "after")])
        #expect(next == [Position(partition, 1)])
    }

    @Test("a full queue holds an append up, and loses nothing")
    func fullQueue() throws {
        try cluster.create("bank-a.transactions", partitions: 1)
        let log = try open(["queue.buffering.max.messages": "10", "linger.ms": "5000"])
        let partition = TopicPartition("bank-a.transactions")
        let positions = try log.append((0..<95).map { NewRecord(partition, "\($0)") })
        #expect(positions.map(\.offset) == Array(0..<95))
    }

    @Test("a reader of several partitions can be sought again before librdkafka has carried the last seek out")
    func seeksInARow() throws {
        try cluster.create("bank-a.transactions", partitions: 3)
        let log = try open()
        let partitions = (0..<3).map { TopicPartition("bank-a.transactions", $0) }
        try log.append(partitions.flatMap { partition in (0..<5).map { NewRecord(partition, "\($0)") } })
        let reader = try log.reader(at: partitions.map { Position($0, 0) })
        for round in 0..<50 {
            for partition in partitions { try reader.seek(to: Position(partition, Int64(round % 5))) }
        }
        let records = try reader.read(3)
        #expect(records.map(\.text) == ["4", "4", "4"])
        #expect(Set(records.map(\.position.partition)) == Set(partitions))
    }

    @Test("timestamps are the broker's milliseconds, as microseconds")
    func timestamps() throws {
        try cluster.create("bank-a.transactions", partitions: 1)
        let log = try open()
        let partition = TopicPartition("bank-a.transactions")
        let before = Int64(Date().timeIntervalSince1970 * 1000) * 1000
        try log.append([NewRecord(partition, "x")])
        let after = Int64(Date().timeIntervalSince1970 * 1000 + 1) * 1000
        let record = try #require(try log.reader(at: [Position(partition, 0)]).read(1).first)
        #expect((before...after).contains(record.timestamp))
        #expect(record.timestamp % 1000 == 0)
    }

    @Test(
        "a bad property is named",
        arguments: [
            ("no.such.property", "1"), ("linger.ms", "soon"), ("acks", "1000000"), ("enable.auto.commit", "true"),
            ("auto.offset.reset", "earliest"), ("transactional.id", "x"),
        ])
    func badProperty(name: String, value: String) throws {
        #expect {
            try KafkaEventLog(properties: ["bootstrap.servers": nowhere, name: value])
        } throws: {
            guard case LogError.failed(let reason) = $0 else { return false }
            return reason.contains(name)
        }
    }

    @Test("properties that contradict each other are refused in librdkafka's words")
    func contradiction() throws {
        #expect {
            try KafkaEventLog(properties: ["bootstrap.servers": nowhere, "enable.idempotence": "true", "acks": "1"])
        } throws: {
            guard case LogError.failed(let reason) = $0 else { return false }
            return reason.contains("acks")
        }
    }

    @Test("a broker that never answers is unreachable, with the reason", .timeLimit(.minutes(10)))
    func unreachable() throws {
        let log = try KafkaEventLog(
            properties: ["bootstrap.servers": nowhere, "message.timeout.ms": "500"], patience: .milliseconds(500))
        let partition = TopicPartition("bank-a.transactions")
        let calls: [() throws -> Void] = [
            { _ = try log.partitions(of: partition.topic) },
            { try log.append([NewRecord(partition, "x")]) },
            { _ = try log.reader(at: [Position(partition, 0)]) },
            { _ = try log.end(of: partition) },
            { try log.commit([Position(partition, 0)], group: "g") },
            { _ = try log.committed(partition, group: "g") },
            { try log.create([TopicSettings(name: partition.topic)]) },
        ]
        for call in calls {
            #expect {
                try call()
            } throws: {
                guard case LogError.unreachable(let reason) = $0 else { return false }
                return reason.contains("Connection refused")
            }
        }
    }

    @Test("while the broker is away calls fail as unreachable; when it is back they go on", .timeLimit(.minutes(10)))
    func brokerAway() throws {
        try cluster.create("bank-a.transactions", partitions: 1)
        let partition = TopicPartition("bank-a.transactions")
        try open().append([NewRecord(partition, "before")])
        // Long enough for brokers that are there, on a busy machine too; the calls that fail below take this long.
        let log = try open(
            ["message.timeout.ms": "4000", "reconnect.backoff.max.ms": "100"], patience: .seconds(4))
        let reader = try log.reader(at: [Position(partition, 0)])
        #expect(try reader.read(1).map(\.text) == ["before"])
        while (try? log.commit([Position(partition, 1)], group: "g")) == nil {}

        cluster.setBroker(1, up: false)
        #expect(performing: { try log.append([NewRecord(partition, "lost")]) }, throws: isUnreachable)
        #expect(performing: { try log.end(of: partition) }, throws: isUnreachable)
        #expect(performing: { try log.commit([Position(partition, 2)], group: "g") }, throws: isUnreachable)
        #expect(performing: { try log.committed(partition, group: "g") }, throws: isUnreachable)
        #expect(performing: { try reader.next(limit: 1, timeout: .seconds(1)) }, throws: isUnreachable)

        cluster.setBroker(1, up: true)
        while (try? log.append([NewRecord(partition, "after")])) == nil {}
        var texts: [String] = []
        while texts.last != "after" { texts += (try? reader.next(limit: 10, timeout: .seconds(1)).map(\.text)) ?? [] }
        #expect(Set(texts) == ["after"])
    }
}
