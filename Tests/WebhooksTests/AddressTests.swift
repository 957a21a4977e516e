import Policy
import Testing
import Webhooks

struct AddressTests {
    @Test(
        "addresses are read in one spelling",
        arguments: [
            ("https://example.org", "https://example.org/", "example.org", 443, "/"),
            ("HTTPS://Example.ORG.:8443/a?b=c", "https://example.org:8443/a?b=c", "example.org", 8443, "/a?b=c"),
            ("https://example.org?b", "https://example.org/?b", "example.org", 443, "/?b"),
            ("http://192.0.2.1/x", "http://192.0.2.1/x", "192.0.2.1", 80, "/x"),
            ("https://[2001:db8::1]:1/", "https://[2001:db8::1]:1/", "2001:db8::1", 1, "/"),
            ("https://xn--mnchen-3ya.de/", "https://xn--mnchen-3ya.de/", "xn--mnchen-3ya.de", 443, "/"),
            ("https://1.example/", "https://1.example/", "1.example", 443, "/"),
        ])
    func read(text: String, whole: String, host: String, port: Int, target: String) throws {
        let address = try WebhookAddress(text)
        #expect("\(address)" == whole)
        #expect(address.host == host && address.port == port && address.target == target)
        #expect(try WebhookAddress(whole) == address)
    }

    @Test(
        "addresses that are none",
        arguments: [
            "", "example.org", "ftp://example.org", "https://", "https:///x", "https://user@example.org",
            "https://a:b@c/",
            "https://example.org/#f", "https://example.org:0/", "https://example.org:65536/", "https://example.org:/",
            "https://example.org:+1/", "https://exa mple.org", "https://example.org/\r\nHost: x", "https://münchen.de",
            "https://-a.org", "https://a..org", "https://[::1", "https://[::1]x", "https://[1.2.3.4]/",
            "https://[::1%25eth0]/",
            "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://0x7f.1/",
            "https://127.0.0.0x1/", "https://1.2.3.4.5/", "https://example.org\\@inner/", "https://a.08/",
        ])
    func refused(text: String) {
        #expect(throws: WebhookAddress.Fault.self) { try WebhookAddress(text) }
        do { _ = try WebhookAddress(text) } catch { #expect(text.isEmpty || !"\(error)".contains(text)) }
    }

    /// What a person would call inside, in every spelling that a resolver gives numbers in.
    @Test(
        "addresses inside are refused",
        arguments: [
            "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
            "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.168.1.1", "198.18.0.1", "224.0.0.1",
            "255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe",
            "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "2002:7f00:1::", "2001:0:7f00:1::", "fd00:ec2::254",
            "fc00::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1", "", "localhost", "fe80::1%eth0",
            "127.1",
        ])
    func inside(address: String) {
        #expect(!ReachableNetworks().mayReach(address))
        #expect(!ReachableNetworks().isNamed(address))
    }

    @Test(
        "addresses of the internet are reached, without TLS none",
        arguments: [
            "1.1.1.1", "8.8.8.8", "::ffff:8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1",
            "192.169.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:200::1",
        ])
    func outside(address: String) {
        #expect(ReachableNetworks().mayReach(address))
        #expect(!ReachableNetworks().isNamed(address))
    }

    @Test("a network that the operator names is reached, in both spellings, and no other")
    func named() {
        var set = NetworkSet()
        #expect(set.insert("10.1.0.0/16") && set.insert("fd00:1::/32"))
        let networks = ReachableNetworks(named: set)
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5"] {
            #expect(networks.mayReach(address) && networks.isNamed(address))
        }
        for address in ["10.2.0.1", "127.0.0.1", "fd00:2::5"] { #expect(!networks.mayReach(address)) }
    }

    @Test(
        "what an address alone tells of where it leads is refused when it is added, and let be in a network of one's own"
    )
    func faults() throws {
        var named = NetworkSet()
        let inserted = ["10.1.0.0/16", "127.0.0.1", "::1"].map { named.insert($0) }
        #expect(inserted == [true, true, true])
        let (bare, own) = (ReachableNetworks(), ReachableNetworks(named: named))
        for (text, isBare, isOwn) in [
            ("https://siem.example/", true, true), ("http://siem.example/", true, true),
            ("https://8.8.8.8/", true, true),
            ("http://8.8.8.8/", false, false), ("https://10.1.2.3/", false, true), ("http://10.1.2.3/", false, true),
            ("https://10.2.2.3/", false, false), ("https://[::1]/", false, true), ("https://[fe80::1]/", false, false),
            ("https://[::ffff:10.1.2.3]/", false, true), ("https://LOCALHOST./", false, true),
            ("https://a.localhost/", false, true), ("https://localhost.example/", true, true),
        ] {
            let address = try WebhookAddress(text)
            #expect((bare.fault(of: address) == nil) == isBare, "\(text)")
            #expect((own.fault(of: address) == nil) == isOwn, "\(text), named")
        }
    }
}
