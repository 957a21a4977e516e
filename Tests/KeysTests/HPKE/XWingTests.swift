import Crypto
import Foundation
import Keys
import Records
import Secrets
import Support
import Testing

private let message = Array("a message".utf8)
private let info: [UInt8] = [1, 2]
private let data: [UInt8] = [3]

@Suite("Sealing to a public key of X-Wing")
struct XWingTests {
    private static let seed = HPKEPrivateKey.xWingMark + (1...32).map { UInt8($0) }

    private func key() throws -> HPKEPrivateKey { try HPKEPrivateKey(bytes: Self.seed) }

    @Test("opens at its holder; 1,120 bytes of encapsulated key and a 16-byte tag is all it costs")
    func roundTrip() throws {
        let key = try key()
        #expect(key.suite == .xWing && key.publicKey.suite == .xWing && key.publicKey.bytes.count == 1216)
        let sealed = try key.publicKey.seal(message, info: info, associated: data)
        #expect(sealed.encapsulated.count == 1120 && sealed.ciphertext.count == message.count + 16)
        #expect(
            try key.open(sealed.ciphertext, encapsulated: sealed.encapsulated, info: info, associated: data) == message)
        let again = try HPKEPrivateKey(bytes: key.rawRepresentation)
        #expect(
            try again.open(sealed.ciphertext, encapsulated: sealed.encapsulated, info: info, associated: data)
                == message)
    }

    @Test("does not open for another key or purpose, nor with a byte changed or cut")
    func tampered() throws {
        let key = try key()
        let sealed = try key.publicKey.seal(message, info: info, associated: data)
        func opens(
            _ ciphertext: [UInt8], _ encapsulated: [UInt8], _ info: [UInt8] = info, _ data: [UInt8] = data
        ) -> Bool {
            (try? key.open(ciphertext, encapsulated: encapsulated, info: info, associated: data)) != nil
        }
        #expect(opens(sealed.ciphertext, sealed.encapsulated))
        #expect(!opens(sealed.ciphertext, sealed.encapsulated, [1], data))
        #expect(!opens(sealed.ciphertext, sealed.encapsulated, info, []))
        for at in sealed.ciphertext.indices {
            var changed = sealed.ciphertext
            changed[at] ^= 1
            #expect(!opens(changed, sealed.encapsulated))
        }
        // Both of its parts count: ML-KEM's 1,088 bytes, and the 32 of X25519.
        for at in [0, 500, 1087, 1088, 1119] {
            var changed = sealed.encapsulated
            changed[at] ^= 1
            #expect(!opens(sealed.ciphertext, changed), "byte \(at)")
        }
        #expect(!opens(sealed.ciphertext, Array(sealed.encapsulated.dropLast())))
        let other = HPKEPrivateKey(.xWing)
        #expect(throws: HPKEError.notAuthentic) {
            try other.open(sealed.ciphertext, encapsulated: sealed.encapsulated, info: info, associated: data)
        }
    }

    @Test("what is sealed by one suite is nothing to a key of the other, also of the same X25519 secret")
    func suites() throws {
        let classical = HPKEPrivateKey()
        let hybrid = try key()
        for (encapsulated, ciphertext) in [
            try classical.publicKey.seal(message, info: info, associated: data),
            try hybrid.publicKey.seal(message, info: info, associated: data),
        ] {
            let isHybrid = encapsulated.count == 1120
            #expect(
                ((try? classical.open(ciphertext, encapsulated: encapsulated, info: info, associated: data)) == nil)
                    == isHybrid)
            #expect(
                ((try? hybrid.open(ciphertext, encapsulated: encapsulated, info: info, associated: data)) == nil)
                    != isHybrid)
        }
    }

    @Test("keys that are none of their suite are refused")
    func malformed() throws {
        let whole = try key().publicKey.bytes
        #expect(try HPKEPublicKey(.xWing, bytes: whole).bytes == whole)
        for bytes in [[], Array(whole.dropLast()), whole + [0], Array(whole.suffix(32))] {
            #expect(throws: HPKEError.malformedKey) { try HPKEPublicKey(.xWing, bytes: bytes) }
        }
        #expect(throws: HPKEError.malformedKey) { try HPKEPublicKey(.x25519, bytes: whole) }
        // A coefficient at or above the modulus (FIPS 203, 7.2), and a point of small order.
        var above = whole
        (above[0], above[1]) = (0xFF, 0xFF)
        #expect(throws: HPKEError.malformedKey) { try HPKEPublicKey(.xWing, bytes: above) }
        #expect(throws: HPKEError.malformedKey) {
            try HPKEPublicKey(.xWing, bytes: whole.dropLast(32) + [UInt8](repeating: 0, count: 32))
        }
        for bytes in [Array(Self.seed.dropLast()), Self.seed + [0], [0x64, 0x7B] + Self.seed.dropFirst(2)] {
            #expect(throws: HPKEError.malformedKey) { _ = try HPKEPrivateKey(bytes: bytes).publicKey }
        }
    }

    @Test("keys agree on nothing: that is X25519's alone")
    func agreement() throws {
        let classical = HPKEPrivateKey()
        let hybrid = try key()
        let (ours, theirs) = (classical.publicKey, hybrid.publicKey)
        #expect(throws: HPKEError.malformedKey) { _ = try classical.agree(with: theirs, info: info).derive([]) }
        #expect(throws: HPKEError.malformedKey) { _ = try hybrid.agree(with: ours, info: info).derive([]) }
    }

    @Test("suites are named by IANA's numbers and by a word, the stronger later")
    func names() {
        #expect(KEMSuite.allCases.map(\.rawValue) == [0x0020, 0x647A])
        for suite in KEMSuite.allCases { #expect(KEMSuite(name: suite.name) == suite) }
        #expect(KEMSuite(name: "") == nil && KEMSuite(name: "XWING") == nil)
        #expect(KEMSuite.x25519 < .xWing)
    }
}

