import Records
import Support
import Testing

@Suite("A label record's header")
struct LabelHeaderTests {
    private let header: LabelHeader

    private static let fields: [[UInt8]] = [
        [0x08, 0x02],
        [0x12, 0x06] + Array("bank-a".utf8),
        [0x1A, 0x07, 0x08, 0x03, 0x10, 0x96, 0x01, 0x18, 0x02],
        [0x20, 0x04],
        [0x29, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01],
        [0x30, 0x80, 0x04],
        [0x38, 0x01],
        [0x40, 0x01],
        [0x48, 0xAC, 0x02],
        [0x52, 0x05, 0x10, 0x95, 0x01, 0x18, 0x04],
        [0x5A, 0x10] + session.bytes,
    ]
    private static let session = SessionID(Digest32(of: [[7]]))

    init() throws {
        header = LabelHeader(
            member: try member("bank-a"), source: SourcePosition(partition: 3, offset: 150, index: 2),
            previous: SourcePosition(partition: 3, offset: 149, index: 4), sessionEpoch: 4, session: Self.session,
            featureSpec: 0x0102_0304_0506_0708, count: 512, history: true, labelled: true, tokenEpoch: 300)
    }

    @Test("is written field by field, and reads back")
    func bytes() {
        #expect(header.encoded == Self.fields.flatMap(\.self))
        #expect(LabelHeader(header.encoded) == header)
        #expect(header.schema == 2 && LabelHeader.schema == 2 && LabelHeader.counts == 1...512)
    }

    @Test("is of labels and not of history where nothing else is said")
    func usual() throws {
        let header = LabelHeader(
            member: try member("bank-a"), source: SourcePosition(offset: 0), sessionEpoch: 1,
            session: Self.session, featureSpec: 2, count: 3)
        #expect(!header.history && header.labelled && header.tokenEpoch == 0)
    }

    @Test("lacks exactly the field that is left out", arguments: 0..<11)
    func leftOut(place: Int) {
        var expected = header
        switch place {
        case 0: expected.schema = 0
        case 1: expected.member = nil
        case 2:
            expected.source = nil
            expected.previous?.partition = 0
        case 3: expected.sessionEpoch = 0
        case 4: expected.featureSpec = 0
        case 5: expected.count = 0
        case 6: expected.history = false
        case 7: expected.labelled = false
        case 8: expected.tokenEpoch = 0
        case 9: expected.previous = nil
        default: expected.session = nil
        }
        var fields = Self.fields
        fields.remove(at: place)
        #expect(LabelHeader(fields.flatMap(\.self)) == expected)
        #expect(expected.encoded == fields.flatMap(\.self))
    }

    @Test("cut at any length is malformed, except between two fields")
    func cut() {
        let ends = HandWritten.ends(of: Self.fields)
        for count in 0...header.encoded.count {
            #expect((LabelHeader(Array(header.encoded.prefix(count))) != nil) == ends.contains(count), "\(count) bytes")
        }
    }

    @Test("with a malformed field at its end is none, and neither is its record", arguments: HandWritten.malformedEnds)
    func malformed(end: [UInt8]) {
        #expect(LabelHeader(header.encoded + end) == nil)
        #expect(LabelRecord(LabelRecord.encoded(header: header.encoded + end, boxes: [[1]])) == nil)
        #expect(LabelRecord(LabelRecord.encoded(header: header.encoded, boxes: [[1]]) + end) == nil)
    }

    @Test("passes over what a newer version adds", arguments: [12, 15, 16, 2000, (1 << 29) - 1] as [UInt64])
    func unknown(number: UInt64) {
        let added = [
            HandWritten.number(number, 7), HandWritten.fixed64(number, 7), HandWritten.fixed32(number, 7),
            HandWritten.bytes(number, [1, 2]),
        ]
        for field in added {
            #expect(LabelHeader(field + header.encoded) == header && LabelHeader(header.encoded + field) == header)
        }
    }

    @Test(
        "holds any count, also one that no record may have: who reads it decides",
        arguments: [0, 1, 512, 513, 1 << 31, (1 << 32) - 1])
    func counts(count: Int) {
        var header = header
        header.count = count
        #expect(LabelHeader(header.encoded)?.count == count)
        #expect(LabelHeader.counts.contains(count) == (count == 1 || count == 512))
    }

    @Test("names no member where the name is none; one that is no text makes it malformed")
    func names() {
        for name in ["Bank", "bank a", "consortium", "", String(repeating: "b", count: 41)] {
            let bytes = HandWritten.bytes(2, Array(name.utf8)) + [0x30, 0x05]
            #expect(LabelHeader(bytes)?.member == nil && LabelHeader(bytes)?.count == 5)
        }
        #expect(LabelHeader(HandWritten.bytes(2, [0xFF])) == nil)
    }

    @Test("a record has as many boxes as it has, of any length", arguments: 0...5)
    func boxes(count: Int) throws {
        let boxes = (0..<count).map { [UInt8](repeating: UInt8($0), count: [0, 1, 127, 128, 20_000][$0]) }
        let bytes = LabelRecord.encoded(header: header.encoded, boxes: boxes)
        #expect(bytes == HandWritten.bytes(1, header.encoded) + boxes.flatMap { HandWritten.bytes(2, $0) })
        let read = try #require(LabelRecord(bytes))
        #expect(read.boxes == boxes && read.header == header && read.headerBytes == header.encoded)
    }
}
