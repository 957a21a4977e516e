import ArgumentParser
import Foundation
import Keys
import Secrets
import Terminal

/// Encrypts the files of a folder of keys.
struct ProtectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protect", abstract: "Encrypt the keys of a folder under a passphrase, or change the passphrase.",
        discussion: """
            Each file is encrypted by AES-256-GCM under a random key of the folder, and that under a key which scrypt makes of the \
            passphrase. A new passphrase changes the file DIR/\(Protection.file) alone. Stop the role first. The TLS key stays as it is: hand \
            it over as a credential of systemd's, which can be encrypted.
            """)

    @Option(help: ArgumentHelp("The folder of private keys.", valueName: "dir"))
    var keys: String

    @Option(
        name: .customLong("new-passphrase-file"),
        help: ArgumentHelp("The file of the passphrase from now on; mode 600.", valueName: "file"))
    var newPassphraseFile: String

    @OptionGroup var keystore: KeystoreOptions

    func run() throws {
        guard FileManager.default.fileExists(atPath: keys) else { throw Failure("there is no folder \(keys)") }
        let changed = try keystore.open(keys).protect(
            by: .passphrase(.standard, random: randomBytes), Unlocking(passphraseFile: newPassphraseFile))
        print(
            changed.isEmpty
                ? "the keys in \(keys) have another passphrase"
                : "encrypted in \(keys): \(changed.joined(separator: ", "))")
    }
}

/// Decrypts the files of a folder of keys.
struct UnprotectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unprotect", abstract: "Write the keys of a folder in the clear, as they were before `protect`.")

    @Option(help: ArgumentHelp("The folder of private keys.", valueName: "dir"))
    var keys: String

    @OptionGroup var keystore: KeystoreOptions

    func run() throws {
        let changed = try keystore.open(keys).unprotect()
        print("in the clear in \(keys): \(changed.isEmpty ? "no more than before" : changed.joined(separator: ", "))")
    }
}
