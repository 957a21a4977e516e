import Secrets
import Testing
import ThreeParty

@Suite("AES-128-CTR streams")
struct CounterStreamTests {
    @Test("are AES of the counters from the first on")
    func known() {
        // AES-128 under the zero key, of 0 (FIPS 197's algorithm; NIST's AESAVS has it) and of 1 (the GCM specification's
        // test case 1).
        let expected: [UInt8] = [
            0x66, 0xE9, 0x4B, 0xD4, 0xEF, 0x8A, 0x2C, 0x3B, 0x88, 0x4C, 0xFA, 0x59, 0xCA, 0x34, 0x2B, 0x2E,
            0x58, 0xE2, 0xFC, 0xCE, 0xFA, 0x7E, 0x30, 0x61, 0x36, 0x7F, 0x1D, 0x57, 0xA4, 0xE7, 0x45, 0x5A,
        ]
        let key = SecretKey(bytes: [UInt8](repeating: 0, count: 32))
        #expect(CounterStream.bytes(of: key, count: 32) == expected)
        #expect(CounterStream.bytes(of: key, count: 0) == [])
        var counted = CounterStream()
        for (first, blocks) in [(0, 0..<32), (1, 16..<32)] as [(UInt128, Range<Int>)] {
            var bytes = [UInt8](repeating: 0, count: blocks.count)
            [UInt8](repeating: 0, count: 16).withUnsafeBytes { counted.restart($0, from: first) }
            bytes.withUnsafeMutableBytes { counted.fill($0) }
            #expect(bytes == Array(expected[blocks]))
        }
        // The counter goes on from its end at zero.
        let wrapped = SecretKey(bytes: [UInt8](repeating: 0, count: 16) + [UInt8](repeating: 255, count: 16))
        #expect(Array(CounterStream.bytes(of: wrapped, count: 48).dropFirst(16)) == expected)
    }

    @Test("are the same bytes in pieces of any size", arguments: [1, 15, 16, 17, 333])
    func pieces(size: Int) {
        let key = SecretKey(bytes: Array(0..<32))
        let whole = CounterStream.bytes(of: key, count: 1000)
        var stream = CounterStream(key)
        var joined: [UInt8] = []
        while joined.count < whole.count {
            var piece = [UInt8](repeating: 0xFF, count: min(size, whole.count - joined.count))
            piece.withUnsafeMutableBytes { stream.fill($0) }
            joined += piece
        }
        #expect(joined == whole)
    }
}
