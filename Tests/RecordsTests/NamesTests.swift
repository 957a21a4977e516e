import Records
import Support
import Testing

@Suite("Names, ids and codes")
struct NamesTests {
    private static let small = Set("abcdefghijklmnopqrstuvwxyz")
    private static let digits = Set("0123456789")

    @Test("a member's name has no character but those, in no place", arguments: UInt8(0)...127)
    func characters(code: UInt8) {
        let character = Character(UnicodeScalar(code))
        #expect((MemberID(String(character)) != nil) == Self.small.contains(character))
        let isInside = Self.small.contains(character) || Self.digits.contains(character) || character == "-"
        for name in ["b\(character)", "b\(character)k", "b\(character)-1"] {
            #expect((MemberID(name) != nil) == isInside, "\(name)")
        }
    }

    @Test("a member's name is no longer than 40 bytes", arguments: 1...60)
    func lengths(count: Int) {
        #expect((MemberID(String(repeating: "b", count: count)) != nil) == (count <= 40))
        // Of two bytes each.
        #expect(MemberID("b" + String(repeating: "ß", count: count)) == nil)
    }

    @Test("members are ordered by name, and the same where their names are")
    func members() throws {
        let names = ["a", "a-", "a-b", "a1", "aa", "b", "bank-a", "bank-b", "z"]
        let members = try names.map { try member($0) }
        #expect(members.shuffled().sorted() == members && Set(members + members).count == names.count)
        #expect(members.map(\.name) == names && members.map { "\($0)" } == names)
    }

    @Test(
        "a party has one name alone",
        arguments: ["", "party", "party-", "party-3", "party--1", "party-00", "PARTY-0", " party-0", "party-0 ", "0"])
    func parties(name: String) { #expect(PartyID(name: name) == nil) }

    @Test("parties have neighbours, modulo three")
    func neighbours() {
        for party in PartyID.allCases {
            #expect(party.next.rawValue == (party.rawValue + 1) % 3)
            #expect(party.previous.rawValue == (party.rawValue + 2) % 3)
            for other in PartyID.allCases { #expect((party < other) == (party.rawValue < other.rawValue)) }
        }
        #expect(PartyID(rawValue: 3) == nil && PartyID(rawValue: -1) == nil && PartyID.allCases.count == 3)
    }

    @Test("an event's id says its bytes in the order in which they stand")
    func events() throws {
        let bytes: [UInt8] = [
            0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
        ]
        let id = try #require(EventID(bytes))
        #expect(id.hex == "00112233445566778899aabbccddeeff" && id.bytes == bytes)
        // Halves are not taken for each other.
        let turned = try #require(EventID(Array(bytes[8...] + bytes[..<8])))
        #expect(turned != id && Set([id, turned, id]).count == 2)
    }

    /// SHA-256 over each part behind its length as eight bytes, the highest first.
    @Test(
        "a digest is SHA-256 over parts and their lengths",
        arguments: [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ([[]], "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"),
            ([Array("abc".utf8)], "c3494ca1a2cf8eeb8a11ded316fb55b83c3bbbedb6313cd50415251e5d09e12f"),
            (
                [Array("a".utf8), Array("bc".utf8)],
                "3fafa1cf2f19a7c1129beb20cf0983f73a489a221fc0dd2f16d1be292d089205"
            ),
            ([Array(0...255)], "5c39b6afcce64d594eee7bc735ac6e270df2de733b9a473d59979a175565e6e0"),
        ] as [([[UInt8]], String)])
    func digests(parts: [[UInt8]], hex: String) {
        let digest = Digest32(of: parts)
        #expect(hexadecimal(digest.bytes) == hex && digest.description == hex.prefix(8))
    }

    @Test("a digest has 32 bytes", arguments: 0...70)
    func lengths(ofDigest count: Int) {
        let bytes = (0..<count).map { UInt8($0) }
        #expect(Digest32(bytes)?.bytes == (count == 32 ? bytes : nil))
        #expect((Digest32(bytes[...]) != nil) == (count == 32))
    }

    @Test("hexadecimal digits are those of every byte", arguments: UInt8(0)...255)
    func hex(byte: UInt8) {
        let text = hexadecimal([byte, 0, byte])
        #expect(text.count == 6 && UInt8(text.prefix(2), radix: 16) == byte && text.dropFirst(2).prefix(2) == "00")
        #expect(text == text.lowercased() && text.prefix(2) == text.suffix(2))
    }

    @Test("what a payment may be, be ordered at, name and come to has the names of the canonical form")
    func codes() {
        #expect(PaymentKind.allCases.map(\.rawValue) == ["card", "transfer", "instant_transfer", "cash_out"])
        #expect(
            PaymentChannel.allCases.map(\.rawValue) == ["pos", "atm", "branch", "online", "mobile", "phone", "file"])
        #expect(
            EntityKind.allCases.map(\.rawValue) == [
                "account", "card", "payee", "merchant", "merchant_category", "device", "ip", "country",
            ])
        #expect(PaymentOutcome.Kind.allCases.map(\.rawValue) == ["status", "return", "recall"])
    }

    @Test("an outcome tells a fraud by the whole code, as ISO 20022 writes it")
    func outcomes() {
        for reason in ["frad", "FRAD ", "FR", "FR02", "FR010", "", "FOCR", "AC04", "DUPL"] {
            for kind in PaymentOutcome.Kind.allCases {
                let outcome = PaymentOutcome(
                    kind: kind, transaction: "t", time: EventTime(seconds: 0), status: "FRAD", reason: reason)
                #expect(!outcome.tellsFraud, "\(reason)")
            }
        }
    }
}
