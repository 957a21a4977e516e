/// The value of a Host field: `uri-host [ ":" port ]` (RFC 9110, section 7.2; RFC 3986, section 3.2.2).
package enum HostField {
    /// Whether the value is one; an empty one is, for a target without an authority.
    package static func isValid(_ value: String) -> Bool {
        let bytes = Array(value.utf8)
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = bytes[1..<end]
            return !address.isEmpty && address.allSatisfy(isAddress) && isPort(bytes[(end + 1)...])
        }
        let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
        return isName(bytes[..<end]) && isPort(bytes[end...])
    }

    /// Nothing, or a colon with digits or none.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        return first == UInt8(ascii: ":") && bytes.dropFirst().allSatisfy(isDigit)
    }

    /// A reg-name; an IPv4 address is one by its form.
    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.count >= 2, rest.prefix(2).allSatisfy(isHex) else { return false }
                rest = rest.dropFirst(2)
            } else if !isUnreserved(byte), !"!$&'()*+,;=".utf8.contains(byte) {
                return false
            }
        }
        return true
    }

    /// Within brackets: an IPv6 address, or one of a later version.
    private static func isAddress(_ byte: UInt8) -> Bool { isUnreserved(byte) || byte == UInt8(ascii: ":") }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isDigit(byte) || (97...122).contains(byte | 32) || "-._~".utf8.contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (97...102).contains(byte | 32) }
}
