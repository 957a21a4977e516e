import ArgumentParser
import CommandOptions
import Foundation
import Keys
import PKCS11
import Secrets
import Terminal

/// Encrypts the files of a folder of keys.
struct ProtectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protect",
        abstract: "Encrypt the keys of a folder under a passphrase or by a token, or change which.",
        discussion: """
            Each file is encrypted by AES-256-GCM under a random key of the folder, and that under a key which scrypt makes of the \
            passphrase, or under an AES key of a hardware token (PKCS #11). Done again with another passphrase or token it changes the file \
            DIR/\(Protection.file) alone. Stop the role first. The TLS key stays as it is: hand it over as a credential of systemd's, which \
            can be encrypted.
            """)

    @Option(help: ArgumentHelp("The folder of private keys.", valueName: "dir"))
    var keys: String

    @Option(
        name: .customLong("new-passphrase-file"),
        help: ArgumentHelp("The file of the passphrase from now on; mode 600.", valueName: "file"))
    var newPassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "The token's AES key, such as 'pkcs11:token=NAME;object=KEY?module-path=FILE&pin-source=FILE' (RFC 7512).",
            valueName: "uri"))
    var token: String?

    @Flag(help: "Make the token's AES key first.")
    var makeKey = false

    @OptionGroup var keystore: KeystoreOptions

    func validate() throws {
        guard (newPassphraseFile == nil) != (token == nil) else {
            throw ValidationError("name `--new-passphrase-file` or `--token`")
        }
        guard !makeKey || token != nil else { throw ValidationError("`--make-key` is for `--token`") }
    }

    func run() throws {
        guard FileManager.default.fileExists(atPath: keys) else { throw Failure("there is no folder \(keys)") }
        let opened = try keystore.open(keys)
        if let token, makeKey { try KeystoreOptions.tokens.token(token).makeWrappingKey() }
        let changed = try opened.protect(
            by: token.map { .token(uri: $0) } ?? .passphrase(.standard, random: randomBytes),
            KeystoreOptions.unlocking(newPassphraseFile))
        print(
            changed.isEmpty
                ? "the keys in \(keys) open in another way from now on"
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
