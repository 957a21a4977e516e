import Crypto
import Foundation
import Secrets
import Support
import Testing

/// A key's bytes, which only a test may ask for.
private func bytes(_ key: borrowing SecretKey) -> [UInt8] { key.lend { $0.withUnsafeBytes { Array($0) } } }

@Suite("A secret key")
struct SecretKeyTests {
    @Test("lends the bytes that it was made of", arguments: [0, 1, 16, 32, 100])
    func lends(count: Int) {
        var random = SplitMix64(UInt64(count))
        let all = random.bytes(count)
        #expect(bytes(SecretKey(bytes: all)) == all)
        #expect(bytes(SecretKey(SymmetricKey(data: all))) == all)
        #expect(SecretKey(bytes: all).lend { $0.bitCount } == count * 8)
    }

    @Test("passes on what its borrower throws")
    func failing() {
        struct Broken: Error {}
        #expect(throws: Broken.self) { try SecretKey(bytes: [1]).lend { _ in throw Broken() } }
    }

    @Test("derives HMAC-SHA-256 of its labels, each with its length")
    func derivation() {
        let key = SecretKey(bytes: [UInt8](repeating: 7, count: 32))
        let message: [UInt8] = [0, 0, 0, 2, 65, 66, 0, 0, 0, 0, 0, 0, 0, 1, 9]
        let code = HMAC<SHA256>.authenticationCode(
            for: message, using: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
        #expect(bytes(key.derive([[65, 66], [], [9]])) == Array(code))
    }

    @Test("of RFC 4231's second case has its first bytes where there is one label of that text")
    func knownHash() {
        // HMAC-SHA-256 with the key "Jefe" is known of "what do ya want for nothing?", which stands behind a length here;
        // so the same message is hashed in the clear.
        let text = Array("what do ya want for nothing?".utf8)
        let message = [0, 0, 0, UInt8(text.count)] + text
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Array("Jefe".utf8)))
        #expect(bytes(SecretKey(bytes: Array("Jefe".utf8)).derive([text])) == Array(code))
    }

    @Test(
        "derives another key for every list of labels, however its bytes are cut",
        arguments: 1...5 as ClosedRange<UInt64>)
    func labels(seed: UInt64) {
        var random = SplitMix64(seed)
        let key = SecretKey(bytes: random.bytes(32))
        let text = random.bytes(6)
        var lists: [[[UInt8]]] = [[], [[]], [text], [text, []], [[], text]]
        for cut in 1..<6 { lists.append([Array(text[..<cut]), Array(text[cut...])]) }
        let derived = lists.map { bytes(key.derive($0)) }
        #expect(Set(derived).count == lists.count)
        #expect(derived.allSatisfy { $0.count == 32 })
        #expect(!derived.contains(bytes(key)))
    }
}

@Suite("An HMAC key")
struct HMACKeyTests {
    @Test("gives the codes of HMAC-SHA-256, one after the other", arguments: [0, 1, 4, 32, 63, 64, 65, 131])
    func codes(keyBytes: Int) {
        var random = SplitMix64(UInt64(keyBytes))
        let secret = random.bytes(keyBytes)
        let key = HMACKey(SecretKey(bytes: secret))
        for count in [0, 1, 8, 32, 55, 56, 64, 119, 200, 1000] {
            let message = random.bytes(count)
            var code = [UInt8](repeating: 0, count: HMACKey.codeBytes)
            code.withUnsafeMutableBytes { code in message.withUnsafeBytes { key.code(of: $0, into: code) } }
            let expected = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret))
            #expect(code == Array(expected))
        }
    }
}

@Suite("Random bytes of the system")
struct SystemRandomTests {
    @Test("are as many as asked for", arguments: [0, 1, 255, 256, 257, 100_000])
    func count(count: Int) { #expect(randomBytes(count).count == count) }

    @Test("repeat neither themselves nor a byte")
    func fresh() {
        let all = (0..<50).map { _ in randomBytes(16) }
        #expect(Set(all).count == 50)
        var seen = [Int](repeating: 0, count: 256)
        for byte in randomBytes(256 * 400) { seen[Int(byte)] += 1 }
        // Six standard deviations of 400 are 120.
        #expect(seen.allSatisfy { (280...520).contains($0) })
    }
}
