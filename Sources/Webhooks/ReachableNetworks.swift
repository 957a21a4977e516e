package import Policy

/// Which addresses messages may go to: those of the public internet, and networks that the desk's operator names. Whoever sets up
/// an endpoint can't make the desk call what stands beside it, whatever name he gives that.
///
/// It looks at the address that is connected to, so spellings, names that resolve inwards and names whose answer changes come to
/// the same. An IPv4 address within an IPv6 one is refused with it, or where it is a mapped one looked at as itself.
package struct ReachableNetworks: Sendable {
    private let named: NetworkSet

    /// - Parameter named: networks of the operator's own that messages may go to.
    package init(named: NetworkSet = NetworkSet()) { self.named = named }

    /// The IANA registries of special-purpose addresses (RFC 6890), multicast, site-local addresses, what holds an IPv4 address
    /// (RFC 4291 2.5.5.1, RFC 6052, RFC 3056), and one cloud's host address that is in none of them.
    private static let inner: NetworkSet = {
        var set = NetworkSet()
        for text in [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16", "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
            "ff00::/8",
        ] { guard set.insert(text) else { preconditionFailure("a network of the list is none") } }
        return set
    }()

    /// - Parameter address: as inet_pton(3) reads it; a text that is none may not be reached.
    package func mayReach(_ address: String) -> Bool {
        guard let isInner = Self.inner.contains(address) else { return false }
        return !isInner || isNamed(address)
    }

    /// What keeps messages from an endpoint, as far as its address alone tells: a number within, or this machine's own name. Where
    /// a name leads to is looked at with each message.
    package func fault(of address: WebhookAddress) -> WebhookAddress.Fault? {
        let isLocal = address.host == "localhost" || address.host.hasSuffix(".localhost")
        let inner = WebhookAddress.Fault(description: "messages don't go to this address, which is inside of a network")
        if isLocal { return isNamed("127.0.0.1") && isNamed("::1") ? nil : inner }
        guard address.isNumber else { return nil }
        guard mayReach(address.host) else { return inner }
        guard address.isSecure || isNamed(address.host) else {
            return WebhookAddress.Fault(description: "messages go there by https:// alone")
        }
        return nil
    }

    /// Whether the operator named the address's network: there messages may go without TLS, too.
    package func isNamed(_ address: String) -> Bool { named.contains(address) ?? false }
}
