package import ArgumentParser
import Foundation
package import Keys
package import PKCS11

/// What opens a role's folder of keys.
package struct KeystoreOptions: ParsableArguments {
    @Option(
        name: .customLong("passphrase-file"),
        help: ArgumentHelp(
            "The file of the passphrase, where the keys are protected (`cordon keys protect`). (default: systemd's credential \(Unlocking.credential))",
            valueName: "file"))
    package var passphraseFile: String?

    package init() {}

    /// The keystore in a folder, opened.
    package func open(_ directory: String) throws -> FileKeystore {
        try FileKeystore(directory: directory, unlocking: Self.unlocking(passphraseFile))
    }

    package static func unlocking(_ passphraseFile: String?) -> Unlocking {
        Unlocking(passphraseFile: passphraseFile, credentials: credentials) { (uri) throws(KeystoreError) in
            try tokens.token(uri)
        }
    }

    package static let tokens = HardwareTokens(credentials: credentials)

    /// The folder of the credentials that systemd hands to a service; nil where there is none.
    package static var credentials: String? { ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] }
}
