/// Which partition a key belongs to, as Kafka's own producers have it (murmur2, positive, modulo): a member's producer
/// that keys its records by customer and this front put one customer's transactions into one partition.
package enum KafkaPartitioner {
    package static func partition(of key: [UInt8], among count: Int) -> Int {
        Int(murmur2(key) & 0x7fff_ffff) % max(1, count)
    }

    /// Source: Austin Appleby's MurmurHash2, with the seed of org.apache.kafka.common.utils.Utils.
    package static func murmur2(_ data: [UInt8]) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: data.count)
        var at = 0
        while at + 4 <= data.count {
            var k =
                UInt32(data[at]) | UInt32(data[at + 1]) << 8 | UInt32(data[at + 2]) << 16 | UInt32(data[at + 3]) << 24
            k = k &* m
            k ^= k >> 24
            hash = (hash &* m) ^ (k &* m)
            at += 4
        }
        let rest = data.count - at
        if rest == 3 { hash ^= UInt32(data[at + 2]) << 16 }
        if rest >= 2 { hash ^= UInt32(data[at + 1]) << 8 }
        if rest >= 1 { hash = (hash ^ UInt32(data[at])) &* m }
        hash = (hash ^ hash >> 13) &* m
        return hash ^ hash >> 15
    }
}
