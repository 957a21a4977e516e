import Foundation
import Records

/// Ranges of IP addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3). An IPv4 address is its IPv4-mapped IPv6
/// address (RFC 4291 section 2.5.5.2), so both spellings are the same.
///
/// An address is looked up by hash, once for each length of prefix in the set, however many networks there are.
package struct NetworkSet: Sendable, Hashable {
    /// First addresses, by the length of the prefix in bits, 0 to 128.
    private var networks: [Int: Set<UInt128>] = [:]

    package init() {}

    /// Adds an address, or a range such as `192.0.2.0/24`; false where the text is neither, or has bits set after the
    /// prefix, which is a slip in most cases. Nothing is added then. Addresses have the forms of inet_pton(3): no
    /// leading zeros, no zone such as `%eth0`.
    package mutating func insert(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let (address, isIPv4) = Self.read(String(parts[0])) else { return false }
        var length = 128
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }),
                let bits = Int(parts[1]), bits <= (isIPv4 ? 32 : 128)
            else { return false }
            length = isIPv4 ? bits + 96 : bits
        }
        guard address & Self.mask(length) == address else { return false }
        networks[length, default: []].insert(address)
        return true
    }

    /// Whether an address is in one of the ranges; nil where the text is no IP address.
    package func contains(_ text: String) -> Bool? {
        guard let (address, _) = Self.read(text) else { return nil }
        return networks.contains { length, networks in networks.contains(address & Self.mask(length)) }
    }

    private static func mask(_ length: Int) -> UInt128 { length == 0 ? 0 : ~0 << (128 - length) }

    private static func read(_ text: String) -> (address: UInt128, isIPv4: Bool)? {
        // C reads a text to its first NUL.
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            return (0xFFFF << 32 | UInt128(bigEndianBytes: bytes[..<4]), true)
        }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        return (UInt128(bigEndianBytes: bytes), false)
    }
}
