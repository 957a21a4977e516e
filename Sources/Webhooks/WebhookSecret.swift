import Crypto
import Foundation

/// A key that an endpoint's messages are signed by, as Standard Webhooks 1.0 writes it: `whsec_` and the base64 of 24 to 64 random
/// bytes for HMAC-SHA256 (`v1`), or `whsk_` and the base64 of an Ed25519 seed (`v1a`).
package struct WebhookSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private enum Key: Sendable {
        case shared(SymmetricKey)
        case pair(Curve25519.Signing.PrivateKey)
    }

    private static let sharedPrefix = "whsec_"
    private static let pairPrefix = "whsk_"
    private static let publicPrefix = "whpk_"

    private let key: Key

    /// Nil where the text is no secret.
    package init?(_ text: String) {
        if text.hasPrefix(Self.pairPrefix) {
            guard let seed = Data(base64Encoded: String(text.dropFirst(Self.pairPrefix.count))),
                let pair = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
            else { return nil }
            key = .pair(pair)
        } else {
            guard text.hasPrefix(Self.sharedPrefix),
                let bytes = Data(base64Encoded: String(text.dropFirst(Self.sharedPrefix.count))),
                (24...64).contains(bytes.count)
            else { return nil }
            key = .shared(SymmetricKey(data: bytes))
        }
    }

    /// A new one of HMAC-SHA256.
    ///
    /// - Parameter random: 32 random bytes.
    package init(shared random: [UInt8]) {
        precondition(random.count == 32)
        key = .shared(SymmetricKey(data: random))
    }

    /// A new one of Ed25519.
    ///
    /// - Parameter random: 32 random bytes.
    package init(pair random: [UInt8]) {
        guard let pair = try? Curve25519.Signing.PrivateKey(rawRepresentation: random) else {
            preconditionFailure("a seed has 32 bytes")
        }
        key = .pair(pair)
    }

    /// The secret itself, for its file and for whoever is shown it once.
    package var text: String {
        switch key {
        case .shared(let key): Self.sharedPrefix + key.withUnsafeBytes { Data($0) }.base64EncodedString()
        case .pair(let pair): Self.pairPrefix + pair.rawRepresentation.base64EncodedString()
        }
    }

    /// What a receiver needs: the secret of HMAC-SHA256, and of Ed25519 the public key (`whpk_`), which is no secret.
    package var receivers: String {
        switch key {
        case .shared: text
        case .pair(let pair): Self.publicPrefix + pair.publicKey.rawRepresentation.base64EncodedString()
        }
    }

    /// The version of its signatures.
    package var version: String {
        switch key {
        case .shared: "v1"
        case .pair: "v1a"
        }
    }

    package var description: String { "a webhook's secret (\(version))" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// The signature of a message, as one entry of `webhook-signature`.
    ///
    /// - Parameter timestamp: seconds since 1970, of the attempt.
    package func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        switch key {
        case .shared(let key):
            return "v1," + Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
        case .pair(let pair):
            // Ed25519 of a key that was read does not fail.
            guard let signature = try? pair.signature(for: signed) else { return "" }
            return "v1a," + signature.base64EncodedString()
        }
    }
}

/// The header fields of a message.
package enum WebhookHeaders {
    /// - Parameters:
    ///   - id: of the message: the same for each attempt, and for each time that it is sent again.
    ///   - timestamp: seconds since 1970, of the attempt.
    ///   - secrets: those that are valid now; a receiver needs one of them.
    package static func fields(
        id: String, timestamp: Int64, body: [UInt8], secrets: [WebhookSecret]
    ) -> [(name: String, value: String)] {
        [
            ("content-type", "application/json"), ("webhook-id", id), ("webhook-timestamp", "\(timestamp)"),
            (
                "webhook-signature",
                secrets.map { $0.signature(id: id, timestamp: timestamp, body: body) }.joined(separator: " ")
            ),
        ]
    }
}
