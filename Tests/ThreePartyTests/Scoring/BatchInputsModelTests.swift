import Records
import Support
import Testing
import ThreeParty

/// A batch's rows beside a plain list of what went in.
@Suite("The inputs of a batch, beside a plain list")
struct BatchInputsModelTests {
    private struct Row: Equatable {
        var code: UInt8
        var first: [UInt8]
        var second: [UInt8]
    }

    private func rows(_ inputs: BatchInputs) -> [Row] {
        inputs.codes.indices.map { at in
            var (first, second) = ([UInt8](), [UInt8]())
            inputs.write(at, first: &first, second: &second)
            return Row(code: inputs.codes[at], first: first, second: second)
        }
    }

    @Test("hold what was appended, expanded and refused, in order", arguments: 1...40 as ClosedRange<UInt64>)
    func anything(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let bits = Int.random(in: 1...40, using: &random)
        let publicBytes = Int.random(in: 0...5, using: &random)
        let party = PartyID.allCases[Int(seed % 3)]
        let rowBytes = (bits + 7) / 8
        let zeros = [UInt8](repeating: 0, count: rowBytes)
        var inputs = BatchInputs(bits: bits, capacity: 2, publicBytes: publicBytes)
        var plain: [Row] = []
        for _ in 0..<30 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                let shares = BitShares(first: random.bytes(rowBytes), second: random.bytes(rowBytes))
                inputs.append(shares)
                plain.append(Row(code: 0, first: shares.first, second: shares.second))
            case 1:
                inputs.append(refused: 9)
                plain.append(Row(code: 9, first: zeros, second: zeros))
            case 2 where !plain.isEmpty:
                let at = Int.random(in: plain.indices, using: &random)
                inputs.refuse(at, code: 11)
                plain[at] = Row(code: 11, first: zeros, second: zeros)
            default:
                let parts = SeededComponents(
                    random.bytes(rowBytes), group: .xor, seeds: (random.bytes(16), random.bytes(16)), from: 9
                ).parts(for: party)
                // Now and then a length is wrong: of a part, or of what the box holds beside them.
                let wrong = Int.random(in: 0..<6, using: &random)
                let first = wrong == 0 ? Array(parts.first.dropLast()) : parts.first
                let second = wrong == 1 ? parts.second + [0] : parts.second
                let content = random.bytes(wrong == 2 ? publicBytes + 1 : publicBytes)
                var streams = CounterStream()
                first.withUnsafeBytes { first in
                    second.withUnsafeBytes { second in
                        content.withUnsafeBytes {
                            inputs.append(
                                party: party, first: first, second: second, from: 9, content: $0, malformed: 7, &streams
                            )
                        }
                    }
                }
                let shares = BitShares(party: party, first: first, second: second, from: 9, bits: bits)
                if let shares, wrong != 2 {
                    plain.append(Row(code: 0, first: shares.first, second: shares.second))
                } else {
                    plain.append(Row(code: 7, first: zeros, second: zeros))
                }
            }
            #expect(inputs.count == plain.count && inputs.codes == plain.map(\.code))
        }
        #expect(rows(inputs) == plain && inputs.bits == bits && inputs.rowBytes == rowBytes)
        var visited: [Int] = []
        inputs.forEach { at, first, second in
            visited.append(at)
            #expect(Array(first) == plain[at].first && Array(second) == plain[at].second)
        }
        #expect(visited == plain.indices.filter { plain[$0].code == 0 })
    }

    @Test("of shares that are there already are as if they were appended one by one")
    func whole() {
        var random = SplitMix64(state: 4)
        let shares = (0..<5).map { _ in BitShares(first: random.bytes(3), second: random.bytes(3)) }
        var single = BatchInputs(bits: 20, capacity: 0)
        for shares in shares { single.append(shares) }
        #expect(rows(BatchInputs(shares, bits: 20)) == rows(single) && rows(BatchInputs([], bits: 20)).isEmpty)
    }

    // MARK: Counts

    @Test(
        "queries of counts are the lists of what was asked, and a refused one asks for nothing",
        arguments: 1...20 as ClosedRange<UInt64>)
    func queries(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let widths = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 1...6, using: &random) }
        let shape = try #require(CountShape(thresholds: widths))
        var inputs = CountInputs(shape: shape, openBits: 0)
        var (shares, domains, thresholds, codes) = ([CountShare](), [CountDomain](), [UInt16](), [UInt8]())
        for _ in 0..<12 {
            if Int.random(in: 0..<4, using: &random) == 0 {
                inputs.append(refused: 5)
                shares += widths.map { _ in .zero }
                domains += widths.map { _ in CountDomain(events: 0) }
                thresholds += [UInt16](repeating: CountThreshold.never, count: shape.bits)
                codes.append(5)
            } else {
                let own = widths.map { _ in
                    CountShare(
                        first: .random(in: 0...UInt16.max, using: &random),
                        second: .random(in: 0...UInt16.max, using: &random))
                }
                let events = widths.map { _ in Int.random(in: 0...CountDomain.mostEvents, using: &random) }
                let held = (0..<shape.bits).map { _ in UInt16.random(in: 0...CountThreshold.never, using: &random) }
                inputs.append(own, of: events, thresholds: held)
                (shares, domains) = (shares + own, domains + events.map { CountDomain(events: $0) })
                (thresholds, codes) = (thresholds + held, codes + [0])
            }
        }
        let queries = try #require(inputs.queries)
        #expect(
            queries.shares.map(\.first) == shares.map(\.first) && queries.shares.map(\.second) == shares.map(\.second))
        #expect(queries.domains == domains && queries.thresholds == thresholds && queries.refusals == codes)
        #expect(queries.transactions == 12 && inputs.secretBits == shape.bits)
        #expect(
            shape.lookups == widths.count && shape.bits == widths.reduce(0, +) && shape.bytes == (shape.bits + 7) / 8)
        // Each lookup's bits begin where those before it end.
        var end = 0
        for (lookup, width) in widths.enumerated() {
            #expect(shape.range(of: lookup) == end..<end + width)
            end += width
        }
        let none = CountInputs(shape: nil, openBits: 7)
        #expect(none.queries == nil && none.secretBits == 0 && none.openBits == 7)
    }
}
