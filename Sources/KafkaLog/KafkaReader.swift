import Crdkafka
import EventLogs

/// Reads assigned partitions from librdkafka's bounded queue, which it fills in the background.
final class KafkaReader: LogReader {
    private let client: KafkaClient
    /// Asks where partitions begin and end. Not `client`: on its connection an answer waits behind the open fetch.
    private let control: KafkaClient
    private let queue: OpaquePointer
    private let patience: Duration
    /// Where each partition goes on: the offset after the last record handed out.
    private var positions: [TopicPartition: Int64]
    /// Up to where each partition is known to hold nothing more: past gaps, which `positions` can't see.
    private var reached: [TopicPartition: Int64]
    /// Partitions that librdkafka reads no further, until they are sought elsewhere.
    private var stopped: [TopicPartition: LogError] = [:]
    /// What went wrong since the last call, thrown once.
    private var failure: LogError?
    /// What librdkafka is getting over by itself; thrown once by a `next` that ends with nothing.
    private var setback: LogError?

    init(
        properties: [String: String], control: KafkaClient, positions: [Position], statistics: KafkaStatistics,
        patience: Duration
    ) throws(LogError) {
        self.control = control
        client = try KafkaClient(
            RD_KAFKA_CONSUMER, KafkaProperties.consumer(properties), figures: (statistics, .reader))
        guard let queue = rd_kafka_queue_get_consumer(client.handle) else {
            throw .failed(reason: "group.id: a reader needs a name that is not empty")
        }
        self.queue = queue
        self.patience = patience
        self.positions = Dictionary(positions.map { ($0.partition, $0.offset) }, uniquingKeysWith: { $1 })
        reached = self.positions
        for position in positions { try check(position) }
        try assign()
    }

