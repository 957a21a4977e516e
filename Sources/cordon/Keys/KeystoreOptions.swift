import ArgumentParser
import Foundation
import Keys

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
        try FileKeystore(directory: directory, unlocking: unlocking)
    }

    var unlocking: Unlocking { Self.unlocking(passphraseFile) }

    static func unlocking(_ passphraseFile: String?) -> Unlocking {
        Unlocking(
            passphraseFile: passphraseFile,
            credentials: ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"])
    }
}
