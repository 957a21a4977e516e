import Records
import Support
import Testing
import ThreeParty

@Suite("Any count lookups")
struct CountLookupPropertyTests {
    private struct Batch {
        var counts: [[UInt16]] = []
        var thresholds: [[UInt16]] = []
        var refusals: [PartyID: [UInt8]] = [:]
        var queries: [PartyID: CountQueries] = [:]
    }

    /// A batch of random counts and thresholds, of which each party refuses some transactions.
    private func batch(_ shape: CountShape, _ events: Int, _ random: inout SplitMix64) -> Batch {
        var batch = Batch()
        for party in PartyID.allCases {
            batch.queries[party] = CountQueries(shape: shape)
            batch.refusals[party] = []
        }
        for _ in 0..<events {
            let events = (0..<shape.lookups).map { _ in
                Int.random(in: 0...[9, 70, 300, 1023, 8191].randomElement(using: &random)!, using: &random)
            }
            let counts = events.map { UInt16.random(in: 0...UInt16($0), using: &random) }
            let thresholds = (0..<shape.bits).map { _ in
                UInt16.random(in: 0...[9, 300, 8192].randomElement(using: &random)!, using: &random)
            }
            let components = counts.map { count -> [UInt16] in
                let (zero, one) = (UInt16(truncatingIfNeeded: random.next()), UInt16(truncatingIfNeeded: random.next()))
                return [zero, one, count &- zero &- one]
            }
            for party in PartyID.allCases {
                let code: UInt8 = Int.random(in: 0..<6, using: &random) == 0 ? UInt8(party.rawValue) + 4 : 0
                batch.refusals[party]?.append(code)
                if code != 0 {
                    batch.queries[party]?.append(refused: code)
                } else {
                    batch.queries[party]?.append(
                        components.map { CountShare(first: $0[party.rawValue], second: $0[party.next.rawValue]) },
                        of: events, thresholds: thresholds)
                }
            }
            batch.counts.append(counts)
            batch.thresholds.append(thresholds)
        }
        return batch
    }

    @Test("answer each threshold of what nobody refused, whatever the shape", arguments: 1...15 as ClosedRange<UInt64>)
    func anyShape(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let sizes = (0..<Int.random(in: 1...7, using: &random)).map { _ in Int.random(in: 1...20, using: &random) }
        let cell = try CountCell(thresholds: sizes, seed: seed)
        let events = [0, 1, 2, 30, 70].randomElement(using: &random)!
        let batch = batch(cell.shape, events, &random)
        let run = try cell.run(plan: Digest32(of: [random.bytes(4)]), batch.queries, order: seed)
        let opened = try cell.open(run)
        #expect(opened.count == events)
        for event in 0..<events {
            let first = PartyID.allCases.first { batch.refusals[$0]?[event] != 0 }
            let agreed = run.results[.one]?.agreement.refusals[event]
            #expect(agreed?.party == first && agreed?.code == first.map { batch.refusals[$0]![event] })
            var expected: [Bool] = []
            for slot in 0..<cell.shape.lookups {
                for bit in cell.shape.range(of: slot) {
                    expected.append(batch.counts[event][slot] >= batch.thresholds[event][bit])
                }
            }
            #expect(opened[event] == (first == nil ? expected : nil), "seed \(seed), transaction \(event)")
        }
    }

    @Test("say no more of bits than there are: what fills up the last byte is never opened", arguments: [1, 7, 9, 15])
    func padding(bits: Int) throws {
        var cell = try CountCell(thresholds: [bits], seed: UInt64(bits))
        let thresholds = [[UInt16]](repeating: [UInt16](repeating: 0, count: bits), count: 2)
        let opened = try cell.open(cell.run(plan: .zero, cell.queries([[5], [9]], thresholds: thresholds)))
        #expect(opened == [[Bool]](repeating: [Bool](repeating: true, count: bits), count: 2))
    }

    @Test("of sums of shares are of the sums, of counts that many members and windows make up", arguments: 1...3)
    func sums(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let cell = try CountCell(thresholds: [4, 2], seed: seed)
        var queries: [PartyID: CountQueries] = [:]
        for party in PartyID.allCases { queries[party] = CountQueries(shape: cell.shape) }
        var expected: [[Bool]] = []
        for _ in 0..<12 {
            // Up to nine parts each; what is taken away again is part of the sum, too.
            let parts = (0..<2).map { _ in
                (0..<Int.random(in: 0...9, using: &random)).map { _ in Int.random(in: -20...120, using: &random) }
            }
            let sums = parts.map { max(0, $0.reduce(0, +)) }
            let thresholds = [0, 1, 100, 1023, 1, 200].map { UInt16($0) }
            var shares = [PartyID: [CountShare]]()
            for (part, sum) in zip(parts, sums) {
                var held = [CountShare](repeating: .zero, count: 3)
                for value in part + [sum - part.reduce(0, +)] {
                    let (zero, one) = (UInt16.random(in: 0 ... .max, using: &random), UInt16(seed) &* 7919)
                    let components = [zero, one, UInt16(truncatingIfNeeded: value) &- zero &- one]
                    for party in PartyID.allCases {
                        held[party.rawValue] += CountShare(
                            first: components[party.rawValue], second: components[party.next.rawValue])
                    }
                }
                for party in PartyID.allCases { shares[party, default: []].append(held[party.rawValue]) }
            }
            for party in PartyID.allCases {
                queries[party]?.append(shares[party] ?? [], of: [1080, 2000], thresholds: thresholds)
            }
            expected.append(thresholds.enumerated().map { bit, threshold in sums[bit < 4 ? 0 : 1] >= Int(threshold) })
        }
        #expect(try cell.open(cell.run(plan: Digest32(of: [random.bytes(4)]), queries)) == expected)
    }
}
