import Foundation
import Records
import Support
import Testing

@Suite("A sealed transaction's header")
struct SealedHeaderTests {
    private let header: SealedHeader
    private static let event: [UInt8] = (0..<16).map { 0xA0 + $0 }

    /// The fields of `header` as Protobuf's description has them, one by one.
    private static let fields: [[UInt8]] = [
        [0x08, 0x02],
        [0x12, 0x06] + Array("bank-a".utf8),
        [0x1A, 0x10] + event,
        // 1,700,000,000 in groups of seven bits, the lowest first.
        [0x20, 0x80, 0xE2, 0xCF, 0xAA, 0x06],
        [0x2A, 0x07, 0x08, 0x03, 0x10, 0x96, 0x01, 0x18, 0x02],
        [0x30, 0x04],
        [0x39, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01],
        [0x40, 0xAC, 0x02],
        [0x4A, 0x05, 0x10, 0x95, 0x01, 0x18, 0x04],
        [0x50, 0x81, 0x01],
        [0x5A, 0x10] + session.bytes,
    ]
    private static let session = SessionID(Digest32(of: [[7]]))

    init() throws {
        header = SealedHeader(
            member: try member("bank-a"), event: try #require(EventID(Self.event)),
            time: EventTime(seconds: 1_700_000_000), source: SourcePosition(partition: 3, offset: 150, index: 2),
            previous: SourcePosition(partition: 3, offset: 149, index: 4), partition: 129, sessionEpoch: 4,
            session: Self.session, featureSpec: 0x0102_0304_0506_0708, tokenEpoch: 300)
    }

    private func read(_ bytes: [UInt8]) -> SealedHeader? { SealedTransaction(HandWritten.record(bytes))?.header }

    @Test("is written field by field, in order of their numbers, and reads back")
    func bytes() {
        #expect(header.encoded == Self.fields.flatMap(\.self))
        #expect(read(header.encoded) == header)
        #expect(header.schema == 2 && SealedHeader.schema == 2)
    }

    @Test("reads the same with its fields in any other order", arguments: 1...10 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SplitMix64(seed)
        #expect(read(Self.fields.shuffled(using: &random).flatMap(\.self)) == header)
    }

    @Test("lacks exactly the field that is left out", arguments: 0..<11)
    func leftOut(place: Int) {
        var expected = header
        switch place {
        case 0: expected.schema = 0
        case 1: expected.member = nil
        case 2: expected.event = nil
        case 3: expected.time = EventTime(seconds: 0)
        case 4:
            expected.source = nil
            // Whose partition it is that of.
            expected.previous?.partition = 0
        case 5: expected.sessionEpoch = 0
        case 6: expected.featureSpec = 0
        case 7: expected.tokenEpoch = 0
        case 8: expected.previous = nil
        case 9: expected.partition = 0
        default: expected.session = nil
        }
        var fields = Self.fields
        fields.remove(at: place)
        #expect(read(fields.flatMap(\.self)) == expected)
        // And what holds nothing is not written.
        #expect(expected.encoded == fields.flatMap(\.self))
    }

    @Test("cut at any length is malformed, except between two fields")
    func cut() {
        let whole = header.encoded
        let ends = HandWritten.ends(of: Self.fields)
        for count in 0...whole.count {
            let prefix = Array(whole.prefix(count))
            #expect((read(prefix) != nil) == ends.contains(count), "\(count) bytes")
            #expect((WireSealedHeader(decoding: prefix) != nil) == ends.contains(count), "\(count) bytes")
        }
    }

    @Test("with a malformed field at its end, or in its source, is none", arguments: HandWritten.malformedEnds)
    func malformed(end: [UInt8]) {
        #expect(read(header.encoded + end) == nil)
        #expect(WireSealedHeader(decoding: header.encoded + end) == nil)
        let source = HandWritten.bytes(5, [0x08, 0x03] + end)
        #expect(read(source) == nil)
        #expect(WireSealedHeader(decoding: source) == nil)
        // A record and a transaction with the same end are none, either.
        let transaction = HandWritten.bytes(1, header.encoded)
        #expect(SealedTransaction(HandWritten.bytes(1, transaction)) != nil)
        #expect(SealedTransaction(HandWritten.bytes(1, transaction + end)) == nil)
        #expect(SealedTransaction(HandWritten.bytes(1, transaction) + end) == nil)
    }

    @Test("passes over a field that has another type than its own", arguments: 1...11 as ClosedRange<UInt64>)
    func types(number: UInt64) throws {
        let forms = [
            (0, HandWritten.number(number, 7)), (1, HandWritten.fixed64(number, 7)),
            (2, HandWritten.bytes(number, [0x08, 0x07])), (5, HandWritten.fixed32(number, 7)),
        ]
        let own = [2: 2, 3: 2, 5: 2, 7: 1, 9: 2, 11: 2][number] ?? 0
        for (type, form) in forms where type != own {
            #expect(read(header.encoded + form) == header, "type \(type)")
            let wire = try #require(WireSealedHeader(decoding: header.encoded + form))
            #expect(wire.member == "bank-a" && wire.tokenEpoch == 300 && wire.featureSpec == header.featureSpec)
        }
    }

