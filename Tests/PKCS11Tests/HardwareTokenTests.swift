import Crypto
import Foundation
import Keys
import PKCS11
import Secrets
import Support
import Testing

/// On SoftHSM2; where that is not installed these tests are skipped.
@Suite(
    "A hardware token", .serialized,
    .enabled(if: SoftToken.module != nil, Comment(rawValue: SoftToken.absent)))
struct HardwareTokenTests {
    private let label: String
    private let message = Array("an announcement".utf8)

    init() throws {
        label = "t-" + UUID().uuidString.prefix(8)
        try SoftToken.make(label)
    }

    private func token(_ object: String, pin: String = SoftToken.pin) throws -> HardwareToken {
        try SoftToken.token(label, object, pin: pin)
    }

    /// What was said of a token that refused.
    private func reason(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as KeystoreError {
            if case .token(_, let reason) = error { return reason }
            return "\(error)"
        } catch { return "\(error)" }
    }

    @Test("makes an identity that signs there, as Ed25519 does")
    func signs() throws {
        let token = try token("identity")
        try token.makeIdentity()
        let key = SigningKey(try token.signer())
        let verifying = key.verifyingKey
        let signature = try key.sign(message, context: "cordon/session/v2")
        #expect(verifying.verifies(signature, over: message, context: "cordon/session/v2"))
        #expect(!verifying.verifies(signature, over: message, context: "cordon/session/v1"))
        // Checked by another implementation's plain Ed25519, over the same bytes.
        let plain = try Curve25519.Signing.PublicKey(rawRepresentation: verifying.bytes)
        #expect(plain.isValidSignature(signature, for: VerifyingKey.signed(message, "cordon/session/v2")))
        // Another one of the process finds the same key, and many threads sign with it.
        let again = SigningKey(try self.token("identity").signer())
        #expect(again.verifyingKey == verifying)
        let workers = (0..<4).map { number in
            Worker { try SigningKey(token.signer()).sign([UInt8(number)], context: "c") }
        }
        for (number, worker) in workers.enumerated() {
            #expect(verifying.verifies(try worker.value(), over: [UInt8(number)], context: "c"))
        }
    }

    @Test("takes in an identity that a file held, and never gives it out")
    func takesIn() throws {
        let key = SigningKey()
        let token = try token("identity")
        try token.takeIn(key)
        let held = SigningKey(try token.signer())
        let (verifying, raw) = (held.verifyingKey, held.rawRepresentation)
        #expect(verifying == key.verifyingKey && raw == nil)
        #expect(verifying.verifies(try held.sign(message, context: "c"), over: message, context: "c"))
        let refused = reason { try token.takeIn(held) }
        #expect(refused == "the identity is in a token already")
    }

    @Test("takes an identity in again after a kill between its two halves, and no other beside what is left of it")
    func takesInAgain() throws {
        let key = SigningKey()
        let expected = key.verifyingKey
        let token = try token("identity")
        try token.takeIn(key)
        try SoftToken.losePrivateKeys(label)
        #expect(reason { _ = try token.signer() } == "it holds no Ed25519 key `identity`")
        let other = SigningKey()
        #expect(reason { try token.takeIn(other) } == "it holds another public key `identity`")
        try token.takeIn(key)
        let held = SigningKey(try token.signer())
        #expect(held.verifyingKey == expected)
        #expect(expected.verifies(try held.sign(message, context: "c"), over: message, context: "c"))
    }

    @Test("wraps a key, bound to what it is for, and unwraps it with that alone")
    func wraps() throws {
        let token = try token("wrap")
        try token.makeWrappingKey()
        let key = randomBytes(32)
        let wrapped = try token.wrap(key, bound: [1, 2])
        #expect(wrapped.count == 60 && !wrapped.contains(key[0..<8]))
        #expect(try token.unwrap(wrapped, bound: [1, 2]) == key)
        #expect(try token.wrap(key, bound: [1, 2]) != wrapped)
        #expect(reason { _ = try token.unwrap(wrapped, bound: [1, 3]) } != nil)
        for at in [0, 11, 12, 43, 44, 59] {
            var changed = wrapped
            changed[at] ^= 1
            #expect(reason { _ = try token.unwrap(changed, bound: [1, 2]) } != nil, "byte \(at)")
        }
        #expect(reason { _ = try token.unwrap([], bound: [1, 2]) } == "what it wrapped has another length")
        // Another key of the same token opens nothing.
        let other = try self.token("other")
        try other.makeWrappingKey()
        #expect(reason { _ = try other.unwrap(wrapped, bound: [1, 2]) } != nil)
    }

