import Records
import Support
import Testing
import ThreeParty

@Suite("Steps of training on shares")
struct SecureStepTests {
    private var generator = SplitMix64(state: 11)

    /// Each value with its components drawn anew, `times` times.
    private mutating func shared<E: RingElement, G: ShareGroup>(
        _ values: [E], times: Int = 1, in group: G.Type
    ) -> (plain: [E], shares: Shared<E, G>) {
        let plain = (0..<times).flatMap { _ in values }
        return (plain, Shared(plain, &generator))
    }

    private mutating func random<E: RingElement>(_ count: Int) -> [E] {
        (0..<count).map { _ in E.random(in: 0...E.max, using: &generator) }
    }

    @Test(
        "a product is that of the values in every ring, and of bits their conjunction: one round, one element a party")
    mutating func products() throws {
        func check<E: RingElement, G: ShareGroup>(_ ring: E.Type, _ group: G.Type) throws {
            let edges: [E] = [0, 1, 2, E.max, E.max - 1, E.max / 2, E.max / 2 + 1]
            let (x, xs) = shared(edges.flatMap { a in edges.map { _ in a } } + random(30), in: group)
            let (y, ys) = shared(edges.flatMap { _ in edges } + random(30), in: group)
            let run = try StepCell().run { $0.product(xs.at($0.party), ys.at($0.party), .nodes) }
            #expect(opened(run.results) == x.indices.map { G.multiply(x[$0], y[$0]) })
            #expect(run.rounds == 1 && run.sent == 3 * x.count * E.byteCount)
        }
        try check(UInt8.self, Addition.self)
        try check(UInt32.self, Addition.self)
        try check(UInt64.self, Addition.self)
        try check(UInt8.self, ExclusiveOr.self)
        try check(UInt64.self, ExclusiveOr.self)
    }

    @Test("what is opened is the value at all three parties: one round, one element a party")
    mutating func opening() throws {
        let (x, xs) = shared([0, 1, UInt32.max, 7], in: Addition.self)
        let run = try StepCell().run { $0.open(xs.at($0.party)) }
        #expect(run.results == [x, x, x] && run.rounds == 1 && run.sent == 3 * 4 * x.count)
    }

    @Test("bits become elements of every ring: two rounds, one element a party", arguments: [0, 1, 2, 3, 100])
    mutating func toRing(count: Int) throws {
        func check<E: RingElement>(_ ring: E.Type) throws {
            let plain = (0..<count).map { UInt8($0 % 3 == 0 ? 1 : 0) }
            var bits = Shared(plain, in: ExclusiveOr.self, &generator)
            bits.components = bits.components.map { $0.map { $0 & 1 } }
            let run = try StepCell().run { $0.toRing(bits.at($0.party), as: ring, .bits) }
            #expect(opened(run.results) == plain.map { E($0) })
            #expect(run.rounds == 2 && run.sent == 3 * count * E.byteCount)
        }
        try check(UInt8.self)
        try check(UInt32.self)
        try check(UInt64.self)
    }

    @Test("values of -2^30 up to below 2^30 are the same in Z_2^64: two rounds, 20 bytes of the three parties")
    mutating func lift() throws {
        let least = -(Int32(1) << 30)
        let edges = [0, 1, -1, least, least + 1, -(least + 1), -(least + 2), 12_345, -98_765].map {
            UInt32(bitPattern: $0)
        }
        let (x, xs) = shared(edges, times: 60, in: Addition.self)
        let run = try StepCell().run { $0.lift(xs.at($0.party), .histograms) }
        #expect(opened(run.results) == x.map { UInt64(bitPattern: Int64(Int32(bitPattern: $0))) })
        #expect(run.rounds == 2 && run.sent == 20 * x.count)
    }

    /// Numbers of 64 bits where carries begin, end and run through.
    private static let edges: [Int64] = {
        var edges: [Int64] = [0, 1, -1, .max, .min, .min + 1, 255, -255, 0x00FF_00FF_00FF_00FF]
        for shift: Int64 in [7, 8, 15, 16, 23, 24, 31, 32, 39, 40, 47, 48, 55, 56, 62] {
            let power: Int64 = 1 << shift
            edges += [power, power - 1, -power]
        }
        return edges
    }()

    @Test("a number is negative where its top bit is set: five rounds, 90 bytes a party")
    mutating func negative() throws {
        let (x, xs) = shared(Self.edges.map { UInt64(bitPattern: $0) }, times: 6, in: Addition.self)
        let run = try StepCell().run { $0.negative(xs.at($0.party), .comparisons) }
        #expect(opened(run.results) == x.map { UInt8($0 >> 63) })
        #expect(run.rounds == 5 && run.sent == 269 * x.count)
    }

    @Test("no sum of components deceives the sign: neighbours of all edges, with components at edges, too")
    mutating func signs() throws {
        var xs = Shared([UInt64](), in: Addition.self, &generator)
        var plain: [UInt64] = []
        let bits = Self.edges.map { UInt64(bitPattern: $0) }
        for value in bits {
            for near in [value &- 1, value, value &+ 1] {
                let (one, two) = (bits.randomElement(using: &generator)!, bits.randomElement(using: &generator)!)
                xs.components[0].append(one)
                xs.components[1].append(two)
                xs.components[2].append(near &- one &- two)
                plain.append(near)
            }
        }
        let run = try StepCell().run { $0.negative(xs.at($0.party), .comparisons) }
        #expect(opened(run.results) == plain.map { UInt8($0 >> 63) })
    }

