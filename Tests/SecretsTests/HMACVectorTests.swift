import Crypto
import Foundation
import Secrets
import Support
import Testing

/// HMAC-SHA-256 against the test cases of RFC 4231, section 4, and over keys around a block's length.
@Suite("HMAC-SHA-256 against RFC 4231")
struct HMACVectorTests {
    struct Case: Sendable {
        let key: [UInt8]
        let data: [UInt8]
        /// Hexadecimal; of case 5 the first 16 bytes alone are known.
        let code: String
    }

    static let cases = [
        Case(
            key: [UInt8](repeating: 0x0B, count: 20), data: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Case(
            key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Case(
            key: [UInt8](repeating: 0xAA, count: 20), data: [UInt8](repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Case(
            key: Array(1...25), data: [UInt8](repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Case(
            key: [UInt8](repeating: 0x0C, count: 20), data: Array("Test With Truncation".utf8),
            code: "a3b6167473100ee06e0c796c2955552b"),
        Case(
            key: [UInt8](repeating: 0xAA, count: 131),
            data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Case(
            key: [UInt8](repeating: 0xAA, count: 131),
            data: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. The key "
                    + "needs to be hashed before being used by the HMAC algorithm.").utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    private static func code(_ key: borrowing HMACKey, _ message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0xEE, count: HMACKey.codeBytes)
        code.withUnsafeMutableBytes { code in message.withUnsafeBytes { key.code(of: $0, into: code) } }
        return code
    }

    private static func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    @Test("gives the codes of its test cases", arguments: 0..<7)
    func published(number: Int) {
        let known = Self.cases[number]
        let code = Self.hex(Self.code(HMACKey(SecretKey(bytes: known.key)), known.data))
        #expect(code.hasPrefix(known.code) && code.count == 64)
        #expect(known.code.count == (number == 4 ? 32 : 64))
    }

    @Test(
        "of a key longer than a block is that of the key's digest, and of a shorter one that of the key with zeros behind"
    )
    func keyLengths() {
        var random = SplitMix64(1)
        let message = random.bytes(70)
        for count in 60...130 {
            let secret = random.bytes(count)
            let short = count > 64 ? Array(SHA256.hash(data: secret)) : secret
            let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
            let codes = [secret, short, padded].map { Self.code(HMACKey(SecretKey(bytes: $0)), message) }
            #expect(codes[0] == codes[1] && codes[0] == codes[2], "\(count)")
        }
        // By its definition: two hashes behind the key under two masks.
        let secret = random.bytes(64)
        let inner = SHA256.hash(data: secret.map { $0 ^ 0x36 } + message)
        let outer = SHA256.hash(data: secret.map { $0 ^ 0x5C } + Array(inner))
        #expect(Self.code(HMACKey(SecretKey(bytes: secret)), message) == Array(outer))
    }

    @Test("is the same of one key for many threads at once, and a code leaves nothing behind for the next")
    func shared() async {
        var random = SplitMix64(2)
        let secret = random.bytes(32)
        let messages = (0..<64).map { _ in random.bytes(Int.random(in: 0...200, using: &random)) }
        let wanted = messages.map { Array(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: secret))) }
        final class Holder: Sendable {
            let key: HMACKey
            init(_ secret: [UInt8]) { key = HMACKey(SecretKey(bytes: secret)) }
        }
        let holder = Holder(secret)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask { (0..<5).allSatisfy { _ in messages.map { Self.code(holder.key, $0) } == wanted } }
            }
            for await isSame in group { #expect(isSame) }
        }
    }
}

@Suite("Secrets in memory")
struct SecretMemoryTests {
    private func bytes(_ key: borrowing SecretKey) -> [UInt8] { key.lend { $0.withUnsafeBytes { Array($0) } } }

    @Test("a key is made of any sequence: an array, a slice of one, data, and what has no place in memory")
    func sequences() {
        let all = Array(1...40 as ClosedRange<UInt8>)
        #expect(bytes(SecretKey(bytes: all)) == all && bytes(SecretKey(bytes: all[5..<9])) == [6, 7, 8, 9])
        #expect(bytes(SecretKey(bytes: Data(all)[3...])) == Array(all[3...]))
        #expect(bytes(SecretKey(bytes: all.lazy.map { $0 ^ 1 })) == all.map { $0 ^ 1 })
        #expect(bytes(SecretKey(bytes: (1...3 as ClosedRange<UInt8>).reversed())) == [3, 2, 1])
        #expect(bytes(SecretKey(bytes: repeatElement(7 as UInt8, count: 33))) == [UInt8](repeating: 7, count: 33))
        #expect(bytes(SecretKey(bytes: AnySequence(all))) == all)
    }

    @Test("a key keeps its bytes where the array that it was made of is wiped")
    func copied() {
        var secret = Array(1...32 as ClosedRange<UInt8>)
        let key = SecretKey(bytes: secret)
        wipe(&secret)
        #expect(secret == [UInt8](repeating: 0, count: 32))
        #expect(bytes(key) == Array(1...32))
    }

    @Test("what is wiped is the caller's array alone: another holder's bytes stay as they are")
    func shared() {
        var secret = Array(1...32 as ClosedRange<UInt8>)
        let other = secret
        wipe(&secret)
        #expect(other == Array(1...32) && secret.allSatisfy { $0 == 0 } && secret.count == 32)
        for count in [1, 7, 8, 63, 4_097] {
            var bytes = [UInt8](repeating: 0xFF, count: count)
            wipe(&bytes)
            #expect(bytes == [UInt8](repeating: 0, count: count))
        }
    }

    @Test("a derived key derives others: no chain of labels is another list of them")
    func chains() {
        let key = SecretKey(bytes: Array(1...32 as ClosedRange<UInt8>))
        let (a, b) = (Array("a".utf8), Array("b".utf8))
        let all = [
            bytes(key.derive([a])), bytes(key.derive([b])), bytes(key.derive([a, b])),
            bytes(key.derive([a]).derive([b])),
            bytes(key.derive([b]).derive([a])), bytes(key.derive([a]).derive([a])), bytes(key.derive([a + b])),
            bytes(SecretKey(bytes: a).derive([b])),
        ]
        #expect(Set(all).count == all.count)
        // A label as long as several blocks counts to its last byte.
        let long = [UInt8](repeating: 1, count: 300)
        #expect(bytes(key.derive([long])) != bytes(key.derive([Array(long.dropLast()) + [2]])))
        #expect(bytes(key.derive([long])) == bytes(key.derive([long])))
    }

    @Test("a process may be dumped until it confines itself; folders that it makes then are its owner's alone")
    func confinement() async {
        await #expect(processExitsWith: .success) {
            #expect(mayDump())
            confineProcess()
            #expect(!mayDump())
            // Again is the same.
            confineProcess()
            #expect(!mayDump())
            let folder = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"
            #expect(mkdir(folder, 0o777) == 0)
            var status = stat()
            #expect(stat(folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
            rmdir(folder)
            #expect(umask(0) == 0o077)
        }
    }
}
