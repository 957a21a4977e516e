import ArgumentParser
import Foundation
import HTTPFront
import PipelineFiles
import Records
import Secrets
import Terminal

/// Makes a bearer token for the REST API of a member's agent.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make a bearer token for the REST API of a member's agent.",
        discussion: """
            Prints the token once, on standard output, and adds its SHA-256 to FILE, which `cordon ingest --http-tokens` \
            reads and takes up while it runs. To replace a client's token, make another under its name, hand it out, then \
            remove the old line.
            """)

    @Option(help: ArgumentHelp("Whose token it is; counts for rate limits and idempotency keys.", valueName: "name"))
    var client = "default"

    @Option(help: ArgumentHelp("The file of hashes, made where it is not there.", valueName: "file"))
    var file: String

    func run() throws {
        guard BearerTokenEntry.isClient(client) else {
            throw Failure("`--client` is a name of letters, digits, `-`, `_` and `.`")
        }
        let known = FileManager.default.fileExists(atPath: file) ? try readFile(file) : Array(tokensHeader.utf8)
        if known.count > tokensHeader.utf8.count { _ = try readTokens(file: file) }
        let token = "cordon_" + hexadecimal(randomBytes(32))
        let entry = BearerTokenEntry(client: client, sha256: BearerTokens.hash(token))
        try writeFile(known + (known.last == 10 ? [] : [10]) + Array(entry.yaml.utf8), to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        print(token)
    }
}
