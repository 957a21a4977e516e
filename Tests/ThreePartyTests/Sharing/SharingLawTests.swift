import Records
import Support
import Testing
import ThreeParty

@Suite("Laws of sharing")
struct SharingLawTests {
    private static let groups: [SeededComponents.Group] = [.xor, .addition(ringBits: 16), .addition(ringBits: 32)]

    /// Elements of a group added byte by byte: without carries, or with them within each little-endian element.
    private func sum(_ one: [UInt8], _ other: [UInt8], in group: SeededComponents.Group) -> [UInt8] {
        guard case .addition(let bits) = group else { return zip(one, other).map { $0 ^ $1 } }
        var carry = 0
        return one.indices.map { at in
            if at % (bits / 8) == 0 { carry = 0 }
            let total = Int(one[at]) + Int(other[at]) + carry
            carry = total >> 8
            return UInt8(total & 255)
        }
    }

    /// All three components, each from the party that it is the first of.
    private func components(_ shares: borrowing SeededComponents, bytes: Int) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        for party in PartyID.allCases {
            let part = shares.parts(for: party).first
            found.append(try #require(SeededComponents.expand(part, component: party.rawValue, from: 4, bytes: bytes)))
        }
        return found
    }

    @Test("what parties add up of their components are components of the sum", arguments: 1...12 as ClosedRange<UInt64>)
    func sums(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for group in Self.groups {
            let bytes = 4 * Int.random(in: 1...50, using: &random)
            let secrets = (0..<2).map { _ in random.bytes(bytes) }
            let shared = try secrets.map { secret in
                let seeds = (random.bytes(16), random.bytes(16))
                return try components(SeededComponents(secret, group: group, seeds: seeds, from: 4), bytes: bytes)
            }
            let added = (0..<3).map { sum(shared[0][$0], shared[1][$0], in: group) }
            let opened = sum(sum(added[0], added[1], in: group), added[2], in: group)
            #expect(opened == sum(secrets[0], secrets[1], in: group), "\(group)")
        }
    }

    @Test("under the same seeds, components differ by what the secrets do, and the seeds say nothing of them")
    func difference() {
        var random = SplitMix64(77)
        for group in Self.groups {
            let (secret, change) = (random.bytes(60), random.bytes(60))
            let seeds = (zero: random.bytes(16), one: random.bytes(16))
            let before = SeededComponents(secret, group: group, seeds: seeds, from: 4)
            let after = SeededComponents(sum(secret, change, in: group), group: group, seeds: seeds, from: 4)
            let (first, second) = after.parts(for: .zero)
            #expect(before.parts(for: .zero).first == first && before.parts(for: .zero).second == second)
            let explicit = before.parts(for: .two).first
            #expect(after.parts(for: .two).first == sum(explicit, change, in: group), "\(group)")
        }
    }

    @Test("a stream that was used for other seeds shares and expands as a new one")
    func usedStream() {
        var random = SplitMix64(78)
        var streams = CounterStream()
        for group in Self.groups + Self.groups.reversed() {
            let secret = random.bytes(4 * Int.random(in: 0...30, using: &random))
            let seeds = (zero: random.bytes(16), one: random.bytes(16))
            let counter = UInt128(random.next())
            let used = SeededComponents(secret, group: group, seeds: seeds, from: counter, &streams)
            let new = SeededComponents(secret, group: group, seeds: seeds, from: counter)
            for party in PartyID.allCases {
                let (first, second) = new.parts(for: party)
                #expect(used.parts(for: party).first == first && used.parts(for: party).second == second)
            }
            let expanded = seeds.one.withUnsafeBytes {
                SeededComponents.expand($0, component: 1, from: counter, bytes: secret.count, &streams)
            }
            let alone = SeededComponents.expand(seeds.one, component: 1, from: counter, bytes: secret.count)
            #expect(expanded == alone)
        }
    }
}
