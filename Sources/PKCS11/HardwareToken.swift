import Cglibc
import Crypto
package import Keys
import Secrets
import Synchronization

/// A key of a hardware token, by its URI: an Ed25519 identity that signs there, or an AES key that wraps a keystore's key there.
/// A session that is gone, since the token was away, is begun anew.
package final class HardwareToken: KeyToken {
    private let uri: TokenURI
    /// The URI as it was written.
    private let text: String
    private let pin: @Sendable () throws(KeystoreError) -> [UInt8]
    /// Used under its lock alone.
    private struct Open: @unchecked Sendable {
        var session: TokenSession?
    }
    private let open = Mutex(Open())

    /// Finds no token yet.
    ///
    /// - Parameter pin: reads the PIN, when a session begins.
    /// - Throws: `KeystoreError.token` for a URI that is none.
    package init(_ text: String, pin: @escaping @Sendable (TokenURI) throws(KeystoreError) -> [UInt8])
        throws(KeystoreError)
    {
        self.text = text
        do throws(TokenURI.Mistake) {
            let uri = try TokenURI(text)
            self.uri = uri
            self.pin = { () throws(KeystoreError) in try pin(uri) }
        } catch { throw .token(uri: TokenURI.shown(text), reason: "\(error)") }
    }

    // MARK: Keys

    /// Makes the AES key, which never leaves the token.
    package func makeWrappingKey() throws(KeystoreError) {
        try use { session in
            try self.isFree(.secretKey, .aes, session)
            try session.generate(
                Attributes(.secretKey, label: self.uri.object, type: .aes).with(.token, true).with(.isPrivate, true)
                    .with(.sensitive, true).with(.extractable, false).with(.encrypt, true).with(.decrypt, true)
                    .with(.valueLength, 32))
        }
    }

    /// Makes the Ed25519 key, which never leaves the token.
    package func makeIdentity() throws(KeystoreError) {
        try use { session in
            try self.isFree(.privateKey, .edwards, session)
            let (publicKey, privateKey) = self.pair
            try session.generate(publicKey: publicKey.with(.curve, Self.curve), privateKey: privateKey)
        }
    }

    /// Puts an Ed25519 key into the token that a file holds.
    package func takeIn(_ key: borrowing SigningKey) throws(KeystoreError) {
        guard var bytes = key.rawRepresentation else { throw failure("the identity is in a token already") }
        let secret = SecretKey(bytes: bytes)
        wipe(&bytes)
        let point = key.verifyingKey.bytes
        try use { session in
            try self.isFree(.privateKey, .edwards, session)
            let (publicKey, privateKey) = self.pair
            // After a kill the public half may be there already.
            if let held = try session.find(Attributes(.publicKey, label: self.uri.object, type: .edwards)).first {
                guard try Self.point(of: held, session) == point else {
                    throw Refusal(description: "it holds another public key `\(self.uri.object)`")
                }
            } else {
                try session.create(publicKey.with(.curve, Self.curve).with(.point, [0x04, 0x20] + point))
            }
            try secret.lend { key in
                try key.withUnsafeBytes { try session.create(privateKey.with(.curve, Self.curve), secret: $0) }
            }
        }
    }

    package func wrap(_ key: [UInt8], bound: [UInt8]) throws(KeystoreError) -> [UInt8] {
        let nonce = randomBytes(12)
        return try use { session in
            let wrapping = try self.one(.secretKey, .aes, session)
            return nonce + (try session.crypt(key, nonce: nonce, bound: bound, by: wrapping, encrypts: true))
        }
    }

    package func unwrap(_ wrapped: [UInt8], bound: [UInt8]) throws(KeystoreError) -> [UInt8] {
        guard wrapped.count == 12 + 32 + 16 else { throw failure("what it wrapped has another length") }
        return try use { session in
            let wrapping = try self.one(.secretKey, .aes, session)
            return try session.crypt(
                Array(wrapped[12...]), nonce: Array(wrapped[..<12]), bound: bound, by: wrapping, encrypts: false)
        }
    }

    package func signer() throws(KeystoreError) -> any Signer {
        let point = try use { session in
            _ = try self.one(.privateKey, .edwards, session)
            return try Self.point(of: self.one(.publicKey, .edwards, session), session)
        }
        guard let key = VerifyingKey(bytes: point) else { throw failure("`\(uri.object)` is no public key of Ed25519") }
        return TokenSigner(token: self, verifyingKey: key)
    }

    fileprivate func sign(_ message: [UInt8]) throws(KeystoreError) -> [UInt8] {
        let signature = try use { session in
            try session.sign(message, by: self.one(.privateKey, .edwards, session))
        }
        guard signature.count == 64 else { throw failure("its signatures have \(signature.count) bytes") }
        return signature
    }

    // MARK: Objects

    /// The object identifier of Ed25519 (RFC 8410), 1.3.101.112.
    private static let curve: [UInt8] = [0x06, 0x03, 0x2B, 0x65, 0x70]

    /// The bytes of a public key: a string of octets (DER) by the standard; some modules give the point alone.
    private static func point(of publicKey: CK_OBJECT_HANDLE, _ session: TokenSession) throws -> [UInt8] {
        let point = try session.value(.point, of: publicKey)
        return point.count == 34 && point.starts(with: [0x04, 0x20]) ? Array(point.dropFirst(2)) : point
    }

    private var pair: (publicKey: Attributes, privateKey: Attributes) {
        (
            Attributes(.publicKey, label: uri.object, type: .edwards).with(.token, true).with(.isPrivate, false)
                .with(.verify, true).with(.id, Array(uri.object.utf8)),
            Attributes(.privateKey, label: uri.object, type: .edwards).with(.token, true).with(.isPrivate, true)
                .with(.sensitive, true).with(.extractable, false).with(.sign, true).with(.id, Array(uri.object.utf8))
        )
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private func one(
        _ objectClass: Attributes.ObjectClass, _ type: Attributes.KeyType, _ session: TokenSession
    ) throws -> CK_OBJECT_HANDLE {
        let found = try session.find(Attributes(objectClass, label: uri.object, type: type))
        guard found.count == 1 else {
            let kind = type == .aes ? "AES key" : "Ed25519 key"
            throw Refusal(
                description: found.isEmpty
                    ? "it holds no \(kind) `\(uri.object)`" : "it holds more than one \(kind) `\(uri.object)`")
        }
        return found[0]
    }

    private func isFree(
        _ objectClass: Attributes.ObjectClass, _ type: Attributes.KeyType, _ session: TokenSession
    ) throws {
        guard try session.find(Attributes(objectClass, label: uri.object, type: type)).isEmpty else {
            throw Refusal(description: "it holds a key `\(uri.object)` already; keys are never overwritten")
        }
    }

    private func failure(_ reason: String) -> KeystoreError { .token(uri: text, reason: reason) }

    // MARK: Sessions

    /// Works with the token; once more, in a session of its own, where the one from before is gone.
    private func use<R: Sendable>(_ body: @escaping (TokenSession) throws -> R) throws(KeystoreError) -> R {
        do {
            return try open.withLock { open in
                if let session = open.session {
                    do { return try body(session) } catch let error as CryptokiError where error.isOfSession {
                        open.session = nil
                    }
                }
                let session = try self.begin()
                let result = try body(session)
                open.session = session
                return result
            }
        } catch let error as KeystoreError {
            throw error
        } catch {
            throw failure("\(error)")
        }
    }

    private func begin() throws -> TokenSession {
        let module = try CryptokiModule.load(uri.modulePath)
        let slots = try module.slots().filter {
            (uri.token == nil || padded($0.token.label) == uri.token)
                && (uri.serial == nil || padded($0.token.serialNumber) == uri.serial)
        }
        let name = uri.token ?? uri.serial ?? ""
        guard slots.count == 1 else {
            throw Refusal(
                description: slots.isEmpty
                    ? "there is no token `\(name)`" : "there is more than one token `\(name)`: name its serial, too")
        }
        var pin = try pin()
        defer { wipe(&pin) }
        return try TokenSession(module, slot: slots[0].id, pin: pin)
    }
}

/// An identity whose key is in a token.
private struct TokenSigner: Signer {
    let token: HardwareToken
    let verifyingKey: VerifyingKey

    func signature(over message: [UInt8]) throws(SigningError) -> [UInt8] {
        do throws(KeystoreError) { return try token.sign(message) } catch { throw SigningError(reason: "\(error)") }
    }
}
