import Foundation

/// A bearer token as a file keeps it: whose it is, and its SHA-256.
package struct BearerTokenEntry: Sendable, Hashable {
    package var client: String
    package var sha256: [UInt8]

    /// The line of a tokens file.
    package var yaml: String { "  - { client: \(client), sha256: \(Data(sha256).base64EncodedString()) }\n" }

    package init(client: String, sha256: [UInt8]) {
        self.client = client
        self.sha256 = sha256
    }

    /// Whether a name can stand in the file: letters, digits, `-`, `_` and `.`, up to 64.
    package static func isClient(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
}

/// What a tokens file begins with.
package let tokensHeader = "# Who may call the agent: SHA-256 of bearer tokens, made by `cordon keys token`.\ntokens:\n"

/// Reads a tokens file. Several tokens of one client are good, so that one can replace another.
package func readTokens(file: String) throws(ConfigurationError) -> [BearerTokenEntry] {
    let root = try YAMLNode(file: file)
    try root.allow("tokens")
    let list = try root.child("tokens")
    var out: [BearerTokenEntry] = []
    for node in try list.list {
        try node.allow("client", "sha256")
        let client = try node.child("client")
        guard BearerTokenEntry.isClient(try client.string) else {
            throw client.wrong("a name of letters, digits, `-`, `_` and `.` belongs here")
        }
        out.append(BearerTokenEntry(client: try client.string, sha256: try node.child("sha256").base64(count: 32)))
    }
    guard !out.isEmpty else { throw list.wrong("holds no token: nobody could call") }
    return out
}
