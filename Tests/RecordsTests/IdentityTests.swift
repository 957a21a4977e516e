import Records
import Support
import Testing

@Suite("Names and digests")
struct IdentityTests {
    @Test(
        "a member's name is 1 to 40 small letters, digits and hyphens, and begins with a letter",
        arguments: [
            ("a", true), ("bank-a", true), ("b2-", true), (String(repeating: "x", count: 40), true), ("", false),
            (String(repeating: "x", count: 41), false), ("2bank", false), ("-bank", false), ("Bank", false),
            ("bank a", false), ("bank.a", false), ("bänk", false), ("consortium", false), ("consortium-", true),
            ("bank\n", false),
        ])
    func members(name: String, isName: Bool) {
        #expect((MemberID(name) != nil) == isName)
        #expect(!isName || MemberID(name)?.description == name)
    }

    @Test("parties go round, and have a name each")
    func parties() {
        for party in PartyID.allCases {
            #expect(party.next.previous == party && party.previous.next == party)
            #expect(party.next.next.next == party && Set([party, party.next, party.previous]).count == 3)
            #expect(PartyID(name: party.name) == party && party.description == party.name)
        }
        #expect(PartyID.allCases.map(\.name) == ["party-0", "party-1", "party-2"])
        #expect(PartyID(name: "party-3") == nil && PartyID(name: "Party-0") == nil)
        #expect(PartyID.allCases == PartyID.allCases.sorted())
    }

    @Test("an event's id is sixteen bytes, in and out", arguments: 1...5 as ClosedRange<UInt64>)
    func events(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let bytes = random.bytes(16)
        let id = try #require(EventID(bytes))
        #expect(id.bytes == bytes && id.hex == hexadecimal(bytes) && id.hex.count == 32)
        var out: [UInt8] = [9]
        id.write(to: &out)
        #expect(out == [9] + bytes)
        for at in 0..<16 {
            var other = bytes
            other[at] ^= 1
            #expect(EventID(other) != id)
        }
        for count in [0, 15, 17, 32] { #expect(EventID(random.bytes(count)) == nil) }
    }

    @Test("a digest tells lists of parts apart, however their bytes are cut")
    func digests() throws {
        let lists: [[[UInt8]]] = [
            [], [[]], [[], []], [[1, 2]], [[1], [2]], [[1, 2], []], [[], [1, 2]], [[2, 1]],
        ]
        #expect(Set(lists.map { Digest32(of: $0) }).count == lists.count)
        let digest = Digest32(of: [[1]])
        #expect(digest.bytes.count == 32 && Digest32(digest.bytes) == digest)
        #expect(Digest32(digest.bytes.dropLast()) == nil && Digest32(digest.bytes + [0]) == nil)
        #expect(digest.description == hexadecimal(digest.bytes.prefix(4)) && Digest32.zero.bytes.allSatisfy { $0 == 0 })
        // SHA-256 of nothing.
        #expect(Digest32(of: []).description == "e3b0c442")
    }

    /// FIPS 180-4's examples of one block and of two, cut anywhere.
    @Test("SHA-256 of pieces is that of the whole")
    func hashes() {
        let examples = [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
        for (text, hash) in examples {
            let bytes = Array(text.utf8)
            for cut in 0...bytes.count {
                var stream = SHA256Stream()
                stream.add(Array(bytes[..<cut]))
                stream.add(Array(bytes[cut...]))
                let digest = Digest32(stream)
                #expect(digest == Digest32(hex: hash))
            }
        }
        var parts = SHA256Stream()
        parts.add(part: [7, 8])
        parts.add(part: Digest32.zero)
        let digest = Digest32(parts)
        #expect(digest == Digest32(of: [[7, 8], [UInt8](repeating: 0, count: 32)]))
    }

    @Test("hexadecimal digits are small and two a byte")
    func digits() { #expect(hexadecimal([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff" && hexadecimal([UInt8]()) == "") }

    @Test(
        "positions are in the order of partition, offset and place in the record",
        arguments: 1...4 as ClosedRange<UInt64>)
    func positions(seed: UInt64) {
        var random = SplitMix64(seed)
        let all = (0..<60).map { _ in
            SourcePosition(
                partition: Int.random(in: 0...2, using: &random), offset: Int64.random(in: -2...2, using: &random),
                index: Int.random(in: 0...2, using: &random))
        }
        for (one, other) in zip(all.sorted(), all.sorted().dropFirst()) {
            #expect(!(other < one))
            #expect(
                one.partition < other.partition
                    || one.partition == other.partition
                        && (one.offset < other.offset || one.offset == other.offset && one.index <= other.index)
            )
        }
        for position in all where position.offset >= 0 { #expect(SourcePosition(position.wire) == position) }
    }

    @Test("label records of history stand before all others, in the order of days")
    func labelOrder() throws {
        func order(_ position: SourcePosition) throws -> UInt64 { try #require(position.labelOrder) }
        let ascending = try [
            SourcePosition.history(day: 0), .history(day: 0, index: 7), .history(day: 20_000),
            .history(day: 20_001), SourcePosition(offset: 0), SourcePosition(offset: 0, index: 65_535),
            SourcePosition(offset: 1), SourcePosition(offset: (1 << 46) - 1, index: 65_535),
        ].map(order)
        #expect(ascending == ascending.sorted() && Set(ascending).count == ascending.count)
        #expect(SourcePosition(offset: 1 << 46).labelOrder == nil)
        #expect(SourcePosition(offset: -(1 << 46) - 1).labelOrder == nil)
        #expect(SourcePosition(offset: 0, index: 65_536).labelOrder == nil)
        #expect(SourcePosition(offset: 0, index: -1).labelOrder == nil)
    }
}
