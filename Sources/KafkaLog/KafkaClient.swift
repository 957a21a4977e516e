import Crdkafka
import EventLogs

/// The one owner of an `rd_kafka_t`.
///
/// Unchecked: the pointer never changes, librdkafka's calls on it are safe from any thread, and it is destroyed in
/// `deinit`, when nobody can call any more.
final class KafkaClient: @unchecked Sendable {
    let handle: OpaquePointer
    let troubles = KafkaTroubles()
    private let callbacks: Callbacks

    /// What librdkafka hands to each callback.
    private final class Callbacks: Sendable {
        let troubles: KafkaTroubles
        let figures: (statistics: KafkaStatistics, role: KafkaStatistics.Role)?

        init(_ troubles: KafkaTroubles, _ figures: (KafkaStatistics, KafkaStatistics.Role)?) {
            self.troubles = troubles
            self.figures = figures
        }

        static func from(_ opaque: UnsafeMutableRawPointer?) -> Callbacks? {
            opaque.map { Unmanaged<Callbacks>.fromOpaque($0).takeUnretainedValue() }
        }
    }

    /// - Parameters:
    ///   - figures: where the client's statistics go, and as what it counts; nil for one that gives none.
    ///   - prepare: sets callbacks before the client starts.
    /// - Throws: `.failed` with the name of the bad property and librdkafka's words.
    init(
        _ type: rd_kafka_type_t, _ properties: [String: String],
        figures: (KafkaStatistics, KafkaStatistics.Role)? = nil, prepare: (OpaquePointer) -> Void = { _ in }
    ) throws(LogError) {
        callbacks = Callbacks(troubles, figures)
        guard let configuration = rd_kafka_conf_new() else { throw .failed(reason: "librdkafka has no memory left") }
        var words = [CChar](repeating: 0, count: 512)
        // In a fixed order, so that of several bad properties always the same one is named.
        for (name, value) in properties.sorted(by: { $0.key < $1.key })
        where rd_kafka_conf_set(configuration, name, value, &words, words.count) != RD_KAFKA_CONF_OK {
            rd_kafka_conf_destroy(configuration)
            throw .failed(reason: "\(name): \(Self.text(words))")
        }
        if figures == nil { rd_kafka_conf_set(configuration, "statistics.interval.ms", "0", nil, 0) }
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(callbacks).toOpaque())
        rd_kafka_conf_set_error_cb(configuration) { _, code, reason, opaque in
            Callbacks.from(opaque)?.troubles.record(
                rd_kafka_resp_err_t(code), reason.map { String(cString: $0) } ?? "")
        }
        rd_kafka_conf_set_stats_cb(configuration) { _, json, count, opaque in
            if let callbacks = Callbacks.from(opaque), let (statistics, role) = callbacks.figures {
                statistics.update(
                    ObjectIdentifier(callbacks), role, json: UnsafeRawBufferPointer(start: json, count: count))
            }
            // librdkafka frees the text.
            return 0
        }
        prepare(configuration)
        guard let handle = rd_kafka_new(type, configuration, &words, words.count) else {
            rd_kafka_conf_destroy(configuration)
            throw .failed(reason: Self.text(words))
        }
        self.handle = handle
    }

    deinit {
        // No group was joined, so there is none to leave, and no offset to store on the way out.
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        callbacks.figures?.statistics.remove(ObjectIdentifier(callbacks))
    }

    /// The first offset that is kept.
    func earliest(_ partition: TopicPartition, timeout: Duration) throws(LogError) -> Int64 {
        try offset(at: Int64(RD_KAFKA_OFFSET_BEGINNING), of: partition, timeout)
    }

    /// The offset that the next record will get.
    func end(_ partition: TopicPartition, timeout: Duration) throws(LogError) -> Int64 {
        try offset(at: Int64(RD_KAFKA_OFFSET_END), of: partition, timeout)
    }

    /// By the look-up for times, which knows these two as special times: `rd_kafka_query_watermark_offsets` of
    /// librdkafka 2.0.2 does not return while the leader is away, whatever its time-out.
    private func offset(
        at time: Int64, of partition: TopicPartition, _ timeout: Duration
    ) throws(LogError) -> Int64 {
        let list = PartitionList([Position(partition, time)])
        let code = rd_kafka_offsets_for_times(handle, list.pointer, timeout.kafkaMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw error(code, at: partition) }
        guard let found = list.pointer.elements.first else { throw error(RD_KAFKA_RESP_ERR__FAIL, at: partition) }
        guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR else { throw error(found.err, at: partition) }
        guard found.offset >= 0 else { throw error(RD_KAFKA_RESP_ERR__TIMED_OUT, at: partition) }
        return found.offset
    }

    /// The error for a code of librdkafka's, with what its connections last said where no broker answers.
    func error(_ code: rd_kafka_resp_err_t, at partition: TopicPartition? = nil, words: String? = nil) -> LogError {
        rd_kafka_poll(handle, 0)
        return LogError(code, at: partition, words: words, connection: troubles.last)
    }

    static func text(_ words: [CChar]) -> String {
        String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
