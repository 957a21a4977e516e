import Records
import Secrets
import Support
import Testing
import ThreeParty

/// XOR components of bits, one list a component.
private func components(_ secret: [UInt8], _ random: inout SplitMix64) -> [[UInt8]] {
    let (zero, one) = (random.bytes(secret.count), random.bytes(secret.count))
    return [zero, one, secret.indices.map { secret[$0] ^ zero[$0] ^ one[$0] }]
}

@Suite("Condition bits")
struct ConditionBitsTests {
    @Test(
        "are the bits that each condition picks, for models and transactions of any size",
        arguments: 1...12 as ClosedRange<UInt64>)
    func picked(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let bits = [1, 7, 8, 9, 64, 100].randomElement(using: &random)!
        // Around the 512 rows of a block.
        let (trees, depth) = [(1, 1), (3, 5), (51, 10), (64, 8), (103, 5), (172, 6)].randomElement(using: &random)!
        let shape = try #require(ForestShape(bits: bits, trees: trees, depth: depth, ringBits: 16))
        let picks = (0..<shape.conditions).map { _ in Int.random(in: 0..<bits, using: &random) }
        var rows = [UInt8](repeating: 0, count: shape.selectionBytes)
        for (row, bit) in picks.enumerated() { rows[row * shape.inputBytes + bit >> 3] |= 1 << UInt8(bit & 7) }
        let selection = components(rows, &random)
        let leaves = [UInt8](repeating: 0, count: shape.leafBytes)
        let inputs = (0..<3).map { _ in random.bytes(shape.inputBytes) }
        let shared = inputs.map { components($0, &random) }
        let mask = components([UInt8](repeating: 0, count: 3 * shape.conditionBytes), &random)

        var opened = [UInt8](repeating: 0, count: 3 * shape.conditionBytes)
        for party in PartyID.allCases {
            let (i, j) = (party.rawValue, party.next.rawValue)
            let made = ModelComponents(
                shape: shape, selectionFirst: selection[i], selectionSecond: selection[j], leavesFirst: leaves,
                leavesSecond: leaves)
            guard let made else {
                Issue.record("the components fit the shape")
                return
            }
            var batch = BatchInputs(bits: bits, capacity: 3)
            for shares in shared { batch.append(BitShares(first: shares[i], second: shares[j])) }
            let masked = ConditionBits(shape: shape, model: made).masked(batch, zeroShare: mask[i])
            for at in opened.indices { opened[at] ^= masked[at] }
        }
        for event in 0..<3 {
            for (row, bit) in picks.enumerated() {
                let got = opened[event * shape.conditionBytes + row >> 3] >> UInt8(row & 7) & 1
                #expect(got == inputs[event][bit >> 3] >> UInt8(bit & 7) & 1, "seed \(seed), condition \(row)")
            }
        }
    }
}

@Suite("The leaf lookup")
struct LeafLookupTests {
    private func sums<R: RingElement>(_ ring: R.Type, _ shape: ForestShape, _ random: inout SplitMix64) throws {
        let table = (0..<shape.leaves).map { _ in R.random(in: .min ... .max, using: &random) }
        let zero = (0..<shape.leaves).map { _ in R.random(in: .min ... .max, using: &random) }
        let one = (0..<shape.leaves).map { _ in R.random(in: .min ... .max, using: &random) }
        let parts = [zero, one, table.indices.map { table[$0] &- zero[$0] &- one[$0] }].map { R.pack($0) }
        let selection = [UInt8](repeating: 0, count: shape.selectionBytes)
        let secret = random.bytes(shape.conditionBytes + 2)
        let indexBits = components(secret, &random)

        var sum: R = 0
        // Term k: its servers are k and k - 1, its client k + 1.
        for term in PartyID.allCases {
            func lookup(_ party: PartyID) throws -> LeafLookup<R> {
                let made = ModelComponents(
                    shape: shape, selectionFirst: selection, selectionSecond: selection,
                    leavesFirst: parts[party.rawValue], leavesSecond: parts[party.next.rawValue])
                guard let made else { throw Cell.Malformed() }
                return LeafLookup(shape: shape, model: made)
            }
            var known = LeafIndices(shape: shape)
            let (a, b) = (indexBits[term.next.rawValue], indexBits[term.previous.rawValue])
            known.read(a.indices.map { a[$0] ^ b[$0] }, event: 0)
            var own = LeafIndices(shape: shape)
            own.read(indexBits[term.rawValue], event: 0)
            let stream = (0..<shape.leaves).map { _ in R.random(in: .min ... .max, using: &random) }
            var dealt = stream
            let client = try lookup(term.next)
            dealt.withUnsafeMutableBufferPointer { client.deal(known, into: $0) }
            // The two shares are of one-hots.
            let hot = dealt.indices.map { dealt[$0] &+ stream[$0] }
            #expect(hot.allSatisfy { $0 <= 1 } && hot.reduce(0, &+) == R(shape.trees))
            let first = try lookup(term)
            let second = try lookup(term.previous)
            sum &+= stream.withUnsafeBufferPointer { first.answer($0, indices: own, second: false) }
            sum &+= dealt.withUnsafeBufferPointer { second.answer($0, indices: own, second: true) }
        }
        var expected: R = 0
        for tree in 0..<shape.trees {
            var leaf = 0
            for level in 0..<shape.depth {
                let bit = tree * shape.depth + level
                leaf |= Int(secret[bit >> 3] >> UInt8(bit & 7) & 1) << level
            }
            expected &+= table[tree << shape.depth + leaf]
        }
        #expect(sum == expected)
    }

