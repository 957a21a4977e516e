import Model
import Records
import Secrets
import Support
import Testing

@Suite("Keys of entities")
struct EntityHasherTests {
    @Test("hang on the key's first sixteen bytes, little-endian")
    func key() {
        let bytes = (0..<16).map { UInt8($0) }
        let hasher = EntityHasher(key: SecretKey(bytes: bytes))
        let known = EntityHasher(k0: 0x0706_0504_0302_0100, k1: 0x0F0E_0D0C_0B0A_0908)
        let longer = EntityHasher(key: SecretKey(bytes: bytes + [99, 98]))
        for name in ["", "a", "eight888", "a name of more than sixteen bytes"] {
            #expect(hasher.key(name, of: .card) == known.key(name, of: .card))
            #expect(hasher.key(name, of: .card) == longer.key(name, of: .card))
            #expect(hasher.key(name, of: .card) != EntityHasher().key(name, of: .card))
        }
    }

    @Test("of many names differ, and each bit of them is set half of the time", arguments: 1...3 as ClosedRange<UInt64>)
    func spread(seed: UInt64) {
        let hasher = EntityHasher(k0: seed, k1: seed &* 77)
        let keys = (0..<4000).map { hasher.key("name \($0)", of: .terminal) }
        #expect(Set(keys).count == keys.count)
        for bit in 0..<64 {
            let ones = keys.count { $0 >> UInt64(bit) & 1 == 1 }
            // Six standard deviations of 4,000 fair coins are 190.
            #expect((1810...2190).contains(ones), "bit \(bit)")
        }
    }

    @Test("of one name differ from entity to entity")
    func domains() {
        var random = SplitMix64(state: 1)
        let hasher = EntityHasher(k0: 5, k1: 6)
        for _ in 0..<50 {
            let name = String(random.next(), radix: 36)
            #expect(Set(Feature.Entity.allCases.map { hasher.key(name, of: $0) }).count == EntityKeys.count)
        }
    }

    @Test("stand at the places that kept state goes by")
    func places() {
        let order: [Feature.Entity] = [
            .customer, .terminal, .account, .card, .payee, .merchant, .merchantCategory, .device, .ip, .country,
        ]
        #expect(order.map(\.index) == Array(0..<10) && EntityKeys.count == 10)
        var keys = EntityKeys()
        for (place, entity) in order.enumerated() {
            #expect(keys[entity] == 0)
            keys[entity] = UInt64(place) + 100
        }
        for (place, entity) in order.enumerated() {
            #expect(keys[place] == UInt64(place) + 100 && keys[entity] == keys[place])
            keys[place] = 7
            #expect(keys[entity] == 7)
        }
    }

    @Test("of a transaction are those of the names that it has, and 0 for the others")
    func event() {
        var transaction = payment("p", seconds: 77, customer: "c", terminal: "t", amount: 1234)
        transaction.entities = [.payee: "x", .ip: "::1"]
        let hasher = EntityHasher(k0: 1, k1: 2)
        let event = hasher.event(of: transaction)
        #expect(event.time == 77 && event.amount == 1234)
        for entity in Feature.Entity.allCases {
            let expected = transaction.name(of: entity).map { hasher.key($0, of: entity) } ?? 0
            #expect(event.keys[entity] == expected)
        }
        #expect(event.keys[.card] == 0 && event.keys[.payee] != 0)
    }

    @Test("do not hang on how a name's text is stored")
    func storage() {
        let hasher = EntityHasher(k0: 3, k1: 4)
        let long = String(repeating: "ab", count: 40)
        #expect(
            hasher.key(String(long.dropFirst(2)), of: .ip) == hasher.key(String(repeating: "ab", count: 39), of: .ip))
        #expect(hasher.key("é", of: .ip) != hasher.key("e\u{301}x", of: .ip))
    }
}
