import Keys
import Testing

@Suite("An RSA key that others sign by")
struct RSAPublicKeyTests {
    /// Made by Python's `cryptography`, of 2,048 bits, and what it signed for `digest` by RS256.
    private static let modulus = bytes(
        """
        c70f7f9ebe2181a1460ed58e916129cb3963f3b31df3fb5337271a357b5eb1c27b8076fcc94a43bbe5a8db5c9fdf8e49c51a\
        b937d106f27a550e3665011c2f061a4344522808a262d4decf6fc2167294dde92821d459c6cdf88e6c56f9c969a1e77cfe46\
        34e5f9f3118d64e7785f4c5546b92e15f1aea034ab3085abbd6002fc8b3108cb2c0b52faff5cf650aba5fdb902114cdab583\
        b78447c7918844a4d65e3305a643fc521af9619d2a9a3745b5604b30711316b3478a72103e4e72d2c7b4c97882b092d96d26\
        188d0859b05d7bb6f1befb672fbf90b1e022edf3e4ecb3945e013984047e759b3f8aba7abe8117fd7e1494e8ed0a2c8130ab\
        19a50a72832d
        """)
    private static let signature = bytes(
        """
        1d341f91cb3f68b32a35a2af873a0754a7511f114f94c62b25413b36ae7a53a2047b1bcbc27a737af4899d7f82a7a86e5f73\
        01a4171bdf8ba8ebe2a815dbf777915bd6d6281a79cbeeeace8bd488ea448e8eba8d9a23d9160a0df59eb66b12c31a5b9019\
        4938c36a28f47f926381452b5a0455d9d6c14fa195c0b23184899547b42108ce1c1ae0d92c89f5bb7f4c9daf462c99b3b381\
        c7c8b5bda7dc5a7b0fe5a928181bb4169750d5eb60c9cc5e971fdcfbb058eb32fe779f59cfc44fafbf2788e6cc93c9bed9a0\
        2dc428587ca9b64549bc733aafa1c82ec024db91b27d41c6793841cf0ebc96f52b1d2f29779bfaa6ec582902c9223573e373\
        f8be84cc4aa6
        """)
    private static let digest = bytes("50ca2c8aa18b04663982045d77da8fe2e58013e5b125919f3d62def9af49a32d")

    /// A number whose cube begins as the encoded message of `digest` does with eight bytes of filling, and goes on with anything.
    private static let root = bytes(
        """
        32cbfd4a7adc7905583d767520f51640759176d37826f2ef63ae3dc7a8c9e17f61259749f9abc996be79a2163b7fca56e7c6\
        253b73951d3e875dcaab373bc8ba338d9d65fe84a30ceb47a9728cfec60ccd2a7dd603
        """)

    private static let exponent: [UInt8] = [1, 0, 1]

    private func key(_ modulus: [UInt8] = Self.modulus, _ exponent: [UInt8] = Self.exponent) throws -> RSAPublicKey {
        try #require(RSAPublicKey(modulus: modulus, exponent: exponent))
    }

    @Test("verifies what it signed, of this digest and in this length alone")
    func verifies() throws {
        let key = try key([0, 0] + Self.modulus, [0] + Self.exponent)
        #expect(key.verifies(Self.signature, digest: Self.digest))
        for place in Self.signature.indices {
            var other = Self.signature
            other[place] ^= 1
            #expect(!key.verifies(other, digest: Self.digest), "byte \(place)")
        }
        for place in Self.digest.indices {
            var other = Self.digest
            other[place] ^= 0x80
            #expect(!key.verifies(Self.signature, digest: other), "byte \(place)")
        }
        #expect(!key.verifies([0] + Self.signature, digest: Self.digest))
        #expect(!key.verifies(Array(Self.signature.dropFirst()), digest: Self.digest) && !key.verifies([], digest: []))
        #expect(!key.verifies(Self.signature, digest: Array(Self.digest.dropLast())))
        // The same number modulo the key's: one signature has one form.
        var sum = Self.signature
        var carry = 0
        for place in sum.indices.reversed() {
            carry += Int(sum[place]) + Int(Self.modulus[place])
            sum[place] = UInt8(carry & 0xFF)
            carry >>= 8
        }
        #expect(carry == 0 && !key.verifies(sum, digest: Self.digest))
    }

    @Test("is not taken in by a cube root, where only the beginning of what was signed fits")
    func cubeRoot() throws {
        let signature = [UInt8](repeating: 0, count: 256 - Self.root.count) + Self.root
        #expect(try !key([UInt8](repeating: 0xFF, count: 256), [3]).verifies(signature, digest: Self.digest))
    }

    @Test("is none where it is too short or too long, even, or its exponent is none")
    func keys() {
        func isKey(_ modulus: [UInt8], _ exponent: [UInt8] = Self.exponent) -> Bool {
            RSAPublicKey(modulus: modulus, exponent: exponent) != nil
        }
        func ones(_ count: Int, _ first: UInt8 = 0xFF) -> [UInt8] {
            [first] + [UInt8](repeating: 0xFF, count: count - 1)
        }
        #expect(isKey(ones(256, 0x80)) && !isKey(ones(256, 0x7F)) && isKey(ones(1024)) && !isKey(ones(1025, 1)))
        #expect(!isKey(Self.modulus.dropLast() + [0x2C]) && !isKey([]) && !isKey([0]))
        for exponent in [[], [0], [1], [0, 1], [2], [1, 0], [1, 0, 0, 0, 1]] as [[UInt8]] {
            #expect(!isKey(Self.modulus, exponent), "\(exponent)")
        }
        #expect(isKey(Self.modulus, [3]) && isKey(Self.modulus, [0xFF, 0xFF, 0xFF, 0xFF]))
    }
}