    deinit { rd_kafka_queue_destroy(queue) }

    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        let clock = ContinuousClock()
        let records = try read(limit, until: clock.now + timeout) { true }
        if records.isEmpty, limit > 0, let trouble = setback {
            setback = nil
            throw trouble
        }
        return records
    }

    func available(limit: Int) throws(LogError) -> [LogRecord] {
        let records = try read(limit, until: ContinuousClock().now) { true }
        guard records.isEmpty, limit > 0 else { return records }
        var ends: [TopicPartition: Int64] = [:]
        for partition in positions.keys { ends[partition] = try control.end(partition, timeout: patience) }
        let deadline = ContinuousClock().now + patience
        let late = try read(limit, until: deadline) { ends.contains { self.reached[$0.key, default: 0] < $0.value } }
        if late.isEmpty, ends.contains(where: { reached[$0.key, default: 0] < $0.value }) {
            throw client.error(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        setback = nil
        return late
    }

    func seek(to position: Position) throws(LogError) {
        guard positions[position.partition] != nil else { throw .unknownPartition(position.partition) }
        try check(position)
        positions[position.partition] = position.offset
        // A new assignment outdates all that the old one fetched, so every partition starts again from its position.
        reached = positions
        stopped = [:]
        failure = nil
        setback = nil
        try assign()
    }

    /// Negative numbers are librdkafka's names for other places ("the end", "as committed"), not offsets.
    private func check(_ position: Position) throws(LogError) {
        guard position.offset < 0 else { return }
        let earliest = try control.earliest(position.partition, timeout: patience)
        throw .offsetOutOfRange(position, earliest: earliest)
    }

    /// Assigns every partition at its position, and returns when librdkafka has stopped what was assigned before.
    ///
    /// An assignment that comes sooner stops a partition for the second time, and librdkafka aborts the process on the second
    /// stop's answer (an assertion on `rktp_started`; its issue 5573).
    private func assign() throws(LogError) {
        let list = PartitionList(positions.map { Position($0.key, $0.value) })
        let code = rd_kafka_assign(client.handle, list.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error(code) }
        // Its main thread does one thing after the other: the first question is answered behind the stops, the second one
        // behind their answers.
        for _ in 0..<2 {
            var current: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
            let code = rd_kafka_assignment(client.handle, &current)
            if let current { rd_kafka_topic_partition_list_destroy(current) }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.error(code) }
        }
    }

    /// Reads what is there; waits while there is nothing, `needed` says so and the deadline is not reached.
    private func read(
        _ limit: Int, until deadline: ContinuousClock.Instant, while needed: () -> Bool
    ) throws(LogError) -> [LogRecord] {
        // Statistics come by this, where nothing is to be read, too.
        rd_kafka_poll(client.handle, 0)
        guard limit > 0 else { return [] }
        var out: [LogRecord] = []
        while true {
            if out.count < limit { take(limit - out.count, wait: .zero, into: &out) }
            guard out.isEmpty else {
                // Whatever it was, librdkafka got over it.
                setback = nil
                _ = client.troubles.takeOutage()
                return out
            }
            try throwTrouble()
            let left = deadline - ContinuousClock().now
            guard needed(), left > .zero else { break }
            take(1, wait: left, into: &out)
        }
        return []
    }

    private func throwTrouble() throws(LogError) {
        if let trouble = failure ?? stopped.values.first {
            failure = nil
            throw trouble
        }
        rd_kafka_poll(client.handle, 0)
        if client.troubles.takeOutage() { setback = client.error(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) }
    }

    private func take(_ limit: Int, wait: Duration, into out: inout [LogRecord]) {
        let capacity = min(limit, 1024)
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<rd_kafka_message_t>?.self, capacity: capacity) { batch in
            let count = rd_kafka_consume_batch_queue(queue, wait.kafkaMilliseconds, batch.baseAddress, capacity)
            var run: Run?
            for index in 0..<max(0, count) {
                guard let message = batch[index] else { continue }
                receive(message, &run, into: &out)
                rd_kafka_message_destroy(message)
            }
            end(run)
        }
    }

    /// Consecutive records of one partition, which most are: its name and place are looked up once.
    private struct Run {
        let topic: OpaquePointer
        let number: Int32
        let partition: TopicPartition
        /// The offset after the last record.
        var next: Int64
    }

    private func begin(_ topic: OpaquePointer, _ number: Int32) -> Run? {
        let partition = TopicPartition(String(cString: rd_kafka_topic_name(topic)), Int(number))
        return positions[partition].map { Run(topic: topic, number: number, partition: partition, next: $0) }
    }

    private func end(_ run: Run?) {
        guard let run else { return }
        positions[run.partition] = run.next
        reached[run.partition] = max(reached[run.partition] ?? 0, run.next)
    }

    private func receive(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>, _ run: inout Run?, into out: inout [LogRecord]
    ) {
        let code = message.pointee.err
        let offset = message.pointee.offset
        guard let topic = message.pointee.rkt else {
            note(client.error(code))
            return
        }
        if run?.topic != topic || run?.number != message.pointee.partition {
            end(run)
            run = begin(topic, message.pointee.partition)
        }
        guard let partition = run?.partition, let position = run?.next else { return }
        switch code {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            guard offset >= position else {
                stopped[partition] = .wentBackwards(Position(partition, offset), after: position - 1)
                return
            }
            run?.next = offset + 1
            out.append(LogRecord(message, at: Position(partition, offset)))
        case RD_KAFKA_RESP_ERR__PARTITION_EOF: reached[partition] = max(reached[partition] ?? 0, offset)
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            stopped[partition] = outOfRange(Position(partition, position))
        default:
            let words = rd_kafka_message_errstr(message).map { String(cString: $0) }
            note(client.error(code, at: partition, words: words))
        }
    }

    private func note(_ error: LogError) {
        if error.mayRetry { setback = error } else { failure = failure ?? error }
    }

    private func outOfRange(_ position: Position) -> LogError {
        do {
            return .offsetOutOfRange(
                position, earliest: try control.earliest(position.partition, timeout: patience))
        } catch { return error }
    }
}
