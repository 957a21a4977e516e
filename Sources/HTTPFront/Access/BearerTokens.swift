import Crypto

/// The tokens that may call, as SHA-256 hashes: who reads the file can't call.
package struct BearerTokens: Sendable {
    package struct Token: Sendable, Hashable {
        /// Whose it is; several tokens of one name are one client, so that one can replace another.
        package var client: String
        package var sha256: [UInt8]

        package init(client: String, sha256: [UInt8]) {
            self.client = client
            self.sha256 = sha256
        }
    }

    private let tokens: [Token]

    package init(_ tokens: [Token]) { self.tokens = tokens }

    /// The hash that a file keeps of a token.
    package static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Whose token an Authorization header carries (RFC 6750); nil where it is none, or not known. Every hash is compared
    /// in full, so the time it takes says nothing of them.
    package func client(authorization header: String?) -> String? {
        guard let header, header.utf8.count <= 1024 else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let hash = Self.hash(String(parts[1]))
        var found: String?
        for token in tokens {
            var difference: UInt8 = token.sha256.count == hash.count ? 0 : 1
            for (left, right) in zip(token.sha256, hash) { difference |= left ^ right }
            if difference == 0 { found = token.client }
        }
        return found
    }
}
