import Foundation
import Secrets

extension FileKeystore {
    /// Opens a folder that may be protected.
    ///
    /// - Throws: `locked`, `wrongPassphrase`, `protection`, `token`, or what is wrong with the passphrase's file.
    package init(directory: String, unlocking: Unlocking) throws(KeystoreError) {
        let protection = try Self.protection(of: directory)
        var key: FolderKey?
        if let (wrapping, wrapped) = protection.folderKey {
            key = try unlocking.folderKey(wrapping, wrapped, folder: directory)
        }
        var signer: (@Sendable () throws(KeystoreError) -> any Signer)?
        if let uri = protection.identity {
            signer = { () throws(KeystoreError) in try unlocking.token(uri).signer() }
        }
        self.init(directory: directory, credentials: unlocking.credentials, key: key, signer: signer)
    }

    /// What the folder's file `protection` says; empty where there is none.
    ///
    /// - Throws: `protection`.
    package static func protection(of directory: String) throws(KeystoreError) -> Protection {
        let path = directory + "/" + Protection.file
        guard FileManager.default.fileExists(atPath: path) else { return Protection() }
        try PrivateFile.check(path)
        guard let bytes = PrivateFile.contents(path),
            let protection = Protection(String(decoding: bytes, as: UTF8.self))
        else { throw .protection(path: path) }
        return protection
    }

    /// Encrypts the folder's files, or puts another passphrase or token in the place of the one that they have: their key stays,
    /// and is wrapped anew. A role must not be at work with the folder. Done again after a kill, it goes on.
    ///
    /// - Parameter wrapped: finds the passphrase or the token that is to open the folder from now on.
    /// - Returns: the files that are encrypted now and were not.
    package func protect(
        by wrapping: Protection.Wrapping, _ wrapped: Unlocking
    ) throws(KeystoreError) -> [String] {
        let key = key ?? FolderKey()
        var protection = try Self.protection(of: directory)
        protection.folderKey = (wrapping, try wrapped.wrapped(key, by: wrapping, folder: directory))
        try write(protection)
        let sealed = FileKeystore(directory: directory, credentials: nil, key: key, signer: nil)
        return try sealed.rewrite(isSealed: false)
    }

    /// Writes the folder's files in the clear.
    ///
    /// - Returns: the files that were encrypted.
    package func unprotect() throws(KeystoreError) -> [String] {
        let plain = try rewrite(isSealed: true)
        var protection = try Self.protection(of: directory)
        protection.folderKey = nil
        try write(protection)
        return plain
    }

    /// Writes down that the identity is in a token from now on, or in the folder.
    package func setIdentity(uri: String?) throws(KeystoreError) {
        var protection = try Self.protection(of: directory)
        protection.identity = uri
        try write(protection)
    }

    private func write(_ protection: Protection) throws(KeystoreError) {
        let path = path(Protection.file)
        if protection.isEmpty { try PrivateFile.erase(path) } else { try PrivateFile.write(protection.text, to: path) }
    }

    /// Turns each key file that is encrypted into one that is not, or the other way. Files of other forms stay: a TLS key.
    private func rewrite(isSealed: Bool) throws(KeystoreError) -> [String] {
        var changed: [String] = []
        for file in files() {
            guard var bytes = try content(of: file, isSealed: isSealed) else { continue }
            defer { wipe(&bytes) }
            try PrivateFile.replace(isSealed ? Self.plain(bytes) : text(of: bytes, file), at: path(file))
            changed.append(file)
        }
        return changed
    }

    /// The bytes of a key file, if it is encrypted, or if it is not; nil for one of another form.
    private func content(of file: String, isSealed: Bool) throws(KeystoreError) -> [UInt8]? {
        guard var text = PrivateFile.contents(path(file)) else { throw .unreadable(path: path(file)) }
        defer { wipe(&text) }
        guard text.starts(with: FolderKey.mark.utf8) == isSealed, !text.starts(with: "-----".utf8) else { return nil }
        return try read(file, at: path(file))
    }

    /// The names of the folder's key files.
    package func files() -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return all.filter { $0.hasSuffix(".key") }.sorted()
    }
}
