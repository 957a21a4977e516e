import Records
import Support
import Testing

@Suite("Big-endian numbers")
struct BigEndianTests {
    @Test("have their highest byte first")
    func bytes() {
        #expect(UInt16(0x0102).bigEndianBytes == [1, 2])
        #expect(UInt32(0x0102_0304).bigEndianBytes == [1, 2, 3, 4])
        #expect(Int64(-2).bigEndianBytes == [255, 255, 255, 255, 255, 255, 255, 254])
        #expect(UInt64.max.bigEndianBytes == [UInt8](repeating: 255, count: 8))
    }

    @Test("are read back from their bytes", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<50 {
            let number = UInt64.random(in: .min ... .max, using: &random)
            #expect(UInt64(bigEndianBytes: number.bigEndianBytes) == number)
            let signed = Int64(truncatingIfNeeded: number)
            #expect(Int64(bigEndianBytes: signed.bigEndianBytes) == signed)
            let small = UInt16(truncatingIfNeeded: number)
            #expect(UInt16(bigEndianBytes: small.bigEndianBytes) == small)
            #expect(small.bigEndianBytes == Array(number.bigEndianBytes.suffix(2)))
        }
    }

    @Test("of fewer bytes are small, of more the last")
    func counts() {
        #expect(UInt32(bigEndianBytes: []) == 0)
        #expect(UInt32(bigEndianBytes: [7]) == 7)
        #expect(Int64(bigEndianBytes: [1, 0, 0, 0, 0, 0]) == 1 << 40)
        #expect(UInt16(bigEndianBytes: [9, 9, 1, 2]) == 0x0102)
    }

    @Test("order as their bytes do, where they have no sign", arguments: 1...10 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<50 {
            let pair = (random.next(), random.next())
            #expect(
                (pair.0 < pair.1) == pair.0.bigEndianBytes.lexicographicallyPrecedes(pair.1.bigEndianBytes))
        }
    }
}
