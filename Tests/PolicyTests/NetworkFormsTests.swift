import Policy
import Support
import Testing

@Suite("Networks of either version")
struct NetworkFormsTests {
    /// Eight groups, as RFC 4291 has them in full.
    private func text(_ groups: [UInt16]) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }

    private func isBit(_ groups: [UInt16], _ bit: Int) -> Bool { groups[bit / 16] >> (15 - bit % 16) & 1 == 1 }

    @Test("of IPv6 hold the addresses whose first bits are theirs", arguments: 1...20 as ClosedRange<UInt64>)
    func sixth(seed: UInt64) {
        var random = SplitMix64(seed)
        for _ in 0..<20 {
            let length = Int.random(in: 0...128, using: &random)
            var network = (0..<8).map { _ in UInt16.random(in: .min ... .max, using: &random) }
            for bit in length..<128 { network[bit / 16] &= ~(1 << (15 - bit % 16)) }
            var set = NetworkSet()
            let isTaken = set.insert("\(text(network))/\(length)")
            #expect(isTaken, "\(text(network))/\(length)")
            for bit in 0..<128 {
                var other = network
                other[bit / 16] ^= 1 << (15 - bit % 16)
                #expect(set.contains(text(other)) == (bit >= length), "\(text(other)) in \(text(network))/\(length)")
                // With a bit behind the prefix it is no network.
                var copy = NetworkSet()
                let isNetwork = copy.insert("\(text(other))/\(length)")
                #expect(isNetwork == (bit < length || isBit(network, bit)))
            }
        }
    }

    @Test("of several lengths hold what one of them holds", arguments: 1...20 as ClosedRange<UInt64>)
    func several(seed: UInt64) {
        var random = SplitMix64(seed)
        var set = NetworkSet()
        var networks: [(first: UInt32, last: UInt32)] = []
        for _ in 0..<12 {
            let length = UInt32.random(in: 22...32, using: &random)
            let size = UInt32(1) << (32 - length)
            let first = 0xC000_0000 + UInt32.random(in: 0..<4096, using: &random) / size * size
            let isTaken = set.insert("\(dotted(first))/\(length)")
            #expect(isTaken)
            networks.append((first, first + size - 1))
        }
        for _ in 0..<300 {
            let address = 0xC000_0000 + UInt32.random(in: 0..<4096, using: &random)
            let expected = networks.contains { $0.first <= address && address <= $0.last }
            #expect(set.contains(dotted(address)) == expected)
            #expect(set.contains("::ffff:" + dotted(address)) == expected)
        }
    }

    private func dotted(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { "\(address >> $0 & 255)" }.joined(separator: ".")
    }

    @Test(
        "are the same in every spelling",
        arguments: [
            ("2001:db8::1", ["2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "2001:db8::0:1", "2001:db8::1/128"]),
            ("192.0.2.7", ["::ffff:192.0.2.7", "::ffff:c000:207", "192.0.2.7/32", "::ffff:192.0.2.7/128"]),
            ("192.0.2.0/24", ["::ffff:192.0.2.0/120", "::FFFF:C000:200/120"]),
            ("0.0.0.0/0", ["::ffff:0:0/96"]), ("::", ["0:0:0:0:0:0:0:0", "::0", "::/128"]),
        ])
    func spellings(text: String, others: [String]) {
        var one = NetworkSet()
        let isTaken = one.insert(text)
        #expect(isTaken)
        for other in others {
            var set = NetworkSet()
            let isTaken = set.insert(other)
            #expect(isTaken && set == one, "\(other)")
            // Once more changes nothing.
            let isTakenAgain = set.insert(text)
            #expect(isTakenAgain && set == one)
        }
    }

    @Test(
        "are refused in forms that some readers take for addresses",
        arguments: [
            "192.0.2.07", "192.0.2.0x7", "3221225991", "192.0.519", "192.0.2.7 ", " 192.0.2.7", "192.0.2.7\n",
            "1.2.3.4.5", "2001:db8::1::2", "2001:db8:0:0:0:0:0:0:1", "[::1]", "fe80::1%eth0", "::1.2.3", "1.2.3.4/+8",
            "1.2.3.4/08.", "1.2.3.4/٣٢", "::/1000", "192.0.2.7\u{0}", "192.0.2.7\u{0}junk", "::1\u{0}x",
            "192.0.2.0\u{0}/24", "\u{0}::1",
        ])
    func refused(text: String) {
        var set = NetworkSet()
        let isTaken = set.insert(text)
        #expect(!isTaken && set == NetworkSet())
        if !text.contains("/") {
            var all = NetworkSet()
            let isAll = all.insert("::/0")
            #expect(isAll && all.contains(text) == nil)
        }
    }

    @Test("none hold nothing, and everything is held by a prefix of no bits")
    func ends() {
        var all = NetworkSet()
        #expect(all.contains("192.0.2.7") == false && all.contains("::") == false)
        let isTaken = all.insert("::/0")
        #expect(isTaken)
        for address in ["0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"] {
            #expect(all.contains(address) == true)
        }
    }
}
