import ArgumentParser
import CommandOptions
import Foundation
import Keys
import PKCS11
import Terminal

/// Lets a role's identity be in a hardware token.
struct IdentityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity", abstract: "Let a role's identity be in a hardware token, which signs with it.",
        discussion: """
            Writes into DIR/\(Protection.file) which key of which token it is, and prints the public key for the roster. With `--make` the \
            token makes the key, which never leaves it; with `--move` it takes in DIR/identity.key, which is erased then: the roster stays. \
            Stop the role first.
            """)

    @Option(help: ArgumentHelp("The folder of private keys.", valueName: "dir"))
    var keys: String

    @Option(
        help: ArgumentHelp(
            "The token's Ed25519 key, such as 'pkcs11:token=NAME;object=KEY?module-path=FILE&pin-source=FILE' (RFC 7512).",
            valueName: "uri"))
    var token: String

    @Flag(help: "Make the key in the token.")
    var make = false

    @Flag(help: "Move the folder's identity into the token.")
    var move = false

    @OptionGroup var keystore: KeystoreOptions

    func validate() throws {
        guard !make || !move else {
            throw ValidationError("`--make` makes another key than the one that `--move` moves")
        }
    }

    func run() throws {
        let opened = try keystore.open(keys)
        guard move || !opened.files().contains("identity.key") else {
            throw Failure("\(keys)/identity.key is there: move it into the token (`--move`), or take it away")
        }
        let token = try KeystoreOptions.tokens.token(token)
        if make { try token.makeIdentity() }
        // After a kill the key may be in the token already.
        if move { try moveIn(opened, token) }
        let key = SigningKey(try token.signer())
        _ = try key.sign([], context: "cordon/trial")
        try opened.setIdentity(uri: self.token)
        if move { try opened.erase("identity") }
        print("identity: \(Data(key.verifyingKey.bytes).base64EncodedString())")
    }

    private func moveIn(_ folder: FileKeystore, _ token: HardwareToken) throws {
        let key = try folder.signingKey()
        if let held = try? token.signer().verifyingKey {
            guard held == key.verifyingKey else { throw Failure("the token holds another identity by this name") }
        } else {
            try token.takeIn(key)
        }
    }
}
