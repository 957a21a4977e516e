/// RFC 9497's suite P256-SHA256 (section 4.3) in one of its modes: what its hashes are separated by.
package struct OPRFSuite: Sendable, Hashable {
    /// RFC 9497, section 3.1. The partially oblivious mode (0x02) is not here.
    package enum Mode: UInt8, Sendable, CaseIterable {
        case oblivious = 0
        case verifiable = 1
    }

    /// The end of every domain separation tag (RFC 9497, section 3.1, `contextString`).
    let contextString: [UInt8]

    /// A suite with a context string of the caller's, for hashes that must not meet the RFC's.
    init(contextString: [UInt8]) { self.contextString = contextString }

    /// A suite with the RFC's own context string: `OPRFV1-`, the mode's byte and `-P256-SHA256`.
    package init(_ mode: Mode) {
        contextString = Array("OPRFV1-".utf8) + [mode.rawValue] + Array("-P256-SHA256".utf8)
    }

    /// RFC 9497, section 3.2.1: the key pair of a seed.
    ///
    /// - Parameters:
    ///   - seed: 32 bytes of a good generator.
    ///   - info: what the key is for, at most 65,535 bytes.
    package func deriveKey(seed: [UInt8], info: [UInt8]) throws(TokenError) -> TokenScalar {
        guard seed.count == 32 else { throw .malformed }
        let input = seed + Self.prefixed(info)
        for counter in UInt8.min...UInt8.max {
            let scalar = HashToCurve.scalar(input + [counter], tag: tag("DeriveKeyPair"))
            if let key = TokenScalar(scalar) { return key }
        }
        throw .scalarIsZero
    }

    /// RFC 9497, section 4.3, `HashToScalar`.
    func hashToScalar(_ message: [UInt8]) -> Scalar { HashToCurve.scalar(message, tag: tag("HashToScalar-")) }

    /// RFC 9497, section 4.3, `HashToGroup`: a point whose logarithm nobody knows.
    package func hashToGroup(_ message: [UInt8]) -> CurvePoint { HashToCurve.point(message, tag: tag("HashToGroup-")) }

    /// A domain separation tag: its name, then the context string.
    func tag(_ name: String) -> [UInt8] { Array(name.utf8) + contextString }

    /// Bytes after their length of two bytes, most significant first.
    static func prefixed(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count <= 0xFFFF, "what is hashed has a length of two bytes")
        return [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }
}
