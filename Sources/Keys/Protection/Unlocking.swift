import Foundation
import Secrets

/// What opens a keystore that is protected: where its passphrase is, and how its token is found. A passphrase never comes by
/// argument or environment, where other processes see it.
package struct Unlocking: Sendable {
    /// The file of the passphrase; nil where nobody named one.
    package var passphraseFile: String?
    /// The folder of the credentials that systemd hands to a service (`CREDENTIALS_DIRECTORY`); nil where there is none.
    package var credentials: String?
    /// Finds a token by its URI (RFC 7512).
    package var token: @Sendable (String) throws(KeystoreError) -> any KeyToken

    /// The name of the credential that is a passphrase.
    package static let credential = "cordon-passphrase"

    package init(
        passphraseFile: String? = nil, credentials: String? = nil,
        token: @escaping @Sendable (String) throws(KeystoreError) -> any KeyToken = { (uri) throws(KeystoreError) in
            throw .token(uri: uri, reason: "this program has no support of tokens")
        }
    ) {
        self.passphraseFile = passphraseFile
        self.credentials = credentials
        self.token = token
    }

    /// The passphrase, which the caller wipes: of the file that was named, or else of the credential. A line end behind it is no
    /// part of it.
    ///
    /// - Parameter folder: of the keystore that needs it.
    func passphrase(for folder: String) throws(KeystoreError) -> [UInt8] {
        guard
            let passphrase = try Self.secret(file: passphraseFile, credential: Self.credential, of: credentials)
        else { throw .locked(folder: folder) }
        return passphrase
    }

    /// A passphrase or PIN, which the caller wipes: of the file that was named, or else of the credential; nil where neither is. A
    /// line end behind it is no part of it.
    ///
    /// - Parameter credentials: the folder of systemd's credentials.
    package static func secret(
        file: String?, credential: String, of credentials: String?
    ) throws(KeystoreError) -> [UInt8]? {
        var path = ""
        if let file {
            path = file
            // A credential's bits may be a rule of access, and are systemd's.
            if credentials.map({ !file.hasPrefix($0 + "/") }) ?? true { try PrivateFile.check(file) }
        } else {
            guard let credentials, FileManager.default.fileExists(atPath: credentials + "/" + credential) else {
                return nil
            }
            path = credentials + "/" + credential
        }
        guard var bytes = PrivateFile.contents(path) else { throw .unreadable(path: path) }
        while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
        guard !bytes.isEmpty else { throw .emptyPassphrase(path: path) }
        return bytes
    }

    /// The folder's key.
    func folderKey(
        _ wrapping: Protection.Wrapping, _ wrapped: [UInt8], folder: String
    ) throws(KeystoreError) -> FolderKey {
        switch wrapping {
        case .passphrase(let scrypt, let salt):
            var passphrase = try passphrase(for: folder)
            defer { wipe(&passphrase) }
            let key = scrypt.key(passphrase, salt: salt)
            guard let key = FolderKey(wrapped, wrappedBy: key, bound: wrapping.bound) else {
                throw .wrongPassphrase(folder: folder)
            }
            return key
        case .token(let uri):
            var bytes = try token(uri).unwrap(wrapped, bound: wrapping.bound)
            defer { wipe(&bytes) }
            guard bytes.count == 32 else { throw .protection(path: folder + "/" + Protection.file) }
            return FolderKey(SecretKey(bytes: bytes))
        }
    }

    /// The folder's key, wrapped anew.
    func wrapped(
        _ key: FolderKey, by wrapping: Protection.Wrapping, folder: String
    ) throws(KeystoreError) -> [UInt8] {
        switch wrapping {
        case .passphrase(let scrypt, let salt):
            var passphrase = try passphrase(for: folder)
            defer { wipe(&passphrase) }
            return key.wrapped(by: scrypt.key(passphrase, salt: salt), bound: wrapping.bound)
        case .token(let uri):
            var bytes = key.bytes
            defer { wipe(&bytes) }
            return try token(uri).wrap(bytes, bound: wrapping.bound)
        }
    }
}