    @Test("sums the leaves that the shared bits lead to, at every depth", arguments: 1...10)
    func everyDepth(depth: Int) throws {
        var random = SplitMix64(state: UInt64(depth))
        for trees in [1, 2, 7] {
            for _ in 0..<3 {
                try sums(
                    UInt16.self, #require(ForestShape(bits: 9, trees: trees, depth: depth, ringBits: 16)), &random)
                try sums(
                    UInt32.self, #require(ForestShape(bits: 9, trees: trees, depth: depth, ringBits: 32)), &random)
            }
        }
    }
}

@Suite("The shape of count lookups")
struct CountShapeTests {
    @Test("is one to 64 lookups of one to 1,023 bits, 16,384 in all")
    func limits() {
        func fits(_ thresholds: [Int]) -> Bool { CountShape(thresholds: thresholds) != nil }
        #expect(fits([1]) && fits([1023]) && !fits([]) && !fits([0]) && !fits([1024]) && !fits([1, -1]))
        #expect(fits([Int](repeating: 1, count: 64)) && !fits([Int](repeating: 1, count: 65)))
        #expect(fits([Int](repeating: 256, count: 64)) && !fits([Int](repeating: 256, count: 63) + [257]))
    }

    @Test("has its lookups' bits side by side, without gaps", arguments: 1...10 as ClosedRange<UInt64>)
    func ranges(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let thresholds = (0..<Int.random(in: 1...64, using: &random)).map { _ in Int.random(in: 1...200, using: &random)
        }
        let shape = try #require(CountShape(thresholds: thresholds))
        #expect(shape.lookups == thresholds.count && shape.bytes == (shape.bits + 7) / 8)
        #expect((0..<shape.lookups).flatMap { Array(shape.range(of: $0)) } == Array(0..<shape.bits))
        #expect((0..<shape.lookups).map { shape.range(of: $0).count } == thresholds)
    }

    @Test("fits queries, and a refused one asks for what never is")
    func queries() throws {
        let shape = try #require(CountShape(thresholds: [2, 1]))
        var queries = CountQueries(shape: shape)
        queries.append(
            [CountShare(first: 1, second: 2), CountShare(first: 3, second: 4)], of: [63, 64], thresholds: [5, 6, 7])
        queries.append(refused: 9)
        #expect(queries.transactions == 2 && queries.refusals == [0, 9])
        #expect(queries.shares.map(\.first) == [1, 3, 0, 0] && queries.shares.map(\.second) == [2, 4, 0, 0])
        #expect(queries.domains.map(\.size) == [64, 128, 64, 64])
        #expect(queries.thresholds == [5, 6, 7] + [UInt16](repeating: CountThreshold.never, count: 3))
    }
}

@Suite("Thresholds of counts")
struct CountThresholdPropertyTests {
    @Test("are reached by exactly the counts at or above the edge", arguments: 1...8 as ClosedRange<UInt64>)
    func counts(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var edges = (0..<30).map { _ in Double.random(in: -10...9000, using: &random) }
        edges += (0..<10).map { _ in Double(Int.random(in: 0...8192, using: &random)) }
        edges += edges.map(\.nextUp) + edges.map(\.nextDown)
        for edge in edges {
            let threshold = CountThreshold.count(edge)
            #expect(threshold <= CountThreshold.never)
            for count in [0, 1, 2, 500, 8190, 8191, Int(threshold) - 1, Int(threshold)] where (0...8191).contains(count)
            {
                #expect((Double(count) >= edge) == (count >= Int(threshold)), "\(count) at \(edge)")
            }
        }
    }

    @Test("of a rate are reached by exactly the counts whose rate is", arguments: 1...8 as ClosedRange<UInt64>)
    func rates(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<40 {
            let events = Int.random(in: 0...8191, using: &random)
            // Edges that are rates themselves are where rounding could go wrong.
            let whole = Double(Int.random(in: 0...8191, using: &random)) / Double(max(events, 1))
            for edge in [whole, whole.nextUp, whole.nextDown, Double.random(in: -0.1...1.5, using: &random)] {
                let threshold = Int(CountThreshold.rate(edge, of: events))
                for count in [0, 1, threshold - 1, threshold, 8191] where (0...8191).contains(count) {
                    #expect(
                        (Double(count) / Double(max(events, 1)) >= edge) == (count >= threshold),
                        "\(count) of \(events) at \(edge)")
                }
            }
        }
    }

    @Test("rise with the edge and with the events", arguments: 1...4 as ClosedRange<UInt64>)
    func monotone(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let edges = (0..<50).map { _ in Double.random(in: -1...9000, using: &random) }.sorted()
        let thresholds = edges.map(CountThreshold.count)
        #expect(thresholds == thresholds.sorted())
        let rate = Double.random(in: 0...1, using: &random)
        let byEvents = (0...300).map { CountThreshold.rate(rate, of: $0 * 7) }
        #expect(byEvents.dropFirst() == byEvents.dropFirst().sorted()[...])
        #expect(CountThreshold.rate(0, of: 9) == 0 && CountThreshold.rate(-1, of: 0) == 0)
        #expect(CountThreshold.rate(.infinity, of: 9) == CountThreshold.never)
    }
}