    @Test("quotients are rounded down for every value of less than 62 bits", arguments: [8, 16, 24, 32])
    mutating func truncate(bits: Int) throws {
        let most: Int64 = 1 << 62 - 1
        var near: [Int64] = []
        for value in Self.edges where value >= -most && value <= most {
            near += [max(value - 1, -most), value, min(value + 1, most)]
        }
        let (x, xs) = shared(near.map { UInt64(bitPattern: $0) }, times: 3, in: Addition.self)
        let run = try StepCell().run { $0.truncate(xs.at($0.party), by: bits, .leaves) }
        let quotients = x.map { UInt32(truncatingIfNeeded: Int64(bitPattern: $0) >> Int64(bits)) }
        #expect(opened(run.results) == quotients)
        #expect(run.rounds == [8: 4, 16: 5, 24: 6, 32: 6][bits])
        if bits == 24 {
            // Digits and the quotient dealt, pairs exchanged, two joins, a bit to the ring.
            let bytes = 96 + 4 + 2 * 2 + 2 * 3 + 3 * 4
            #expect(run.sent == bytes * x.count)
        }
    }

    @Test("exactly the counts of zero give one: two rounds", arguments: [2, 8, 32, 256])
    mutating func isZero(domain: Int) throws {
        let (x, xs) = shared((0..<domain).map { UInt8($0) }, times: 6, in: Addition.self)
        let run = try StepCell().run { $0.isZero(xs.at($0.party), domain: domain, .chosen) }
        #expect(opened(run.results) == x.map { $0 == 0 ? 1 : 0 })
        #expect(run.rounds == 2)
        let clients = PartyID.allCases.map { x.count * ($0.rawValue + 1) / 3 - x.count * $0.rawValue / 3 }.reduce(0, +)
        #expect(run.sent == clients * domain * 4 + 2 * 4 * x.count)
    }

    @Test(
        "a public table is read at any place, however its places are shared: two rounds", arguments: [1, 64, 65, 300])
    mutating func lookUp(count: Int) throws {
        let words: [UInt32] = (0..<count).map { UInt32($0 * 977 % 131_072) }
        let table = PublicTable(words)
        #expect(table.count == [1: 64, 64: 64, 65: 128, 300: 512][count])
        let (x, xs) = shared((0..<table.count).map { UInt32($0) }, in: Addition.self)
        let run = try StepCell().run { $0.lookUp(xs.at($0.party), in: table, .reciprocals) }
        #expect(opened(run.results) == x.map { Int($0) < count ? words[Int($0)] : 0 })
        #expect(run.rounds == 2 && run.sent == x.count * (table.count / 8 + 2 * 4))
    }

    @Test("steps side by side give what each gives, in as many rounds as the longest has")
    mutating func beside() throws {
        let (x, xs) = shared([5, UInt64.max, 1 << 63], in: Addition.self)
        let (y, ys) = shared([UInt32.max, 3], in: Addition.self)
        let run = try StepCell().run { steps in
            steps.negative(xs.at(steps.party), .comparisons).beside(steps.lift(ys.at(steps.party), .leafSums))
        }
        #expect(opened(run.results.map(\.0)) == x.map { UInt8($0 >> 63) })
        #expect(opened(run.results.map(\.1)) == y.map { UInt64(bitPattern: Int64(Int32(bitPattern: $0))) })
        #expect(run.rounds == 5 && run.sent == 269 * x.count + 20 * y.count)
    }

    @Test("a shuffle keeps every row whole, in another order for other keys: three rounds, two rows a row in each")
    mutating func shuffle() throws {
        let (count, width) = (200, 3)
        let plain = (0..<count).flatMap { [UInt8($0), UInt8($0 ^ 0x5A), UInt8(7)] }
        let rows = Shared(plain, in: ExclusiveOr.self, &generator)
        func order(_ seed: UInt64) throws -> [Int] {
            let run = try StepCell(seed: seed).run { $0.shuffle(rows.at($0.party), width: width) }
            #expect(run.rounds == 3 && run.sent == 3 * 2 * plain.count)
            let out = opened(run.results)
            return (0..<count).map { row in
                #expect(out[row * width + 1] == out[row * width] ^ 0x5A && out[row * width + 2] == 7)
                return Int(out[row * width])
            }
        }
        let (one, two) = (try order(1), try order(2))
        #expect(one.sorted() == Array(0..<count) && two.sorted() == Array(0..<count))
        // A random order leaves one row in its place, on average.
        for (a, b) in [(one, Array(0..<count)), (two, Array(0..<count)), (one, two)] {
            #expect(zip(a, b).count { (pair: (Int, Int)) -> Bool in pair.0 == pair.1 } < 10)
        }
    }

    @Test("each key alone changes the order of a shuffle, so that no party's two keys give it")
    mutating func shuffleKeys() throws {
        let rows = Shared((0..<100).map { UInt8($0) }, in: ExclusiveOr.self, &generator)
        func order(_ cell: StepCell) throws -> [UInt8] {
            opened(try cell.run { $0.shuffle(rows.at($0.party), width: 1) }.results)
        }
        let whole = try order(StepCell())
        for key in 0..<3 {
            var cell = StepCell()
            cell.keys[key] = generator.bytes(32)
            let other = try order(cell)
            #expect(zip(whole, other).count { (pair: (UInt8, UInt8)) -> Bool in pair.0 == pair.1 } < 10)
        }
    }
}
