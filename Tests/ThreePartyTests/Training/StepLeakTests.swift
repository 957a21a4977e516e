import Records
import Support
import Testing
import ThreeParty

/// What a party sees of a step: its components of the inputs, its two keys, and the messages it receives. Only the third key is
/// unknown to it. So where, for fixed inputs, every received byte is uniform over that key, whatever the inputs are, messages could
/// have been drawn at random: they tell nothing.
@Suite("What a party learns of a step of training")
struct StepLeakTests {
    private static let runs = 320

    /// How uneven received bytes are: the worst, over all places, of a chi-squared statistic of 16 bins (half bytes; Pearson 1900),
    /// and of the same for differences of neighbouring places.
    private func unevenness(
        of party: PartyID, _ step: (StepCell) throws -> [[UInt8]]
    ) throws -> (bytes: Int, worst: Double) {
        var generator = SplitMix64(state: 99)
        var views: [[UInt8]] = []
        for _ in 0..<Self.runs {
            var cell = StepCell()
            // Key i + 2 is that of the two others.
            cell.keys[party.previous.rawValue] = generator.bytes(32)
            views.append(try step(cell)[party.rawValue])
        }
        let expected = Double(Self.runs) / 16
        var worst = 0.0
        for place in views[0].indices {
            var (low, high) = ([Int](repeating: 0, count: 16), [Int](repeating: 0, count: 16))
            var (beside, behind) = (low, high)
            for view in views {
                let difference = view[place] &- view[(place + 1) % view.count]
                low[Int(view[place] & 15)] += 1
                high[Int(view[place] >> 4)] += 1
                beside[Int(difference & 15)] += 1
                behind[Int(difference >> 4)] += 1
            }
            for bins in [low, high, beside, behind] {
                worst = max(worst, bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected })
            }
        }
        return (views[0].count, worst)
    }

    /// The statistic has 15 degrees of freedom: above 90 less than once in 10^12.
    private static let bound = 90.0

    private func check(
        _ name: String, _ step: (StepCell, inout SplitMix64) throws -> [[UInt8]]
    ) throws {
        for party in PartyID.allCases {
            for inputs: UInt64 in [1, 2] {
                let view = try unevenness(of: party) { cell in
                    var generator = SplitMix64(state: inputs)
                    return try step(cell, &generator)
                }
                #expect(view.bytes > 0 && view.worst < Self.bound, "\(name): \(view) at \(party)")
            }
        }
    }

    private func additive<E: RingElement>(_ values: [E], _ generator: inout SplitMix64) -> Shared<E, Addition> {
        Shared(values, &generator)
    }

    @Test("all that it receives is uniform, whatever the inputs are", arguments: 0..<9)
    func uniform(step: Int) throws {
        switch step {
        case 0:
            try check("product") { cell, generator in
                let (x, y) = (additive([0, 1, UInt32.max], &generator), additive([0, 0, UInt32.max], &generator))
                return try cell.run { $0.product(x.at($0.party), y.at($0.party), .nodes) }.received
            }
        case 1:
            try check("to ring") { cell, generator in
                var bits = Shared([0, 1, 1, 0] as [UInt8], in: ExclusiveOr.self, &generator)
                bits.components = bits.components.map { $0.map { $0 & 1 } }
                return try cell.run { [bits] in $0.toRing(bits.at($0.party), as: UInt32.self, .bits) }.received
            }
        case 2:
            try check("lift") { cell, generator in
                let x = additive([0, 1 << 29, UInt32.max], &generator)
                return try cell.run { $0.lift(x.at($0.party), .histograms) }.received
            }
        case 3:
            try check("negative") { cell, generator in
                let x = additive([0, 1 << 63, UInt64.max], &generator)
                return try cell.run { $0.negative(x.at($0.party), .comparisons) }.received
            }
        case 4:
            try check("truncate") { cell, generator in
                let x = additive([0, 1 << 61, UInt64.max], &generator)
                return try cell.run { $0.truncate(x.at($0.party), by: 24, .leaves) }.received
            }
        case 5:
            try check("is zero") { cell, generator in
                let x = additive([0, 1, 7] as [UInt8], &generator)
                return try cell.run { $0.isZero(x.at($0.party), domain: 8, .chosen) }.received
            }
        case 6:
            try check("shuffle") { cell, generator in
                let x = Shared([1, 2, 3, 4] as [UInt8], in: ExclusiveOr.self, &generator)
                return try cell.run { $0.shuffle(x.at($0.party), width: 2) }.received
            }
        case 7:
            try check("contributions") { cell, generator in try contributions(cell, &generator).received }
        default:
            try check("look up") { cell, generator in
                let table = PublicTable((0..<64).map { $0 * 3 })
                let x = additive([0, 1, 63] as [UInt32], &generator)
                return try cell.run { $0.lookUp(x.at($0.party), in: table, .reciprocals) }.received
            }
        }
    }

    private func contributions(
        _ cell: StepCell, _ generator: inout SplitMix64
    ) throws -> StepCell.Run<ContributionShares> {
        let rows: [[UInt8]] = [[0b0], [0b1011], [0b1111]]
        let cards = try cardShares([0, 1, 0, UInt32.max, 7, 1 << 31], features: [3, 0, 1], &generator)
        return try cell.run { [shares = sharedRows(rows, &generator)] in
            CardContributions(party: $0.party, card: cards[$0.party.rawValue]).contributions(
                to: shares[$0.party.rawValue])
        }
    }

    @Test("contributions that a member gets of two parties are uniform to whoever lacks a key")
    func sealedContributions() throws {
        for inputs: UInt64 in [1, 2] {
            for party in PartyID.allCases {
                // The key that is drawn anew is that of the two others.
                for other in [party.next, party.previous] {
                    let view = try unevenness(of: party) { cell in
                        var generator = SplitMix64(state: inputs)
                        let run = try contributions(cell, &generator)
                        return [[UInt8]](repeating: run.results[other.rawValue].encoded, count: 3)
                    }
                    #expect(view.bytes == 3 * 2 * 4 && view.worst < Self.bound, "\(view) of \(other)")
                }
            }
        }
    }

    @Test("what is opened, which is not masked, is found to be uneven")
    func opened() throws {
        var generator = SplitMix64(state: 3)
        let x = additive([5, 6] as [UInt32], &generator)
        let view = try unevenness(of: .one) { try $0.run { $0.open(x.at($0.party)) }.received }
        #expect(view.worst > 10 * Self.bound)
    }
}
