import Foundation

/// Where an endpoint's messages go: an absolute URL of https, or of http where the network is one that the desk's operator
/// named.
package struct WebhookAddress: Hashable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    /// A name in small letters, or an IP address as inet_pton(3) reads it, without brackets.
    package let host: String
    package let port: Int
    /// The path with its query, from the slash on.
    package let target: String

    /// Why a text is no address. It holds nothing of the text.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    private static let limit = 2048

    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.limit else { throw Fault(description: "the address is too long") }
        guard text.utf8.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") })
        else {
            throw Fault(description: "the address has characters that no URL has")
        }
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else {
            throw Fault(description: "the address begins with https://")
        }
        isSecure = scheme == "https://"
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw Fault(description: "the address names a user") }
        guard !rest.contains("#") else { throw Fault(description: "the address has a fragment, which nobody is sent") }
        let (name, number) = try Self.parts(authority)
        host = try Self.host(name)
        if let number {
            guard (1...5).contains(number.utf8.count), number.utf8.allSatisfy({ (48...57).contains($0) }),
                let port = Int(number), (1...65_535).contains(port)
            else { throw Fault(description: "the port is none") }
            self.port = port
        } else {
            port = isSecure ? 443 : 80
        }
        let target = rest.dropFirst(authority.count)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    private static func parts(_ authority: Substring) throws(Fault) -> (host: Substring, port: Substring?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw Fault(description: "the host is none") }
            let (host, rest) = (
                authority[authority.index(after: authority.startIndex)..<end], authority[end...].dropFirst()
            )
            guard host.contains(":") else { throw Fault(description: "the host is none") }
            if rest.isEmpty { return (host, nil) }
            guard rest.hasPrefix(":") else { throw Fault(description: "the port is none") }
            return (host, rest.dropFirst())
        }
        guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[colon...].dropFirst())
    }

    /// One spelling a host. A name whose last label is a number would be read as an IPv4 address by some and as a name by others
    /// (0x7f.1, 2130706433, 0177.0.0.1): it has to be four decimal numbers then.
    private static func host(_ text: Substring) throws(Fault) -> String {
        if text.contains(":") {
            guard isAddress(String(text)) else { throw Fault(description: "the host is none") }
            return String(text)
        }
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy({ isLabel($0) }), let last = labels.last else {
            throw Fault(description: "the host is none; names with other letters are written as xn--")
        }
        let isNumber = last.utf8.allSatisfy { (48...57).contains($0) } || last.hasPrefix("0x")
        if isNumber, !isAddress(name) { throw Fault(description: "the host is an IP address in no usual form") }
        return name
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let bytes = label.utf8
        return (1...63).contains(bytes.count) && bytes.first != UInt8(ascii: "-") && bytes.last != UInt8(ascii: "-")
            && bytes.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-") || $0 == 95
            }
    }

    private static func isAddress(_ text: String) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET, text, &bytes) == 1 || inet_pton(AF_INET6, text, &bytes) == 1
    }

    /// Whether the host is an IP address.
    var isNumber: Bool { Self.isAddress(host) }

    /// What the field Host says.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    package var description: String { "\(isSecure ? "https" : "http")://\(authority)\(target)" }
}
