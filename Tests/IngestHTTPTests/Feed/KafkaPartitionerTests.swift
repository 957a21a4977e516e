import IngestHTTP
import Testing

@Suite("Partitions by key")
struct KafkaPartitionerTests {
    /// Of Apache Kafka's own tests (UtilsTest.testMurmur2).
    @Test(
        "hashes are Kafka's own",
        arguments: [
            ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
        ] as [(String, Int32)])
    func vectors(key: String, hash: Int32) {
        #expect(Int32(bitPattern: KafkaPartitioner.murmur2(Array(key.utf8))) == hash)
    }

    @Test("a partition is among those there are")
    func range() {
        for number in 0..<1000 {
            #expect((0..<7).contains(KafkaPartitioner.partition(of: Array("\(number)".utf8), among: 7)))
        }
        #expect(KafkaPartitioner.partition(of: Array("a".utf8), among: 1) == 0)
    }
}
