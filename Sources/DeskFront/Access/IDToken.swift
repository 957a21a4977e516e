import Crypto
import Foundation
import Keys

/// What a provider says of who signs in (OpenID Connect Core 1.0, section 2), once all of it is checked.
package struct IDToken: Sendable, Hashable {
    package let subject: String
    /// Claims that are a text, or a list of texts.
    package let claims: [String: [String]]

    /// Why a token does not count.
    package enum Refusal: String, Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
        case malformed, algorithm, unknownKey, badSignature, issuer, audience, expired, notYet, nonce

        package var description: String { phrase(.english) }
    }

    /// How far a provider's clock may be from ours, in seconds.
    static let skew: Double = 60
    private static let sizeLimit = 65_536

    /// Checks a token, its signature first.
    ///
    /// - Parameters:
    ///   - nonce: that was sent with the request.
    ///   - now: seconds since 1970.
    package init(
        verifying text: String, keys: ProviderKeys, issuer: String, client: String, nonce: String, now: Double
    ) throws(Refusal) {
        let parts = text.split(separator: "." as Character, omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.sizeLimit, parts.count == 3, let head = Base64URL.decoded(parts[0]),
            let body = Base64URL.decoded(parts[1]), let signature = Base64URL.decoded(parts[2]),
            let header = try? JSONDecoder().decode(Header.self, from: Data(head))
        else { throw .malformed }
        // Extensions that have to be understood are none that we do.
        guard header.crit == nil else { throw .malformed }
        guard let algorithm = ProviderKeys.Algorithm(rawValue: header.alg) else { throw .algorithm }
        guard let key = keys.key(header.kid, algorithm) else { throw .unknownKey }
        guard key.verifies(signature, over: Array("\(parts[0]).\(parts[1])".utf8)) else { throw .badSignature }
        guard let claims = try? JSONDecoder().decode(Claims.self, from: Data(body)),
            let subject = claims.texts["sub"]?.first,
            let until = claims.numbers["exp"]
        else { throw .malformed }
        guard claims.texts["iss"] == [issuer] else { throw .issuer }
        let audience = claims.texts["aud"] ?? []
        // Of several it was issued to one, which has to be us.
        guard audience.contains(client), audience.count == 1 || claims.texts["azp"] == [client],
            claims.texts["azp"].map({ $0 == [client] }) ?? true
        else { throw .audience }
        guard now < until + Self.skew else { throw .expired }
        guard max(claims.numbers["nbf"] ?? 0, claims.numbers["iat"] ?? 0) <= now + Self.skew else { throw .notYet }
        guard claims.texts["nonce"] == [nonce] else { throw .nonce }
        self.subject = subject
        self.claims = claims.texts
    }

    private struct Header: Decodable {
        var alg: String
        var kid: String?
        var crit: [String]?
    }

    private struct Claims: Decodable {
        var texts: [String: [String]] = [:]
        var numbers: [String: Double] = [:]

        private struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Name.self)
            for name in fields.allKeys {
                if let text = try? fields.decode(String.self, forKey: name) {
                    texts[name.stringValue] = [text]
                } else if let list = try? fields.decode([String].self, forKey: name) {
                    texts[name.stringValue] = list
                } else if let number = try? fields.decode(Double.self, forKey: name) {
                    numbers[name.stringValue] = number
                }
            }
        }
    }
}

/// The keys that a provider signs by (RFC 7517), as far as they are of the two algorithms that count.
package struct ProviderKeys: Sendable {
    package enum Algorithm: String, Sendable, CaseIterable {
        case rs256 = "RS256"
        case es256 = "ES256"
    }

    enum Key: Sendable {
        case rsa(RSAPublicKey)
        case p256(P256.Signing.PublicKey)

        fileprivate func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
            switch self {
            case .rsa(let key): key.verifies(signature, digest: Array(SHA256.hash(data: message)))
            case .p256(let key):
                (try? P256.Signing.ECDSASignature(rawRepresentation: signature)).map {
                    key.isValidSignature($0, for: message)
                } ?? false
            }
        }

        /// The one algorithm that a key counts for: what a token says is never asked what to do with a key.
        fileprivate var algorithm: Algorithm {
            switch self {
            case .rsa: .rs256
            case .p256: .es256
            }
        }
    }

    private var keys: [(id: String?, key: Key)] = []

    package init() {}

    /// Nil where the bytes are no set of keys; keys in it that can't be used are passed over.
    package init?(json: [UInt8]) {
        struct Set: Decodable { var keys: [WebKey] }
        struct WebKey: Decodable { var kty, kid, use, alg, crv, n, e, x, y: String? }
        guard let set = try? JSONDecoder().decode(Set.self, from: Data(json)) else { return nil }
        for key in set.keys where key.use == nil || key.use == "sig" {
            func bytes(_ text: String?) -> [UInt8]? { text.flatMap { Base64URL.decoded(Substring($0)) } }
            var found: Key?
            switch key.kty {
            case "RSA":
                if let n = bytes(key.n), let e = bytes(key.e) {
                    found = RSAPublicKey(modulus: n, exponent: e).map { .rsa($0) }
                }
            case "EC" where key.crv == "P-256":
                if let x = bytes(key.x), let y = bytes(key.y), x.count == 32, y.count == 32 {
                    found = (try? P256.Signing.PublicKey(rawRepresentation: x + y)).map { .p256($0) }
                }
            default: break
            }
            if let found, key.alg == nil || key.alg == found.algorithm.rawValue { keys.append((key.kid, found)) }
        }
    }

    /// - Parameter id: nil where the token names none: then there must be one key alone.
    func key(_ id: String?, _ algorithm: Algorithm) -> Key? {
        let fitting = keys.filter { $0.key.algorithm == algorithm && (id == nil || $0.id == id) }
        return fitting.count == 1 ? fitting.first?.key : nil
    }
}

/// Base64 for addresses, without padding (RFC 4648, section 5).
package enum Base64URL {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Nil where the text is not written exactly so.
    package static func decoded(_ text: Substring) -> [UInt8]? {
        guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)),
            Self.text(data) == text
        else { return nil }
        return Array(data)
    }
}
