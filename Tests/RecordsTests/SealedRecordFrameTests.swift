import Foundation
import Records
import Testing

@Suite("A sealed record's frame")
struct SealedRecordFrameTests {
    private func record(_ header: [UInt8], _ boxes: [[UInt8]]) -> [UInt8] {
        SealedTransaction.record(header: header, boxes: boxes.map(\.count)) { $1 += boxes[$0] }
    }

    @Test("has lengths of one, two or three digits", arguments: [0, 1, 127, 128, 16_383, 16_384])
    func lengths(count: Int) throws {
        let boxes = [[UInt8](repeating: 5, count: count), [6], [UInt8](repeating: 7, count: count)]
        // Field 12 of the header is unknown and may be of any length.
        let header = HandWritten.bytes(12, [UInt8](repeating: 8, count: count))
        let bytes = record(header, boxes)
        #expect(bytes == HandWritten.record(header, boxes: boxes))
        let read = try #require(SealedTransaction(bytes))
        #expect(Array(bytes[read.headerBytes]) == header && read.boxCount == 3)
        for number in 0..<3 { #expect(Array(bytes[read.boxes[number]]) == boxes[number]) }
    }

    @Test("tells how many boxes there are, and where the first three stand", arguments: 0...6)
    func boxes(count: Int) throws {
        let boxes = (0..<count).map { [UInt8](repeating: UInt8($0), count: $0 + 1) }
        let bytes = record([0x08, 0x01], boxes)
        let read = try #require(SealedTransaction(bytes))
        #expect(read.boxCount == count)
        for number in 0..<3 { #expect(Array(bytes[read.boxes[number]]) == (number < count ? boxes[number] : [])) }
    }

    @Test("cut at any length is none")
    func cut() {
        let bytes = record([0x08, 0x01], [[1, 2], [3, 4], [5, 6]])
        for count in bytes.indices { #expect(SealedTransaction(Array(bytes.prefix(count))) == nil, "\(count) bytes") }
        #expect(SealedTransaction(bytes) != nil && SealedTransaction(bytes + [0x0A]) == nil)
    }

    @Test("of a transaction without a header has a header of nothing, and the last of two counts")
    func headers() throws {
        let none = try #require(SealedTransaction([0x0A, 0x00]))
        #expect(none.header.schema == 0 && none.header.member == nil && none.boxCount == 0 && none.headerBytes.isEmpty)
        let twice = HandWritten.bytes(1, HandWritten.bytes(1, [0x30, 5]) + HandWritten.bytes(1, [0x08, 3]))
        let read = try #require(SealedTransaction(twice))
        #expect(read.header.schema == 3 && read.header.sessionEpoch == 0 && twice[read.headerBytes] == [0x08, 3])
        #expect(WireSealedRecord(decoding: twice)?.transaction.header == Data([0x08, 3]))
    }

    @Test("of another type, or of a model's activation, is no transaction")
    func others() {
        for other in [
            HandWritten.number(1, 5), HandWritten.fixed64(1, 5), HandWritten.fixed32(1, 5), HandWritten.bytes(2, []),
            HandWritten.bytes(3, [0x0A, 0x00]), HandWritten.bytes(2, []) + HandWritten.bytes(1, []),
            HandWritten.bytes(1, []) + HandWritten.bytes(1, []),
        ] {
            #expect(SealedTransaction(other) == nil, "\(other)")
        }
        // What is passed over beside a transaction does not hide it.
        #expect(SealedTransaction(HandWritten.number(1, 5) + HandWritten.bytes(1, [])) != nil)
        #expect(SealedTransaction(HandWritten.number(2, 5) + HandWritten.bytes(1, [])) != nil)
    }
}
