import Crypto
import Foundation
import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("AES-128-CTR streams against others")
struct CounterStreamVectorTests {
    /// The first counter.
    private let zero = [UInt8](repeating: 0, count: 16)

    @Test(
        "equal the key stream of AES-GCM, which counts from the third block on",
        arguments: 1...10 as ClosedRange<UInt64>)
    func galoisCounterMode(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let key = random.bytes(16)
        let count = Int.random(in: 1...5000, using: &random)
        // Under the nonce zero GCM's first block of text is masked with AES of 2 (NIST SP 800-38D, 7.1).
        let sealed = try AES.GCM.seal(
            [UInt8](repeating: 0, count: count), using: SymmetricKey(data: key),
            nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)))
        let stream = CounterStream.bytes(of: SecretKey(bytes: key + zero), count: 32 + count)
        #expect(Array(stream.dropFirst(32)) == Array(sealed.ciphertext))
    }

    @Test("begin with the hash keys of the GCM specification's test cases, AES of 0")
    func hashKeys() {
        let cases: [([UInt8], [UInt8])] = [
            (
                [UInt8](repeating: 0, count: 16),
                [0x66, 0xE9, 0x4B, 0xD4, 0xEF, 0x8A, 0x2C, 0x3B, 0x88, 0x4C, 0xFA, 0x59, 0xCA, 0x34, 0x2B, 0x2E]
            ),
            (
                [0xFE, 0xFF, 0xE9, 0x92, 0x86, 0x65, 0x73, 0x1C, 0x6D, 0x6A, 0x8F, 0x94, 0x67, 0x30, 0x83, 0x08],
                [0xB8, 0x3B, 0x53, 0x37, 0x08, 0xBF, 0x53, 0x5D, 0x0A, 0xA6, 0xE5, 0x29, 0x80, 0xD5, 0x3B, 0x78]
            ),
        ]
        for (key, block) in cases { #expect(CounterStream.bytes(of: SecretKey(bytes: key + zero), count: 16) == block) }
    }

    @Test("mask by XOR: masking twice in step gives back what was there", arguments: [0, 1, 16, 31, 1000])
    func masking(count: Int) {
        var random = SplitMix64(state: UInt64(count))
        let (key, text) = (random.bytes(16), random.bytes(count))
        let stream = CounterStream.bytes(of: SecretKey(bytes: key + zero), count: count)
        var masked = text
        var first = CounterStream(SecretKey(bytes: key + zero))
        masked.withUnsafeMutableBytes { first.mask($0) }
        #expect(masked == text.indices.map { text[$0] ^ stream[$0] })
        var again = CounterStream(SecretKey(bytes: key + zero))
        masked.withUnsafeMutableBytes { again.mask($0) }
        #expect(masked == text)
    }

    @Test("restarted go to the beginning, of the same key and of another")
    func restarted() {
        let keys = (0..<3).map { number in [UInt8](repeating: UInt8(number), count: 16) }
        var streams = CounterStream()
        for number in [0, 1, 0, 2, 2, 1] {
            keys[number].withUnsafeBytes { streams.restart($0, from: 0) }
            for (from, count) in [(0, 5), (5, 27)] {
                var piece = [UInt8](repeating: 0xAA, count: count)
                piece.withUnsafeMutableBytes { streams.fill($0) }
                let whole = CounterStream.bytes(of: SecretKey(bytes: keys[number] + zero), count: 32)
                #expect(piece == Array(whole[from..<from + count]))
            }
        }
    }
}

@Suite("Randomness that two parties have in common")
struct PairwisePRFTests {
    private let labels: [StepLabel] = [
        .conditionZeroShare, .lookupOneHot, .scoreZeroShare, .countOneHot, .countZeroShare, .decisionTag,
    ]

    private func prf(_ byte: UInt8) -> PairwisePRF {
        PairwisePRF(SecretKey(bytes: [UInt8](repeating: byte, count: 32)))
    }

    @Test("is the same at both ends, in pieces or whole")
    func alike() {
        let digest = Digest32(of: [[1]])
        for label in labels {
            let whole = prf(1).bytes(label, digest: digest, count: 300)
            var stream = prf(1).stream(label, digest: digest)
            var joined: [UInt8] = []
            for size in [1, 16, 99, 184] {
                var piece = [UInt8](repeating: 0, count: size)
                piece.withUnsafeMutableBytes { stream.fill($0) }
                joined += piece
            }
            #expect(joined == whole)
        }
    }

    @Test("is another for each step, digest and key")
    func apart() {
        var seen: Set<[UInt8]> = []
        for key in 0..<3 as Range<UInt8> {
            for label in labels {
                for number in 0..<4 as Range<UInt8> {
                    seen.insert(prf(key).bytes(label, digest: Digest32(of: [[number]]), count: 16))
                }
            }
        }
        #expect(seen.count == 3 * labels.count * 4)
        #expect(Set(labels.map(\.text)).count == labels.count)
    }

    @Test(
        "is AES under the first half of HMAC-SHA-256 of label and digest, each with its length, counted from the second half on"
    )
    func derivation() {
        let digest = Digest32(of: [[9]])
        let label = Array(StepLabel.lookupOneHot.text.utf8)
        let message = [0, 0, 0, UInt8(label.count)] + label + [0, 0, 0, 32] + digest.bytes
        let code = HMAC<SHA256>.authenticationCode(
            for: message, using: SymmetricKey(data: [UInt8](repeating: 4, count: 32)))
        let expected = CounterStream.bytes(of: SecretKey(bytes: Array(code)), count: 64)
        #expect(prf(4).bytes(.lookupOneHot, digest: digest, count: 64) == expected)
        // No two streams begin at one counter, so no table of one counter's blocks serves for many keys.
        let zero = CounterStream.bytes(
            of: SecretKey(bytes: Array(code).prefix(16) + [UInt8](repeating: 0, count: 16)), count: 64)
        #expect(zero != expected)
    }

    @Test("makes zero-shares: what all three parties add cancels", arguments: 1...5 as ClosedRange<UInt64>)
    func zeroShares(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let pairs = (0..<3).map { _ in random.bytes(32) }
        let digest = Digest32(random.bytes(32))!
        var sum = [UInt8](repeating: 0, count: 100)
        for party in PartyID.allCases {
            let keys = PairKeys(
                withPrevious: SecretKey(bytes: pairs[party.rawValue]),
                withNext: SecretKey(bytes: pairs[party.next.rawValue]))
            let plus = keys.withPrevious.bytes(.conditionZeroShare, digest: digest, count: 100)
            let minus = keys.withNext.bytes(.conditionZeroShare, digest: digest, count: 100)
            for at in sum.indices { sum[at] ^= plus[at] ^ minus[at] }
        }
        #expect(sum.allSatisfy { $0 == 0 })
    }
}