@Suite("X-Wing, against published vectors")
struct XWingVectorTests {
    /// The first vector of draft-connolly-cfrg-xwing-kem-08, appendix C: the private key's seed, the SHA-256 of the public key, and
    /// the ciphertext.
    private static let seed = bytes("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    private static let publicKey = bytes("2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb")
    private static let encapsulated = bytes(
        """
        b83aa828d4d62b9a83ceffe1d3d3bb1ef31264643c070c5798927e41fb07914a273f8f96e7826cd5375a283d7da885304c5de0516a0f0654
        243dc5b97f8bfeb831f68251219aabdd723bc6512041acbaef8af44265524942b902e68ffd23221cda70b1b55d776a92d1143ea3a0c475f6
        3ee6890157c7116dae3f62bf72f60acd2bb8cc31ce2ba0de364f52b8ed38c79d719715963a5dd3842d8e8b43ab704e4759b5327bf027c63c
        8fa857c4908d5a8a7b88ac7f2be394d93c3706ddd4e698cc6ce370101f4d0213254238b4a2e8821b6e414a1cf20f6c1244b699046f5a01ca
        a0a1a55516300b40d2048c77cc73afba79afeea9d2c0118bdf2adb8870dc328c5516cc45b1a2058141039e2c90a110a9e16b318dfb53bd49
        a126d6b73f215787517b8917cc01cabd107d06859854ee8b4f9861c226d3764c87339ab16c3667d2f49384e55456dd40414b70a6af841585
        f4c90c68725d57704ee8ee7ce6e2f9be582dbee985e038ffc346ebfb4e22158b6c84374a9ab4a44e1f91de5aac5197f89bc5e5442f51f9a5
        937b102ba3beaebf6e1c58380a4a5fedce4a4e5026f88f528f59ffd2db41752b3a3d90efabe463899b7d40870c530c8841e8712b733668ed
        033adbfafb2d49d37a44d4064e5863eb0af0a08d47b3cc888373bc05f7a33b841bc2587c57eb69554e8a3767b7506917b6b70498727f16ea
        c1a36ec8d8cfaf751549f2277db277e8a55a9a5106b23a0206b4721fa9b3048552c5bd5b594d6e247f38c18c591aea7f56249c72ce7b117a
        fcc3a8621582f9cf71787e183dee09367976e98409ad9217a497df888042384d7707a6b78f5f7fb8409e3b535175373461b776002d799cba
        d62860be70573ecbe13b246e0da7e93a52168e0fb6a9756b895ef7f0147a0dc81bfa644b088a9228160c0f9acf1379a2941cd28c06ebc80e
        44e17aa2f8177010afd78a97ce0868d1629ebb294c5151812c583daeb88685220f4da9118112e07041fcc24d5564a99fdbde28869fe07223
        87d7a9a4d16e1cc8555917e09944aa5ebaaaec2cf62693afad42a3f518fce67d273cc6c9fb5472b380e8573ec7de06a3ba2fd5f931d725b4
        93026cb0acbd3fe62d00e4c790d965d7a03a3c0b4222ba8c2a9a16e2ac658f572ae0e746eafc4feba023576f08942278a041fb82a70a595d
        5bacbf297ce2029898a71e5c3b0d1c6228b485b1ade509b35fbca7eca97b2132e7cb6bc465375146b7dceac969308ac0c2ac89e7863eb894
        3015b24314cafb9c7c0e85fe543d56658c213632599efabfc1ec49dd8c88547bb2cc40c9d38cbd3099b4547840560531d0188cd1e9c23a0e
        bee0a03d5577d66b1d2bcb4baaf21cc7fef1e03806ca96299df0dfbc56e1b2b43e4fc20c37f834c4af62127e7dae86c3c25a2f696ac8b589
        dec71d595bfbe94b5ed4bc07d800b330796fda89edb77be0294136139354eb8cd37591578f9c600dd9be8ec6219fdd507adf3397ed4d6870
        7b8d13b24ce4cd8fb22851bfe9d632407f31ed6f7cb1600de56f17576740ce2a32fc5145030145cfb97e63e0e41d354274a079d3e6fb2e15
        """.filter { !$0.isWhitespace })

    private func key() throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: HPKEPrivateKey.xWingMark + Self.seed)
    }

    @Test("has the draft's public key")
    func publicKeys() throws {
        #expect(Array(SHA256.hash(data: try key().publicKey.bytes)) == Self.publicKey)
    }

    /// HPKE's key schedule (RFC 9180, 5.1) from the vector's shared secret d2df0522...e384 for suite 0x647a, 0x0001, 0x0002, and
    /// one message sealed by it, computed elsewhere.
    @Test("opens what is sealed under the draft's shared secret")
    func opens() throws {
        let plaintext = try key().open(
            bytes(
                "f1f9dc1533dee451b8c5d75056b73d3b9ee9170d980553e85c17be91b56283d17a69433d12f80dd23f0798f95a"),
            encapsulated: Self.encapsulated, info: Array("cordon/model/v1".utf8), associated: Array("Count-0".utf8))
        #expect(plaintext == Array("Beauty is truth, truth beauty".utf8))
    }

    /// HPKE's export from the same secret for "cordon/session/secret" under a session's info, computed elsewhere:
    /// 3023b0b84a74eb92d91194fffcc095ad6ef5abd79bbce939a72de5cd32c9df40.
    @Test("gives a session the keys of the draft's shared secret")
    func session() throws {
        let signer = SigningKey()
        var body = WireSessionBody()
        body.consortium = "test"
        body.member = "bank-a"
        body.epoch = 2
        body.encapsulatedKeys = [Data](repeating: Data(Self.encapsulated), count: 3)
        body.suites = [0x647A, 0x647A, 0x647A]
        var announcement = WireSessionAnnouncement()
        announcement.body = Data(body.encoded)
        announcement.signature = Data(try signer.sign(body.encoded, context: "cordon/session/v2"))
        let member = try Support.member("bank-a")
        let session = try Session.accept(
            announcement, consortium: "test", at: .one, key: key(), members: [member: signer.verifyingKey])
        let secret = SecretKey(bytes: bytes("3023b0b84a74eb92d91194fffcc095ad6ef5abd79bbce939a72de5cd32c9df40"))
        #expect(
            trace(session.transactionBoxes)
                == trace(secret.derive([Array("cordon/session/v2/transaction-boxes".utf8)])))
    }
}
