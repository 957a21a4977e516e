import Records
import Support
import Testing
import ThreeParty

/// Steps over every pair of what the client of a value knows, and what both its servers do.
@Suite("Steps of training over every pair of what two sides know")
struct StepPairTests {
    private var generator = SplitMix64(state: 23)

    /// Values, of each of which the client knows one number and the servers the other; at each place of three.
    private mutating func shared<E: RingElement>(_ pairs: [(client: E, servers: E)]) -> Shared<E, Addition> {
        let count = pairs.count
        var shares = Shared([E](repeating: 0, count: count), in: Addition.self, &generator)
        for (at, pair) in pairs.enumerated() {
            let term = (0..<3).first { at < count * ($0 + 1) / 3 }!
            let part = E.random(in: 0...E.max, using: &generator)
            shares.components[term][at] = pair.servers
            shares.components[(term + 1) % 3][at] = part
            shares.components[(term + 2) % 3][at] = pair.client &- part
        }
        return shares
    }

    /// The same pairs once for each third.
    private func thrice<E>(_ pairs: [E]) -> [E] { pairs + pairs + pairs }

    @Test("carries of a byte: 65,536 quotients by 256 are exact")
    mutating func carries() throws {
        let pairs = (0..<65_536).map { at -> (client: UInt64, servers: UInt64) in
            let high = UInt64(at) &* 0x9E37_79B9_7F4A_7C15 & ~255
            return (high | UInt64(at & 255), (0 &- high) | UInt64(at >> 8))
        }
        let xs = shared(pairs)
        let run = try StepCell().run { $0.truncate(xs.at($0.party), by: 8, .leaves) }
        #expect(
            opened(run.results)
                == pairs.map { UInt32(truncatingIfNeeded: Int64(bitPattern: $0.client &+ $0.servers) >> 8) })
    }

    @Test("the top byte, with and without a carry into it")
    mutating func tops() throws {
        var pairs: [(client: UInt64, servers: UInt64)] = []
        for client in 0..<256 {
            for near in [0, 1, 127, 128, 129, 255, 127 - client, 128 - client, -1 - client, -client, 126 - client] {
                for carry: UInt64 in [0, 1] {
                    pairs.append((UInt64(client) << 56 | carry << 55, UInt64(near & 255) << 56 | 1 << 55))
                }
            }
        }
        let all = thrice(pairs)
        let xs = shared(all)
        let run = try StepCell().run { $0.negative(xs.at($0.party), .comparisons) }
        #expect(opened(run.results) == all.map { UInt8(($0.client &+ $0.servers) >> 63) })
    }

    @Test("counts of losses, beyond their domain, too: zero modulo it gives one", arguments: [1, 2, 4, 16])
    mutating func isZero(domain: Int) throws {
        let pairs = thrice((0..<1024).map { (client: UInt8($0 & 31), servers: UInt8($0 >> 5)) })
        let xs = shared(pairs)
        let run = try StepCell().run { $0.isZero(xs.at($0.party), domain: domain, .chosen) }
        #expect(opened(run.results) == pairs.map { (Int($0.client) + Int($0.servers)) % domain == 0 ? 1 : 0 })
    }

    @Test(
        "places of a table of one word of bits, of two and of four, turned by every number", arguments: [64, 128, 256])
    mutating func lookUp(count: Int) throws {
        var words: [UInt32] = (0..<count).map { _ in UInt32.random(in: 0...UInt32.max, using: &generator) }
        words[count - 1] = UInt32.max
        let places = [0, 1, 63, 64, count / 2, count - 1, count, -1]
        let pairs = thrice(
            (0..<count).flatMap { turn in
                places.map { (client: UInt32(truncatingIfNeeded: $0), servers: UInt32(turn)) }
            })
        let xs = shared(pairs)
        let table = PublicTable(words)
        #expect(table.count == count && table.bits == 32)
        let run = try StepCell().run { $0.lookUp(xs.at($0.party), in: table, .reciprocals) }
        #expect(opened(run.results) == pairs.map { words[Int($0.client &+ $0.servers) % count] })
    }

    @Test("a table has a power of two of places from 64 on, and the bits of its largest word")
    func tables() throws {
        for (words, count, bits) in [([], 64, 0), ([0], 64, 0), ([1], 64, 1), ([2, 3], 64, 2), ([UInt32.max], 64, 32)] {
            let table = PublicTable(words)
            #expect(table.count == count && table.bits == bits)
        }
        #expect(PublicTable([UInt32](repeating: 5, count: 65)).count == 128)
        #expect(PublicTable([UInt32](repeating: 5, count: 4096)).count == 4096)
    }

    @Test("side by side, the one that ends first leaves its rounds to the other, whichever is written first")
    mutating func beside() throws {
        let x = Shared([7 as UInt32, UInt32.max], in: Addition.self, &generator)
        let y = Shared([0 &- 5 as UInt64, 5], in: Addition.self, &generator)
        let run = try StepCell().run { steps in
            steps.open(x.at(steps.party))
                .beside(steps.negative(y.at(steps.party), .comparisons).then { steps.open($0) })
                .map { ($0.0, $0.1) }
        }
        for result in run.results { #expect(result.0 == [7, UInt32.max] && result.1 == [1, 0]) }
        #expect(run.rounds == 6)
    }
}
