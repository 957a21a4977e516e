import Keys
import Secrets
import Testing
import ThreeParty

private let message = Array("a message".utf8)
private let info: [UInt8] = [1, 2]
private let data: [UInt8] = [3]

@Suite("Sealing to a public key")
struct HPKETests {
    private let sealed: (encapsulated: [UInt8], ciphertext: [UInt8])
    private let seed: [UInt8]

    /// The same key in every test; keys can't be copied into a suite, but their bytes can.
    private func key() throws -> HPKEPrivateKey { try HPKEPrivateKey(bytes: seed) }

    init() throws {
        seed = (1...32).map { $0 }
        sealed = try HPKEPrivateKey(bytes: seed).publicKey.seal(message, info: info, associated: data)
    }

    @Test("opens at its holder; a 32-byte encapsulated key and a 16-byte tag is all it costs")
    func roundTrip() throws {
        let opened = try key().open(
            sealed.ciphertext, encapsulated: sealed.encapsulated, info: info, associated: data)
        #expect(opened == message)
        #expect(sealed.encapsulated.count == 32 && sealed.ciphertext.count == message.count + 16)
        let again = try key().publicKey.seal(message, info: info, associated: data)
        #expect(again.encapsulated != sealed.encapsulated && again.ciphertext != sealed.ciphertext)
    }

    @Test("info and associated data are bound: with another of either it does not open")
    func bound() throws {
        for (otherInfo, otherData) in [
            ([], data), ([1, 2, 0], data), ([1], data), (info, []), (info, [3, 0]), (info, [4]),
        ]
            as [([UInt8], [UInt8])]
        {
            let key = try key()
            #expect(throws: HPKEError.notAuthentic) {
                try key.open(
                    sealed.ciphertext, encapsulated: sealed.encapsulated, info: otherInfo, associated: otherData)
            }
        }
    }

    @Test("does not open for another key, nor with any byte changed or cut")
    func tampered() throws {
        let key = try key()
        let other = HPKEPrivateKey()
        #expect(throws: HPKEError.notAuthentic) {
            try other.open(sealed.ciphertext, encapsulated: sealed.encapsulated, info: info, associated: data)
        }
        func opens(_ ciphertext: [UInt8], _ encapsulated: [UInt8]) -> Bool {
            (try? key.open(ciphertext, encapsulated: encapsulated, info: info, associated: data)) != nil
        }
        #expect(opens(sealed.ciphertext, sealed.encapsulated))
        for at in sealed.ciphertext.indices {
            var changed = sealed.ciphertext
            changed[at] ^= 1
            #expect(!opens(changed, sealed.encapsulated))
            #expect(!opens(Array(sealed.ciphertext.prefix(at)), sealed.encapsulated))
        }
        for at in sealed.encapsulated.indices {
            var changed = sealed.encapsulated
            changed[at] ^= 1
            #expect(!opens(sealed.ciphertext, changed))
            #expect(!opens(sealed.ciphertext, Array(sealed.encapsulated.prefix(at))))
        }
        #expect(!opens(sealed.ciphertext, [UInt8](repeating: 0, count: 32)))
    }

    @Test("keys of another length are refused, and sealing to a point of small order too")
    func malformedKeys() throws {
        for count in [0, 31, 33] {
            let bytes = [UInt8](repeating: 1, count: count)
            #expect(throws: HPKEError.malformedKey) { try HPKEPublicKey(bytes: bytes) }
            #expect(throws: HPKEError.malformedKey) { _ = try HPKEPrivateKey(bytes: bytes).publicKey }
        }
        // RFC 7748, 6.1: the shared secret would be all zero.
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(throws: HPKEError.malformedKey) {
            try HPKEPublicKey(bytes: zero).seal(message, info: info, associated: data)
        }
    }

    @Test("two holders agree on a key that depends on what it is for, and a third has another")
    func agreement() throws {
        let key = try key()
        let other = HPKEPrivateKey()
        let third = HPKEPrivateKey()
        func stream(_ secret: borrowing SecretKey) -> [UInt8] {
            CounterStream.bytes(of: secret.derive([[9]]), count: 32)
        }
        let ours = stream(try key.agree(with: other.publicKey, info: info))
        #expect(ours == stream(try other.agree(with: key.publicKey, info: info)))
        #expect(ours != stream(try key.agree(with: other.publicKey, info: [])))
        #expect(ours != stream(try key.agree(with: third.publicKey, info: info)))
    }
}
