import Sealing
import Secrets
import Support
import Testing

@Suite("The sealing end of a key for boxes")
struct BoxSealerTests {
    private let key = [UInt8](repeating: 5, count: 32)

    /// The nonces of so many boxes, and how often the sealer asked for random bytes.
    private func nonces(_ count: Int) -> (nonces: [[UInt8]], asked: [Int]) {
        var random = SplitMix64(3)
        var asked: [Int] = []
        let sealer = BoxSealer(SecretKey(bytes: key)) { count in
            asked.append(count)
            return random.bytes(count)
        }
        var fresh = SplitMix64(4)
        var out: [[UInt8]] = []
        for _ in 0..<count {
            var box: [UInt8] = []
            sealer.seal([], fresh: fresh.bytes(BoxSealer.freshBytes)[...], associated: [], onto: &box)
            out.append(Array(box.prefix(SealedBox.nonceBytes)))
        }
        return (out, asked)
    }

    @Test("takes another derived key for each run of 4,096 boxes, and another nonce for each box")
    func runs() {
        let (nonces, asked) = nonces(3 * 4096 + 1)
        #expect(Set(nonces).count == nonces.count && asked == [12, 12, 12, 12])
        let salts = nonces.map { $0.prefix(12) }
        for (number, salt) in salts.enumerated() { #expect(salt == salts[number / 4096 * 4096]) }
        #expect(Set(salts).count == 4)
    }

    @Test("seals what opens under the key, on both sides of a run's end")
    func opens() {
        let sealer = BoxSealer(SecretKey(bytes: key)) { [UInt8](repeating: UInt8.random(in: 0...255), count: $0) }
        let cipher = BoxCipher(SecretKey(bytes: key))
        for number in 0..<4100 as Range<UInt16> {
            let text = [UInt8(number >> 8), UInt8(number & 255)]
            var (box, opened): ([UInt8], [UInt8]) = ([], [])
            sealer.seal(
                text, fresh: (0..<12).map { _ in UInt8.random(in: 0...255) }[...], associated: [1], onto: &box)
            let isOpen = box.withUnsafeBytes { SealedBox.open($0, under: cipher, associated: [1], into: &opened) }
            guard isOpen, opened == text else {
                Issue.record("box \(number) does not open")
                return
            }
        }
    }
}