    @Test("that was away is found again, with its sessions begun anew")
    func away() throws {
        let token = try token("identity")
        try token.makeIdentity()
        let key = SigningKey(try token.signer())
        let verifying = key.verifyingKey
        for _ in 0..<3 {
            try SoftToken.endSessions(label)
            #expect(verifying.verifies(try key.sign(message, context: "c"), over: message, context: "c"))
        }
    }

    @Test("speaks by name of what is missing, doubled or refused")
    func errors() throws {
        let token = try token("identity")
        #expect(reason { _ = try token.signer() } == "it holds no Ed25519 key `identity`")
        #expect(reason { _ = try token.wrap([1], bound: []) } == "it holds no AES key `identity`")
        try token.makeIdentity()
        #expect(
            reason { try token.makeIdentity() } == "it holds a key `identity` already; keys are never overwritten")
        #expect(reason { _ = try SoftToken.token("nowhere", "identity").signer() } == "there is no token `nowhere`")
        try SoftToken.make(label)
        let twice = reason { _ = try self.token("identity").signer() }
        #expect(twice == "there is more than one token `\(label)`: name its serial, too")
    }

    @Test("wants its PIN")
    func pin() throws {
        // Sessions of a process are logged in together: no other one may be open here.
        let wrong = try token("identity", pin: "000000")
        #expect(reason { _ = try wrong.signer() } == "C_Login gives CKR_PIN_INCORRECT")
        let silent = try HardwareToken(SoftToken.uri(label, "identity")) { (_) throws(KeystoreError) in
            throw .missing(path: "/etc/pin")
        }
        #expect(throws: KeystoreError.missing(path: "/etc/pin")) { _ = try silent.signer() }
    }

    @Test("protects a folder of keys, in which no identity is")
    func keystore() throws {
        let folder = try TemporaryFolder()
        let (wrap, identity) = (SoftToken.uri(label, "wrap"), SoftToken.uri(label, "identity"))
        try token("wrap").makeWrappingKey()
        try token("identity").makeIdentity()
        let unlocking = Unlocking(token: { (uri) throws(KeystoreError) in
            try HardwareToken(uri) { (_) throws(KeystoreError) in Array(SoftToken.pin.utf8) }
        })
        let store = FileKeystore(directory: folder.path("keys"))
        let hpke = HPKEPrivateKey()
        try store.store(hpke)
        #expect(try store.protect(by: .token(uri: wrap), unlocking) == ["hpke.key"])
        try store.setIdentity(uri: identity)
        let opened = try FileKeystore(directory: folder.path("keys"), unlocking: unlocking)
        #expect(try opened.hpkeKey().publicKey == hpke.publicKey)
        let expected = try token("identity").signer().verifyingKey
        #expect(try opened.signingKey().verifyingKey == expected)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("keys")).sorted() == [
                "hpke.key", "protection",
            ])
        #expect(throws: KeystoreError.locked(folder: folder.path("keys"))) { _ = try store.signingKey().verifyingKey }
        // From the token to a passphrase, without a change to the files.
        let file = try folder.write("p", to: "passphrase")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let before = try folder.bytes("keys/hpke.key")
        let scrypt = try #require(Scrypt(cost: 4, blockSize: 8, parallelism: 1))
        #expect(
            try opened.protect(by: .passphrase(scrypt, random: randomBytes), Unlocking(passphraseFile: file)) == [])
        #expect(try folder.bytes("keys/hpke.key") == before)
        var both = unlocking
        both.passphraseFile = file
        let after = try FileKeystore(directory: folder.path("keys"), unlocking: both)
        #expect(try after.hpkeKey().publicKey == hpke.publicKey && after.signingKey().verifyingKey == expected)
    }
}

@Suite("Modules of tokens")
struct CryptokiModuleTests {
    private func reason(_ module: String) throws -> String? {
        let token = try HardwareToken("pkcs11:token=t;object=o?module-path=\(module)") { (_) throws(KeystoreError) in
            [1]
        }
        do {
            _ = try token.signer()
            return nil
        } catch .token(_, let reason) { return reason } catch { return "\(error)" }
    }

    @Test("that do not load, or are none, are named")
    func unusable() throws {
        #expect(try reason("/nowhere/module.so")?.contains("the module does not load: /nowhere/module.so") == true)
        let library = "/lib/x86_64-linux-gnu/libm.so.6"
        guard FileManager.default.fileExists(atPath: library) else { return }
        #expect(try reason(library) == "\(library) is no module of PKCS #11: it has no C_GetFunctionList")
    }
}
