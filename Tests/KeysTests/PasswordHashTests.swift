import Foundation
import Keys
import Testing

struct PasswordHashTests {
    private let salt = [UInt8](0..<16)

    /// The hash by Python's hashlib.scrypt(b"correct horse", salt=bytes(range(16)), n=2**15, r=8, p=1, dklen=32, maxmem=2**28).
    @Test("a hash is scrypt's, as another program computes it")
    func vector() {
        #expect(
            PasswordHash("correct horse", salt: salt).text
                == "$scrypt$ln=15,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$XGYmKKxOsQaKKH4qoqICriSOmNsE1h0zJ+c0LbbscJc")
    }

    @Test("a hash that was written is read, and knows its password and no other")
    func matches() throws {
        let hash = try #require(PasswordHash(PasswordHash("pässword", salt: salt).text))
        #expect(hash.matches("pässword"))
        for wrong in ["", "pässwor", "passwort", "pässword "] { #expect(!hash.matches(wrong)) }
        #expect(!hash.matches(String(repeating: "a", count: PasswordHash.limit + 1)))
        #expect("\(hash)" == "a password's hash")
        #expect(!String(reflecting: hash).contains("scrypt"))
    }

    @Test("another form, cost or length is no hash")
    func forms() {
        let sound = PasswordHash("x", salt: salt).text
        #expect(PasswordHash(sound) != nil)
        for (old, new) in [
            ("$scrypt", "$argon2id"), ("ln=15", "ln=13"), ("ln=15", "ln=19"), ("ln=15", "ln=x"), ("r=8", "r=9"),
            ("p=1", "p=2"),
            ("$AAEC", "$AAE"), ("$scrypt$", "scrypt$"),
        ] {
            #expect(PasswordHash(sound.replacingOccurrences(of: old, with: new)) == nil, "\(new)")
        }
        #expect(PasswordHash(sound + "$") == nil)
        #expect(PasswordHash("") == nil)
    }
}
