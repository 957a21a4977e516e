import Foundation
import Records
import Support
import Testing

@Suite("Messages of the schema")
struct WireMessageTests {
    /// `message Test1 { int32 a = 1; }` with 150 is the example of the encoding's description.
    @Test("are encoded as Protocol Buffers describe it")
    func example() {
        var position = WireSourcePosition()
        position.partition = 150
        #expect(position.encoded == [0x08, 0x96, 0x01])
        #expect(WireSourcePosition(decoding: [0x08, 0x96, 0x01]) == position)
        // Negative numbers of `int64` take ten bytes.
        position = WireSourcePosition()
        position.offset = -2
        #expect(position.encoded == [0x10, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])
    }

    @Test("of nothing are no bytes, and no bytes are a message of nothing")
    func empty() {
        #expect(WireSealedRecord().encoded.isEmpty && WireLabelHeader().encoded.isEmpty)
        #expect(WireSessionAnnouncement(decoding: []) == WireSessionAnnouncement())
        #expect(WireRejected(decoding: []) == WireRejected())
    }

    @Test("keep the fields that only a newer version knows", arguments: [100, 16, 2000] as [UInt64])
    func unknown(number: UInt64) throws {
        let added = HandWritten.number(number, 5) + HandWritten.bytes(number, [1, 2, 3])
        let read = try #require(WireSessionBody(decoding: [0x10, 0x07] + added))
        #expect(read.epoch == 7 && read.encoded == [0x10, 0x07] + added)
    }

    @Test("are none with a malformed field at their end", arguments: HandWritten.malformedEnds)
    func malformed(end: [UInt8]) {
        #expect(WireSessionBody(decoding: [0x10, 0x07] + end) == nil)
        #expect(WireRejected(decoding: end) == nil)
        #expect(WireScoreHeader(decoding: end) == nil)
    }

    @Test(
        "are none where a text is not UTF-8",
        arguments: [[0xFF], [0xC3], [0x61, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func texts(bytes: [UInt8]) {
        #expect(WireSessionBody(decoding: HandWritten.bytes(1, bytes)) == nil)
        #expect(WireSessionBody(decoding: HandWritten.bytes(3, bytes)) != nil, "bytes need not be a text")
    }

    @Test("read back, however many elements and bytes they have", arguments: 1...10 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed)
        var body = WireSessionBody()
        body.member = "bank-\(seed)"
        body.epoch = UInt32(truncatingIfNeeded: random.next())
        body.encapsulatedKeys = (0..<Int.random(in: 0...5, using: &random)).map { _ in
            Data(random.bytes(Int.random(in: 0...300, using: &random)))
        }
        var announcement = WireSessionAnnouncement()
        announcement.body = Data(body.encoded)
        announcement.signature = Data(random.bytes(64))
        #expect(WireSessionAnnouncement(decoding: announcement.encoded) == announcement)
        #expect(WireSessionBody(decoding: Array(announcement.body)) == body)
    }

    @Test("positions go out and come back with the largest numbers that their fields hold")
    func positions() {
        for position in [
            SourcePosition(offset: 0), SourcePosition(partition: Int(UInt32.max), offset: .max, index: Int(UInt32.max)),
            SourcePosition(partition: 1, offset: .min, index: 2),
        ] {
            #expect(SourcePosition(position.wire) == position)
            #expect(WireSourcePosition(decoding: position.wire.encoded).map { SourcePosition($0) } == position)
        }
        #expect(SourcePosition(offset: 5) == SourcePosition(partition: 0, offset: 5, index: 0))
    }

    @Test("a score's header has the added sources behind those it holds", arguments: 0...4)
    func sources(held: Int) throws {
        var random = SplitMix64(UInt64(held))
        func position() -> SourcePosition {
            SourcePosition(
                partition: Int(random.next() % 1000), offset: Int64(random.next() % (1 << 40)),
                index: Int(random.next() % 300))
        }
        let (first, added) = ((0..<held).map { _ in position() }, (0..<3).map { _ in position() })
        var header = WireScoreHeader()
        header.member = "bank-a"
        header.ringBits = 16
        header.sources = first.map(\.wire)
        let bytes = header.encoded(adding: added)
        #expect(header.encoded(adding: []) == header.encoded)
        #expect(bytes.starts(with: header.encoded))
        let read = try #require(WireScoreHeader(decoding: bytes))
        #expect(read.sources.map { SourcePosition($0) } == first + added && read.member == "bank-a")
    }
}
