import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("The hash of a frame that was received")
struct FrameHashTests {
    private func key(_ byte: UInt8) -> SecretKey { SecretKey(bytes: [UInt8](repeating: byte, count: 32)) }

    private func hash(_ rows: [[UInt8]], key byte: UInt8 = 1) -> Digest32 {
        var stream = CounterStream(key(byte))
        var hash = FrameHash(rowBytes: rows.first?.count ?? 0, key: &stream)
        for row in rows { row.withUnsafeBytes { hash.add($0) } }
        return hash.digest
    }

    private func words(_ bytes: [UInt8]) -> [UInt64] {
        let padded = bytes + [UInt8](repeating: 0, count: (16 - bytes.count % 16) % 16)
        return stride(from: 0, to: padded.count, by: 8).map { at in
            padded[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    @Test(
        "is SHA-256 over each row's NH of 64-bit words", arguments: [1, 7, 8, 15, 16, 17, 28, 64, 3200, 3201])
    func definition(bytes: Int) {
        var random = SplitMix64(UInt64(bytes))
        let rows = (0..<3).map { _ in random.bytes(bytes) }
        let key = words(CounterStream.bytes(of: key(1), count: (bytes + 15) / 16 * 16))
        var expected: [UInt8] = []
        for row in rows {
            let row = words(row)
            var sum: UInt128 = 0
            for pair in stride(from: 0, to: row.count, by: 2) {
                sum &+= UInt128(row[pair] &+ key[pair]) * UInt128(row[pair + 1] &+ key[pair + 1])
            }
            for byte in 0..<16 { expected.append(UInt8(truncatingIfNeeded: sum >> UInt128(byte * 8))) }
        }
        #expect(hash(rows) == Digest32(of: [Array("cordon/received/v2".utf8), expected]))
    }

    @Test("is another one for every changed bit, other order and other key")
    func changes() {
        var random = SplitMix64(1)
        let rows = (0..<2).map { _ in random.bytes(35) }
        var seen: Set<Digest32> = [hash(rows), hash(rows.reversed()), hash(rows, key: 2), hash([rows[0]])]
        for row in 0..<2 {
            for bit in 0..<35 * 8 {
                var changed = rows
                changed[row][bit >> 3] ^= 1 << UInt8(bit & 7)
                seen.insert(hash(changed))
            }
        }
        #expect(seen.count == 4 + 2 * 35 * 8)
    }
}
