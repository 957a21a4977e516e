import Foundation
import Records
import Support
import Testing

/// What is read and written in place, held against the generated code of the same schema.
@Suite("A sealed transaction's encoding")
struct SealedTransactionTests {
    private static func header(_ random: inout SplitMix64) -> (own: SealedHeader, generated: WireSealedHeader) {
        func small(_ limit: UInt64) -> UInt64 { random.next() % 3 == 0 ? 0 : random.next() % limit }
        let event = EventID(random.bytes(16))!
        let partition = Int(small(300))
        let own = SealedHeader(
            member: MemberID("bank-\(small(1000))")!, event: event,
            time: EventTime(seconds: Int64(small(1 << 40)) - (1 << 38)),
            source: SourcePosition(
                partition: partition, offset: Int64(small(1 << 50)), index: Int(small(200))),
            previous: random.next() % 2 == 0
                ? nil : SourcePosition(partition: partition, offset: Int64(small(1 << 50)), index: Int(small(200))),
            partition: UInt32(small(300)), sessionEpoch: UInt32(small(1 << 32)),
            session: SessionID(Digest32(of: [random.bytes(8)])), featureSpec: small(.max))
        var generated = WireSealedHeader()
        generated.schema = 2
        generated.member = own.member?.name ?? ""
        generated.eventID = Data(event.bytes)
        generated.eventTime = own.time.seconds
        generated.source = own.source?.wire ?? WireSourcePosition()
        if let previous = own.previous {
            generated.previous = SourcePosition(offset: previous.offset, index: previous.index).wire
        }
        generated.partition = own.partition
        generated.session = Data(own.session?.bytes ?? [])
        generated.sessionEpoch = own.sessionEpoch
        generated.featureSpec = own.featureSpec
        return (own, generated)
    }

    private static func record(_ header: [UInt8], _ boxes: [[UInt8]]) -> [UInt8] {
        SealedTransaction.record(header: header, boxes: boxes.map(\.count)) { $1 += boxes[$0] }
    }

    private static func generated(_ header: [UInt8], _ boxes: [[UInt8]]) -> WireSealedRecord {
        var transaction = WireSealedTransaction()
        transaction.header = Data(header)
        transaction.boxes = boxes.map { Data($0) }
        var record = WireSealedRecord()
        record.transaction = transaction
        return record
    }

    @Test("is the generated code's, byte for byte, and reads back")
    func equal() throws {
        var random = SplitMix64(state: 1)
        for _ in 0..<500 {
            let (own, generated) = Self.header(&random)
            #expect(own.encoded == generated.encoded)
            let boxes = (0..<Int(random.next() % 5)).map { _ in random.bytes(Int(random.next() % 300)) }
            let bytes = Self.record(own.encoded, boxes)
            #expect(bytes == Self.generated(own.encoded, boxes).encoded)
            let read = try #require(SealedTransaction(bytes))
            #expect(read.header == own)
            #expect(Array(bytes[read.headerBytes]) == own.encoded)
            #expect(read.boxCount == boxes.count)
            for (number, box) in boxes.prefix(3).enumerated() { #expect(Array(bytes[read.boxes[number]]) == box) }
        }
    }

    @Test("of a box's parts is the generated code's", arguments: [(0, 0), (16, 16), (16, 74), (300, 16)])
    func shareBox(first: Int, second: Int) throws {
        let parts = ([UInt8](repeating: 1, count: first), [UInt8](repeating: 2, count: second))
        var generated = WireShareBox()
        generated.first = Data(parts.0)
        generated.second = Data(parts.1)
        let bytes = ShareBox.encoded(parts.0, parts.1)
        #expect(bytes == generated.encoded)
        let read = try #require(bytes.withUnsafeBytes { ShareBox($0) })
        #expect(Array(bytes[read.first]) == parts.0 && Array(bytes[read.second]) == parts.1)
    }

    @Test("passes over what a newer version adds, at every level")
    func unknownFields() throws {
        // Field 15: a varint, a fixed64, bytes, a fixed32.
        let unknown: [UInt8] = [0x78, 0x96, 0x01, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7A, 2, 9, 9, 0x7D, 1, 2, 3, 4]
        var random = SplitMix64(state: 2)
        let (own, _) = Self.header(&random)
        let header = unknown + own.encoded + unknown
        var transaction = Self.generated(header, [[1], [2], [3]]).transaction.encoded
        transaction = unknown + transaction + unknown
        let bytes =
            unknown + [0x0A, UInt8(transaction.count & 0x7F | 0x80), UInt8(transaction.count >> 7)] + transaction
        let read = try #require(SealedTransaction(bytes + unknown))
        #expect(read.header == own && Array(bytes[read.headerBytes]) == header && read.boxCount == 3)
        #expect(WireSealedRecord(decoding: bytes + unknown) != nil)
    }

    @Test("is refused where a record is two things, or a transaction twice")
    func two() {
        var random = SplitMix64(state: 3)
        let bytes = Self.record(Self.header(&random).own.encoded, [[1]])
        var activation = WireSealedRecord()
        activation.activation = WireModelActivation()
        #expect(SealedTransaction(bytes + bytes) == nil)
        #expect(SealedTransaction(bytes + activation.encoded) == nil)
        #expect(SealedTransaction(activation.encoded) == nil)
        #expect(SealedTransaction([]) == nil)
    }

    @Test("damaged anywhere is refused, or read as the generated code reads it")
    func damaged() throws {
        var random = SplitMix64(state: 4)
        var (readable, refused) = (0, 0)
        for _ in 0..<20_000 {
            let (own, _) = Self.header(&random)
            var bytes = Self.record(own.encoded, [random.bytes(20), random.bytes(20), random.bytes(30)])
            if random.next() % 4 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            // At the front, where what is read in place stands.
            for _ in 0...random.next() % 3 where !bytes.isEmpty {
                bytes[Int(random.next() % UInt64(min(bytes.count, 60)))] = UInt8(truncatingIfNeeded: random.next())
            }
            guard let read = SealedTransaction(bytes) else {
                refused += 1
                continue
            }
            readable += 1
            guard case .transaction(let wire)? = WireSealedRecord(decoding: bytes)?.body else {
                Issue.record("read in place, and not by the generated code")
                continue
            }
            #expect(Array(bytes[read.headerBytes]) == Array(wire.header) && read.boxCount == wire.boxes.count)
            // The generated code refuses a name that is not UTF-8; in place that is nobody's name.
            guard let header = WireSealedHeader(decoding: Array(wire.header)) else {
                #expect(read.header.member == nil)
                continue
            }
            #expect(read.header.schema == header.schema && read.header.member == MemberID(header.member))
            #expect(read.header.event == EventID(Array(header.eventID)) && read.header.time.seconds == header.eventTime)
            #expect(read.header.sessionEpoch == header.sessionEpoch && read.header.featureSpec == header.featureSpec)
            #expect((read.header.source != nil) == header.hasSource)
            #expect(read.header.source == nil || read.header.source == SourcePosition(header.source))
        }
        #expect(readable > 1000 && refused > 1000)
    }
}
