/// A key-encapsulation mechanism of HPKE keys, by its number there (RFC 9180, 7.1; draft-connolly-cfrg-xwing-kem). Later ones are
/// stronger: a key is replaced by one of the same or of a later suite.
package enum KEMSuite: UInt32, CaseIterable, Sendable, Hashable, Comparable {
    /// DHKEM(X25519, HKDF-SHA256).
    case x25519 = 0x0020
    /// X-Wing: ML-KEM-768 beside X25519.
    case xWing = 0x647A

    package static func < (left: KEMSuite, right: KEMSuite) -> Bool { left.rawValue < right.rawValue }
}

extension KEMSuite: CustomStringConvertible {
    package var description: String {
        switch self {
        case .x25519: "X25519"
        case .xWing: "X-Wing"
        }
    }
}

extension HPKEPublicKey {
    package var suite: KEMSuite { .x25519 }

    /// Takes a key of a suite.
    ///
    /// - Throws: `malformedKey` where the bytes are no key of it.
    package init(_ suite: KEMSuite, bytes: [UInt8]) throws(HPKEError) {
        guard suite == .x25519 else { throw .malformedKey }
        try self.init(bytes: bytes)
    }
}
