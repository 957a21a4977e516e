import Support
import Testing
import ThreeParty

@Suite("Elements of a ring")
struct RingElementTests {
    private func roundTrip<R: RingElement>(_ ring: R.Type, _ random: inout SplitMix64) {
        let elements = (0..<Int.random(in: 0...40, using: &random)).map { _ in
            R.random(in: .min ... .max, using: &random)
        }
        let bytes = R.pack(elements)
        #expect(bytes.count == elements.count * R.byteCount)
        #expect(R.unpack(bytes) == elements)
        // What does not make a whole element is left out.
        for more in 1..<R.byteCount { #expect(R.unpack(bytes + [UInt8](repeating: 9, count: more)) == elements) }
    }

    @Test("travel little-endian and come back", arguments: 1...10 as ClosedRange<UInt64>)
    func packing(seed: UInt64) {
        var random = SplitMix64(state: seed)
        roundTrip(UInt16.self, &random)
        roundTrip(UInt32.self, &random)
        #expect(UInt16.pack([0x0102, 0xFFFE]) == [2, 1, 0xFE, 0xFF])
        #expect(UInt32.pack([0x0102_0304]) == [4, 3, 2, 1])
        #expect(UInt16.unpack([]).isEmpty && UInt16.unpack([1]).isEmpty)
        #expect(UInt16.byteCount == 2 && UInt32.byteCount == 4)
    }

    @Test("are signed numbers from their middle on")
    func signs() {
        #expect([0, 1, 0x7FFF, 0x8000, 0xFFFF].map { signed($0 as UInt16) } == [0, 1, 32_767, -32_768, -1])
        #expect(
            [0, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].map { signed($0 as UInt32) } == [
                0, 2_147_483_647, -2_147_483_648, -1,
            ])
        for value in Int16.min ... .max { #expect(signed(UInt16(bitPattern: value)) == Int64(value)) }
    }

    @Test("that are shares of numbers are shares of the sum", arguments: 1...10 as ClosedRange<UInt64>)
    func homomorphic(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<100 {
            let values = (0..<2).map { _ in Int64.random(in: -1_000_000...1_000_000, using: &random) }
            let shares = values.map { value -> [UInt32] in
                let one = UInt32.random(in: .min ... .max, using: &random)
                return [one, UInt32(truncatingIfNeeded: value) &- one]
            }
            #expect(signed((shares[0][0] &+ shares[1][0]) &+ (shares[0][1] &+ shares[1][1])) == values[0] + values[1])
        }
    }
}
