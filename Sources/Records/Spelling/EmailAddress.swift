/// A mail address (RFC 5321, section 4.1.2) without quoting: all in small letters. Dots and tags of the local part stay:
/// what they mean is each provider's own. Names in other scripts are taken as their A-labels alone (RFC 5890).
package enum EmailAddress {
    /// The address in small letters, without a dot at its end; nil unless it is one local part of at most 64 bytes, one
    /// `@` and a domain of two labels or more.
    ///
    /// - Parameter folded: the bytes of a `FoldedText`.
    package static func compact(_ folded: [UInt8]) -> [UInt8]? {
        guard folded.contains(UInt8(ascii: "@")) else { return nil }
        let parts = folded.lowercased.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let local = Array(parts[0])
        var domain = Array(parts[1])
        if domain.last == UInt8(ascii: ".") { domain.removeLast() }
        return isLocalPart(local) && isDomain(domain) ? local + [UInt8(ascii: "@")] + domain : nil
    }

    private static func isLocalPart(_ text: [UInt8]) -> Bool {
        let special = Array("!#$%&'*+-/=?^_`{|}~".utf8)
        let atoms = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.count <= 64
            && atoms.allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { $0.isDigit || $0.isLowercase || special.contains($0) }
            }
    }

    /// Whether a text has labels of 1 to 63 letters, digits and inner hyphens, in at most 253 bytes together (RFC 1035,
    /// section 2.3.4).
    private static func isDomain(_ text: [UInt8]) -> Bool {
        let hyphen = UInt8(ascii: "-")
        let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.count <= 253 && labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { $0.isDigit || $0.isLowercase || $0 == hyphen }
            }
    }
}
