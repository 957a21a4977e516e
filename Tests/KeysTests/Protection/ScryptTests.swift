import Keys
import Secrets
import Support
import Testing

@Suite("The derivation of keys from passphrases")
struct ScryptTests {
    @Test(
        "gives what RFC 7914, section 12, says",
        arguments: [
            (
                "", "", 4, 1, 1,
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17"
                    + "e8d3e0fb2e0d3628cf35e20c38d18906"
            ),
            (
                "password", "NaCl", 10, 8, 16,
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830da"
                    + "c727afb94a83ee6d8360cbdfa2cc0640"
            ),
            (
                "pleaseletmein", "SodiumChloride", 14, 8, 1,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9"
                    + "e61e85dc0d651e40dfcf017b45575887"
            ),
        ] as [(String, String, Int, Int, Int, String)])
    func vectors(
        passphrase: String, salt: String, cost: Int, blockSize: Int, parallelism: Int, expected: String
    ) throws {
        let scrypt = try #require(Scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism))
        let (passphrase, salt) = (Array(passphrase.utf8), Array(salt.utf8))
        #expect(scrypt.derive(passphrase, salt: salt, count: 64) == bytes(expected))
        let key = trace(scrypt.key(passphrase, salt: salt))
        #expect(key == trace(SecretKey(bytes: scrypt.derive(passphrase, salt: salt, count: 32))))
    }

    @Test("takes no cost that a file could stop a role with, and none that is none")
    func bounds() {
        #expect(Scrypt(cost: 20, blockSize: 8, parallelism: 16) != nil)
        #expect(Scrypt.standard == Scrypt(cost: 17, blockSize: 8, parallelism: 1))
        for (cost, blockSize, parallelism) in [
            (0, 8, 1), (21, 1, 1), (17, 0, 1), (17, 33, 1), (20, 9, 1), (17, 8, 0), (17, 8, 17), (-1, 8, 1),
        ] {
            #expect(Scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism) == nil)
        }
    }
}
