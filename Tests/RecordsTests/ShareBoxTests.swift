import Foundation
import Records
import Support
import Testing

@Suite("A box's parts")
struct ShareBoxTests {
    private func read(_ bytes: [UInt8]) -> [[UInt8]]? {
        bytes.withUnsafeBytes { ShareBox($0) }.map { box in
            [box.first, box.second, box.tokens].map { Array(bytes[$0]) }
        }
    }

    @Test("are written as the generated code writes them, and read back", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<20 {
            let parts = (0..<3).map { _ in
                random.bytes([0, 1, 16, 127, 128, 300].randomElement(using: &random) ?? 0)
            }
            var wire = WireShareBox()
            (wire.first, wire.second, wire.tokens) = (Data(parts[0]), Data(parts[1]), Data(parts[2]))
            let bytes = ShareBox.encoded(parts[0], parts[1], tokens: parts[2])
            #expect(bytes == wire.encoded)
            #expect(read(bytes) == parts)
        }
    }

    @Test("with those of a second spec are written and read as the generated code does, empty ones too")
    func shadow() throws {
        for count in [0, 1, 16, 127, 128, 300] {
            let parts = (0..<5).map { [UInt8](repeating: UInt8($0 + 1), count: $0 == 3 ? count : 16) }
            let bytes = ShareBox.encoded(parts[0], parts[1], tokens: parts[2], shadow: (parts[3], parts[4]))
            var wire = WireShareBox()
            (wire.first, wire.second, wire.tokens) = (Data(parts[0]), Data(parts[1]), Data(parts[2]))
            (wire.shadowFirst, wire.shadowSecond) = (Data(parts[3]), Data(parts[4]))
            #expect(bytes == wire.encoded)
            let found = bytes.withUnsafeBytes { ShareBox($0) }.map {
                [bytes[$0.shadow.first], bytes[$0.shadow.second]]
            }
            #expect(found == [parts[3][...], parts[4][...]])
        }
        let none = ShareBox.encoded([1], [2], tokens: [3])
        #expect(
            none.withUnsafeBytes { ShareBox($0) }.map { $0.shadow.first.isEmpty && $0.shadow.second.isEmpty } == true)
    }

    @Test("take as many bytes as is said beforehand", arguments: [1, 2, 16, 126, 127, 128, 129, 16_383, 16_384])
    func size(count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)
        #expect(ShareBox.size(count, 16) == ShareBox.encoded(bytes, [UInt8](repeating: 2, count: 16)).count)
        #expect(ShareBox.size(16, count) == ShareBox.encoded([UInt8](repeating: 2, count: 16), bytes).count)
    }

    @Test("are malformed where they are cut, except between two of them")
    func cut() {
        let parts: [[UInt8]] = [[1, 2, 3], [4, 5], [6, 7, 8, 9]]
        let whole = ShareBox.encoded(parts[0], parts[1], tokens: parts[2])
        #expect(whole == [0x0A, 3, 1, 2, 3, 0x12, 2, 4, 5, 0x1A, 4, 6, 7, 8, 9])
        let readable: [Int: [[UInt8]]] = [
            0: [[], [], []], 5: [parts[0], [], []], 9: [parts[0], parts[1], []], 15: parts,
        ]
        for count in 0...whole.count { #expect(read(Array(whole.prefix(count))) == readable[count], "\(count) bytes") }
    }

    @Test("are malformed with a malformed field behind them", arguments: HandWritten.malformedEnds)
    func malformed(end: [UInt8]) { #expect(read(ShareBox.encoded([1], [2]) + end) == nil) }

    @Test("pass over fields of other numbers and types, and take the last of two")
    func others() {
        let parts = ShareBox.encoded([1], [2], tokens: [3])
        for number in 1...5 as ClosedRange<UInt64> {
            for other in [
                HandWritten.number(number, 9), HandWritten.fixed64(number, 9), HandWritten.fixed32(number, 9),
            ] {
                #expect(read(parts + other) == [[1], [2], [3]] && read(other + parts) == [[1], [2], [3]])
            }
        }
        #expect(read(parts + HandWritten.bytes(4, [9])) == [[1], [2], [3]])
        #expect(read(parts + HandWritten.bytes(1, [9])) == [[9], [2], [3]])
        #expect(read(parts + HandWritten.bytes(2, [])) == [[1], [], [3]])
        #expect(read(parts + HandWritten.bytes(3, [9, 9])) == [[1], [2], [9, 9]])
    }
}
