import Policy
import Support
import Testing

@Suite("Ranges of IP addresses")
struct NetworkSetTests {
    private func set(_ texts: [String]) -> NetworkSet {
        var set = NetworkSet()
        for text in texts where !set.insert(text) { Issue.record("\(text) is no network") }
        return set
    }

    @Test(
        "hold what has their prefix, IPv4 and IPv6",
        arguments: [
            ("192.0.2.0/24", "192.0.2.0", true), ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.0/24", "192.0.1.255", false),
            ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.128", true),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7/32", "192.0.2.8", false), ("0.0.0.0/0", "255.1.2.3", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::1", "2001:DB8:0:0:0:0:0:1", true), ("::/0", "::", true), ("::/0", "192.0.2.1", true),
            ("192.0.2.0/24", "::ffff:192.0.2.9", true), ("::ffff:192.0.2.0/120", "192.0.2.9", true),
            ("2001:db8::8/127", "2001:db8::9", true), ("2001:db8::8/127", "2001:db8::a", false),
        ])
    func contain(network: String, address: String, expected: Bool) {
        #expect(set([network]).contains(address) == expected)
        // Others beside it change nothing.
        #expect(set(["203.0.113.9", network, "2001:db8:1:2::/64"]).contains(address) == (expected))
    }

    @Test(
        "are unknown to what is no address", arguments: ["", "192.0.2", "192.0.2.0/24", "192.0.2.256", "host", "::g"])
    func noAddress(text: String) { #expect(set(["0.0.0.0/0", "::/0"]).contains(text) == nil) }

    @Test(
        "are refused where they are no address or range, or have bits after their prefix",
        arguments: [
            "", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/ 8", "192.0.2.0/8", "192.0.2.1/24",
            "192.0.2.0/24/8", "2001:db8::/129", "2001:db8::1/64", "192.0.2", "a/8", "2001:db8::/0032",
        ])
    func refused(text: String) {
        var set = NetworkSet()
        let taken = set.insert(text)
        #expect(!taken)
        #expect(set == NetworkSet())
    }

    @Test(
        "agree with a comparison bit by bit, over random ranges and addresses", arguments: 1...20 as ClosedRange<UInt64>
    )
    func property(seed: UInt64) {
        var generator = SplitMix64(state: seed)
        for _ in 0..<50 {
            let length = Int.random(in: 0...32, using: &generator)
            let network = UInt32.random(in: .min ... .max, using: &generator) & (length == 0 ? 0 : ~0 << (32 - length))
            // Half of the addresses differ from the network in one bit alone.
            let other =
                Bool.random(using: &generator)
                ? UInt32.random(in: .min ... .max, using: &generator)
                : network ^ (1 << UInt32.random(in: 0...31, using: &generator))
            let same = length == 0 || (other ^ network) >> (32 - UInt32(length)) == 0
            #expect(set(["\(dotted(network))/\(length)"]).contains(dotted(other)) == same)
        }
    }

    private func dotted(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { "\(address >> $0 & 255)" }.joined(separator: ".")
    }
}