    @Test("takes the last of fields that are there twice")
    func twice() throws {
        var other = header
        other.member = try member("bank-b")
        other.event = EventID([UInt8](repeating: 1, count: 16))
        other.time = EventTime(seconds: -5)
        other.source = SourcePosition(partition: 9, offset: 8, index: 7)
        other.previous = SourcePosition(partition: 9, offset: 8, index: 6)
        (other.partition, other.session) = (5, SessionID(Digest32(of: [[8]])))
        (other.sessionEpoch, other.featureSpec, other.tokenEpoch) = (9, 10, 11)
        #expect(read(header.encoded + other.encoded) == other)
        #expect(read(other.encoded + header.encoded) == header)
        // Of an id that is none, nothing is left.
        #expect(read(header.encoded + HandWritten.bytes(3, [1, 2]))?.event == nil)
        #expect(read(header.encoded + HandWritten.bytes(2, []))?.member == nil)
    }

    @Test("has an event only where its id has sixteen bytes", arguments: 0...40)
    func events(count: Int) {
        let id = [UInt8](repeating: 7, count: count)
        #expect(read(HandWritten.bytes(3, id))?.event?.bytes == (count == 16 ? id : nil))
    }

    @Test("has a session only where its id has sixteen bytes", arguments: 0...40)
    func sessions(count: Int) {
        let id = [UInt8](repeating: 7, count: count)
        #expect(read(HandWritten.bytes(11, id))?.session?.bytes == (count == 16 ? id : nil))
    }

    @Test(
        "names no member where the name is none, and is a header all the same",
        arguments: [
            [], Array("Bank-a".utf8), Array("bank a".utf8), Array("consortium".utf8), Array("bank-ä".utf8),
            [0x62, 0xFF], [0xC3], [0x62, 0x00], [UInt8](repeating: 0x62, count: 41),
        ] as [[UInt8]])
    func names(name: [UInt8]) throws {
        let header = try #require(read(HandWritten.bytes(2, name) + [0x30, 0x04]))
        #expect(header.member == nil && header.sessionEpoch == 4)
    }

    @Test(
        "holds every number that its fields can hold",
        arguments: [
            (0, 0, 0, 0), (Int64.min, .min, 0, 0), (.max, .max, .max, .max), (-1, -1, 1, 1),
            (127, 128, 127, 128), (16_383, 16_384, 16_383, 16_384), (1 << 62, -(1 << 62), 1 << 31, 1 << 63),
        ] as [(Int64, Int64, UInt32, UInt64)])
    func numbers(time: Int64, offset: Int64, epoch: UInt32, wide: UInt64) throws {
        var header = header
        header.time = EventTime(seconds: time)
        header.source = SourcePosition(partition: Int(epoch), offset: offset, index: Int(epoch))
        header.previous = header.source
        header.partition = epoch
        (header.sessionEpoch, header.featureSpec, header.tokenEpoch) = (epoch, wide, wide)
        #expect(read(header.encoded) == header)
        let wire = try #require(WireSealedHeader(decoding: header.encoded))
        #expect(wire.eventTime == time && wire.source.offset == offset && wire.sessionEpoch == epoch)
        #expect(wire.source.partition == epoch && wire.source.index == epoch && wire.partition == epoch)
        #expect(wire.previous.partition == 0 && wire.previous.offset == offset && wire.previous.index == epoch)
        #expect(wire.featureSpec == wide && wire.tokenEpoch == wide && wire.encoded == header.encoded)
        // With a second spec behind all else.
        header.shadowSpec = wide
        #expect(read(header.encoded) == header && WireSealedHeader(decoding: header.encoded)?.shadowSpec == wide)
        #expect(header.encoded.count == wire.encoded.count + (wide == 0 ? 0 : 9))
    }

    @Test(
        "reads numbers of more digits than they need, or than their field has, as the generated code does",
        arguments: [
            [0x81, 0x00], [0x80, 0x80, 0x00], [0x85, 0x80, 0x80, 0x80, 0x10], [0xFF, 0xFF, 0xFF, 0xFF, 0x1F],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ] as [[UInt8]])
    func digits(value: [UInt8]) throws {
        let source = HandWritten.bytes(5, [0x08] + value + [0x10] + value + [0x18] + value)
        let bytes = [0x08] + value + [0x20] + value + [0x30] + value + [0x40] + value + source
        let own = try #require(read(bytes))
        let wire = try #require(WireSealedHeader(decoding: bytes))
        #expect(own.schema == wire.schema && own.time.seconds == wire.eventTime)
        #expect(own.sessionEpoch == wire.sessionEpoch && own.tokenEpoch == wire.tokenEpoch)
        #expect(own.source == SourcePosition(wire.source))
    }

    @Test("an empty source is the beginning of partition 0, and no source is none")
    func emptySource() {
        #expect(read([0x2A, 0x00])?.source == SourcePosition(offset: 0))
        #expect(read([])?.source == nil)
        var first = header
        first.source = SourcePosition(offset: 0)
        first.previous?.partition = 0
        #expect(first.encoded.count == header.encoded.count - 7)
        #expect(read(first.encoded) == first)
    }
}
