import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("Sharings of zero for counts")
struct CountZerosTests {
    private let addresses = [
        CountZeros.Address(row: 0, place: 0), CountZeros.Address(row: 0, place: 1),
        CountZeros.Address(row: 1, place: 0),
        CountZeros.Address(row: .max, place: .max), CountZeros.Address(row: 1 << 64, place: 0),
        CountZeros.Address(row: 0, place: 1 << 63),
    ]

    private func shares(_ party: PartyID, key: UInt8 = 7, _ addresses: [CountZeros.Address]) -> [CountShare] {
        CountZeros(SecretKey(bytes: [UInt8](repeating: key, count: 32)), party: party).shares(addresses)
    }

    @Test("the three parties' components fit and add up to zero")
    func zero() {
        let all = PartyID.allCases.map { shares($0, addresses) }
        for at in addresses.indices {
            for party in PartyID.allCases {
                #expect(all[party.rawValue][at].second == all[party.next.rawValue][at].first)
            }
            #expect(all[0][at].first &+ all[1][at].first &+ all[2][at].first == 0)
        }
    }

    @Test("they are E(E(row) ⊕ row ⊕ place) ⊕ itself, AES-128, of which AES-CTR's first block tells E")
    func oracle() {
        func encrypt(_ block: UInt128) -> UInt128 {
            // CTR's counter is big-endian, and a block here little-endian.
            var stream = CounterStream()
            [UInt8](repeating: 7, count: 16).withUnsafeBytes { stream.restart($0, from: block.byteSwapped) }
            var out = [UInt8](repeating: 0, count: 16)
            out.withUnsafeMutableBytes { stream.fill($0) }
            return out.reversed().reduce(0) { $0 << 8 | UInt128($1) }
        }
        for address in addresses {
            let inner = encrypt(address.row) ^ address.row ^ UInt128(address.place)
            let block = encrypt(inner) ^ inner
            let share = shares(.zero, [address])[0]
            #expect(share.first == UInt16(truncatingIfNeeded: block))
            #expect(share.second == UInt16(truncatingIfNeeded: block >> 16))
        }
    }

    @Test("each address has its own, in whatever order and company it is asked for")
    func addressed() {
        let all = shares(.one, addresses)
        let backwards = Array(shares(.one, addresses.reversed()).reversed())
        #expect(zip(all, backwards).allSatisfy { $0.first == $1.first && $0.second == $1.second })
        #expect(Set(all.map { UInt32($0.first) << 16 | UInt32($0.second) }).count == addresses.count)
        #expect(shares(.one, []).isEmpty)
        #expect(shares(.one, key: 8, addresses)[0].first != all[0].first)
    }

    @Test("kinds of counts have none in common")
    func kinds() throws {
        let key = try RefreshCell().made().keys[0]
        let token = key.countZeros("token", of: .zero)
        let event = key.countZeros("event", of: .zero)
        let pairs = zip(token.shares(addresses), event.shares(addresses))
        #expect(pairs.allSatisfy { $0.first != $1.first || $0.second != $1.second })
    }
}
