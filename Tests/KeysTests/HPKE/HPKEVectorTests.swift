import Keys
import Support
import Testing

@Suite("Sealing to a public key, against published vectors")
struct HPKEVectorTests {
    /// The vectors that go with RFC 9180: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
    private static let secret = bytes("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d")
    private static let encapsulated = bytes("6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256")
    private static let info = bytes("4f6465206f6e2061204772656369616e2055726e")
    private static let ciphertext = bytes(
        "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a")

    @Test("opens what another implementation sealed")
    func opens() throws {
        let key = try HPKEPrivateKey(bytes: Self.secret)
        #expect(
            key.publicKey.bytes == bytes("430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c"))
        let plaintext = try key.open(
            Self.ciphertext, encapsulated: Self.encapsulated, info: Self.info, associated: Array("Count-0".utf8))
        #expect(plaintext == Array("Beauty is truth, truth beauty".utf8))
    }

    @Test("does not open the second message of a sender as its first")
    func second() throws {
        let key = try HPKEPrivateKey(bytes: Self.secret)
        let second = bytes(
            "2c43aff25343fdbff864506f0818b9d87df84ea01b1a2144d23b4d40c26bf655fdf197fe40297a8aebeed5cc2d")
        #expect(throws: HPKEError.notAuthentic) {
            try key.open(
                second, encapsulated: Self.encapsulated, info: Self.info, associated: Array("Count-1".utf8))
        }
    }

    /// RFC 7748, 6.1: two key pairs.
    private static let alice = bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    private static let bob = bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")

    @Test("has the public keys of RFC 7748")
    func publicKeys() throws {
        #expect(
            try HPKEPrivateKey(bytes: Self.alice).publicKey.bytes
                == bytes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))
        #expect(
            try HPKEPrivateKey(bytes: Self.bob).publicKey.bytes
                == bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))
    }

    /// HKDF-SHA256 of RFC 7748's shared secret, with the label as salt, computed elsewhere.
    @Test(
        "agrees on HKDF of the shared secret of RFC 7748",
        arguments: [("", "7fbd6e0d71e048352552f8d9960234cb"), ("purpose", "6fc9dae1881ce16494c81a57538eac5e")])
    func agreement(info: String, expected: String) throws {
        let alice = try HPKEPrivateKey(bytes: Self.alice)
        let bob = try HPKEPrivateKey(bytes: Self.bob)
        #expect(trace(try alice.agree(with: bob.publicKey, info: Array(info.utf8))) == bytes(expected))
        #expect(trace(try bob.agree(with: alice.publicKey, info: Array(info.utf8))) == bytes(expected))
    }

    /// The points of order 1, 2, 4 and 8 of the curve and its twist, some of them in two forms.
    private static let smallOrders = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    @Test("takes no point of small order, as a key or as what a sender encapsulated", arguments: smallOrders)
    func smallOrder(point: String) throws {
        let key = try HPKEPrivateKey(bytes: Self.secret)
        var point = bytes(point)
        // The highest bit says nothing (RFC 7748, 5).
        for _ in 0..<2 {
            #expect(throws: HPKEError.malformedKey) { try HPKEPublicKey(bytes: point) }
            #expect(throws: HPKEError.notAuthentic) {
                try key.open(Self.ciphertext, encapsulated: point, info: Self.info, associated: [])
            }
            point[31] ^= 0x80
        }
    }

    @Test("takes keys of 32 bytes alone", arguments: 0...66)
    func lengths(count: Int) {
        let key = [UInt8](repeating: 9, count: count)
        #expect(((try? HPKEPublicKey(bytes: key)) != nil) == (count == 32))
        let isKey: Bool
        do {
            _ = try HPKEPrivateKey(bytes: key).publicKey
            isKey = true
        } catch { isKey = false }
        #expect(isKey == (count == 32))
    }

    @Test("opens messages of any length, with any context", arguments: 1...10 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let key = try HPKEPrivateKey(bytes: random.bytes(32))
        for _ in 0..<4 {
            let message = random.bytes(Int.random(in: 0...3000, using: &random))
            let info = random.bytes(Int.random(in: 0...100, using: &random))
            let data = random.bytes(Int.random(in: 0...100, using: &random))
            let sealed = try key.publicKey.seal(message, info: info, associated: data)
            #expect(sealed.ciphertext.count == message.count + 16 && sealed.encapsulated.count == 32)
            let opened = try key.open(
                sealed.ciphertext, encapsulated: sealed.encapsulated, info: info, associated: data)
            #expect(opened == message)
            // The two contexts are not taken for each other.
            guard info != data else { continue }
            #expect(throws: HPKEError.notAuthentic) {
                try key.open(sealed.ciphertext, encapsulated: sealed.encapsulated, info: data, associated: info)
            }
        }
    }
}
