import Crdkafka
import EventLogs

extension LogRecord {
    /// Copies a message; it may be destroyed afterwards.
    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, at position: Position) {
        let raw = message.pointee
        // -1 is "none"; a broker's number too large for microseconds becomes the largest.
        let milliseconds = max(0, rd_kafka_message_timestamp(message, nil))
        let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        self.init(
            position: position, key: Self.copy(raw.key, raw.key_len), value: Self.copy(raw.payload, raw.len),
            headers: Self.headers(message), timestamp: overflow ? .max : microseconds)
    }

    private static func copy(_ pointer: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        pointer.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }

    private static func headers(_ message: UnsafePointer<rd_kafka_message_t>) -> [Header] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        return (0..<rd_kafka_header_cnt(list)).compactMap { index in
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var count = 0
            guard rd_kafka_header_get_all(list, index, &name, &value, &count) == RD_KAFKA_RESP_ERR_NO_ERROR, let name
            else { return nil }
            return Header(String(cString: name), copy(value, count) ?? [])
        }
    }
}
