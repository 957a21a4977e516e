import Records
import Support
import Testing

@Suite("A label record's encoding")
struct LabelRecordTests {
    private func header(_ random: inout SplitMix64) throws -> LabelHeader {
        LabelHeader(
            member: try member("bank-\(random.next() % 99)"),
            source: SourcePosition(
                partition: Int(random.next() % 9), offset: Int64(random.next() % (1 << 50)),
                index: Int(random.next() % 99)),
            sessionEpoch: UInt32(truncatingIfNeeded: random.next()),
            session: SessionID(Digest32(of: [random.bytes(8)])),
            featureSpec: random.next(),
            count: Int.random(in: LabelHeader.counts, using: &random), history: Bool.random(using: &random),
            labelled: Bool.random(using: &random), tokenEpoch: random.next() % 100)
    }

    @Test("reads back, header and boxes", arguments: 1...10 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let header = try header(&random)
        #expect(LabelHeader(header.encoded) == header)
        let boxes = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            random.bytes(Int.random(in: 0...90, using: &random))
        }
        let record = try #require(LabelRecord(LabelRecord.encoded(header: header.encoded, boxes: boxes)))
        #expect(record.header == header && record.headerBytes == header.encoded && record.boxes == boxes)
    }

    @Test("without a member's name, or a source, says so")
    func absent() throws {
        var random = SplitMix64(3)
        var header = try header(&random)
        (header.member, header.source) = (nil, nil)
        let read = try #require(LabelHeader(header.encoded))
        #expect(read.member == nil && read.source == nil && read == header)
        // An empty message is a header of nothing.
        #expect(LabelHeader([])?.count == 0 && LabelHeader([])?.schema == 0)
    }

    @Test(
        "damaged anywhere is refused, or read as some record, never trapped on", arguments: 1...5 as ClosedRange<UInt64>
    )
    func damaged(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let good = LabelRecord.encoded(
            header: try header(&random).encoded, boxes: [random.bytes(20), random.bytes(20)])
        var refused = 0
        for _ in 0..<500 {
            var bytes = good
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 1...bytes.count, using: &random)) }
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if LabelRecord(bytes) == nil { refused += 1 }
        }
        #expect(refused > 50)
    }
}
