import EventLogs
import Foundation
import Synchronization

/// What librdkafka says of itself every `statistics.interval.ms` (its STATISTICS.md), added up over a log's clients of one
/// role.
final class KafkaStatistics: Sendable {
    enum Role: String, Sendable {
        case producer, writer, reader
    }

    /// Of librdkafka's answer, what an operator looks at.
    private struct Answer: Decodable {
        struct Broker: Decodable {
            var state: String
            var rtt: RoundTrip
        }
        struct RoundTrip: Decodable {
            /// Microseconds.
            var p99: Double
        }
        struct Topic: Decodable {
            var partitions: [String: Partition]
        }
        struct Partition: Decodable {
            var fetchq_cnt: Double
            var fetchq_size: Double
        }

        var txmsgs: Double
        var rxmsgs: Double
        var tx_bytes: Double
        var rx_bytes: Double
        var msg_cnt: Double
        var msg_size: Double
        var brokers: [String: Broker]?
        var topics: [String: Topic]?
    }

    private struct Totals {
        var sentMessages = 0.0
        var receivedMessages = 0.0
        var sentBytes = 0.0
        var receivedBytes = 0.0

        mutating func add(_ answer: Answer) {
            sentMessages += answer.txmsgs
            receivedMessages += answer.rxmsgs
            sentBytes += answer.tx_bytes
            receivedBytes += answer.rx_bytes
        }
    }

    private struct State {
        var live: [ObjectIdentifier: (role: Role, answer: Answer)] = [:]
        /// What clients that are gone had counted: a counter never goes back.
        var gone: [Role: Totals] = [:]
    }

    private let state = Mutex(State())

    func update(_ client: ObjectIdentifier, _ role: Role, json: UnsafeRawBufferPointer) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)) else { return }
        state.withLock { $0.live[client] = (role, answer) }
    }

    func remove(_ client: ObjectIdentifier) {
        state.withLock { state in
            guard let (role, answer) = state.live.removeValue(forKey: client) else { return }
            state.gone[role, default: Totals()].add(answer)
        }
    }

    var figures: [LogStatistic] {
        let state = state.withLock { $0 }
        let roles = Set(state.live.values.map(\.role)).union(state.gone.keys)
        return roles.sorted { $0.rawValue < $1.rawValue }.flatMap { role -> [LogStatistic] in
            let answers = state.live.values.filter { $0.role == role }.map(\.answer)
            var totals = state.gone[role] ?? Totals()
            for answer in answers { totals.add(answer) }
            let partitions = answers.flatMap { ($0.topics ?? [:]).values.flatMap(\.partitions.values) }
            let brokers = answers.flatMap { ($0.brokers ?? [:]).values }
            func figure(_ name: String, _ value: Double, _ help: String) -> LogStatistic {
                LogStatistic("cordon_kafka_\(name)", ["client": role.rawValue], value, help: help)
            }
            return [
                figure("sent_messages_total", totals.sentMessages, "Records sent to brokers."),
                figure("received_messages_total", totals.receivedMessages, "Records fetched from brokers."),
                figure("sent_bytes_total", totals.sentBytes, "Bytes sent to brokers."),
                figure("received_bytes_total", totals.receivedBytes, "Bytes received from brokers."),
                figure("send_queue_messages", answers.reduce(0) { $0 + $1.msg_cnt }, "Records not acknowledged yet."),
                figure("send_queue_bytes", answers.reduce(0) { $0 + $1.msg_size }, "Bytes not acknowledged yet."),
                figure(
                    "fetch_queue_messages", partitions.reduce(0) { $0 + $1.fetchq_cnt },
                    "Records fetched and not read yet."),
                figure(
                    "fetch_queue_bytes", partitions.reduce(0) { $0 + $1.fetchq_size },
                    "Bytes fetched and not read yet."),
                figure(
                    "round_trip_p99_seconds", (brokers.map(\.rtt.p99).max() ?? 0) / 1_000_000,
                    "99th percentile of the slowest broker's answers."),
                figure("connections", Double(brokers.count { $0.state == "UP" }), "Connections to brokers."),
            ]
        }
    }
}
