import Crypto

/// A key-encapsulation mechanism of HPKE keys (RFC 9180), by its number in IANA's registry. Always with HKDF-SHA256, AES-256-GCM
/// and base mode, which says nothing of the sender: whoever knows the public key can seal. Later ones are stronger: a key is
/// replaced by one of the same or of a later suite.
package enum KEMSuite: UInt32, CaseIterable, Sendable, Hashable, Comparable {
    /// DHKEM(X25519, HKDF-SHA256): who keeps what is sealed by it opens it with a quantum computer one day.
    case x25519 = 0x0020
    /// X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 together, of which each suffices.
    case xWing = 0x647A

    package static func < (left: KEMSuite, right: KEMSuite) -> Bool { left.rawValue < right.rawValue }

    var ciphersuite: HPKE.Ciphersuite {
        switch self {
        case .x25519: HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_256)
        case .xWing: .XWingMLKEM768X25519_SHA256_AES_GCM_256
        }
    }

    /// The length of a public key.
    package var publicKeyBytes: Int { self == .xWing ? 1216 : 32 }
    /// The length of an encapsulated key: what each message costs beside its tag.
    package var encapsulatedBytes: Int { self == .xWing ? 1120 : 32 }

    /// The suite of a name in a roster.
    package init?(name: String) {
        guard let suite = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = suite
    }

    /// The name, as a roster has it.
    package var name: String { self == .xWing ? "xwing" : "x25519" }
}

extension KEMSuite: CustomStringConvertible {
    package var description: String {
        switch self {
        case .x25519: "X25519"
        case .xWing: "X-Wing"
        }
    }
}
