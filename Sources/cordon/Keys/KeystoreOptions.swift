import ArgumentParser
import Foundation
import Keys
import PKCS11

/// What opens a role's folder of keys.
struct KeystoreOptions: ParsableArguments {
    @Option(
        name: .customLong("passphrase-file"),
        help: ArgumentHelp(
            "The file of the passphrase, where the keys are protected (`cordon keys protect`). (default: systemd's credential \(Unlocking.credential))",
            valueName: "file"))
    var passphraseFile: String?

    /// The keystore in a folder, opened.
    func open(_ directory: String) throws -> FileKeystore {
        try FileKeystore(directory: directory, unlocking: Self.unlocking(passphraseFile))
    }

    static func unlocking(_ passphraseFile: String?) -> Unlocking {
        Unlocking(passphraseFile: passphraseFile, credentials: credentials) { (uri) throws(KeystoreError) in
            try tokens.token(uri)
        }
    }

    static let tokens = HardwareTokens(credentials: credentials)

    /// The folder of the credentials that systemd hands to a service; nil where there is none.
    static var credentials: String? { ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] }
}
