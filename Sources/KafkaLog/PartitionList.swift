import Crdkafka
import EventLogs

/// Owns librdkafka's list of partitions with offsets.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ positions: some Collection<Position>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(clamping: positions.count))
        for position in positions {
            let element = rd_kafka_topic_partition_list_add(
                pointer, position.partition.topic, Int32(clamping: position.partition.partition))
            element?.pointee.offset = position.offset
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }
}

extension UnsafeMutablePointer<rd_kafka_topic_partition_list_t> {
    /// The list's elements; good while the list is.
    var elements: UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: pointee.elems, count: Int(pointee.cnt))
    }
}
