import Model
import Records
import Support
import Testing
import ThreeParty

/// Three parties' components of a card with these points.
func cardShares(_ points: [UInt32], features: [Int], _ generator: inout SplitMix64) throws -> [CardShares] {
    let shared = Shared(points, in: Addition.self, &generator)
    return try PartyID.allCases.map { party in
        let own = shared.at(party)
        return try #require(
            CardShares(features: features, first: UInt32.pack(own.first), second: UInt32.pack(own.second)))
    }
}

/// Three parties' components of rows of packed bits.
func sharedRows(_ rows: [[UInt8]], _ generator: inout SplitMix64) -> [[BitShares]] {
    var parties: [[BitShares]] = [[], [], []]
    for row in rows {
        let shared = Shared(row, in: ExclusiveOr.self, &generator)
        for party in PartyID.allCases {
            let own = shared.at(party)
            parties[party.rawValue].append(BitShares(first: own.first, second: own.second))
        }
    }
    return parties
}

@Suite("What features add to scores, by a scorecard in shares")
struct CardContributionsTests {
    /// A card, and rows by their bins.
    private struct Case {
        let features: [Int]
        let card: Scorecard
        let bins: [[UInt8]]

        init(_ features: [Int], rows: Int, within: ClosedRange<Int32>, _ generator: inout SplitMix64) {
            self.features = features
            card = Scorecard(
                points: features.map { bits in
                    bits == 0 ? [0] : (0...bits).map { _ in Int32.random(in: within, using: &generator) }
                }, fractionBits: 11)
            bins = (0..<rows).map { _ in features.map { UInt8.random(in: 0...UInt8($0), using: &generator) } }
        }

        /// Lowest bin first, bit j of a feature is set where its bin is above j; least significant bit first.
        var packed: [[UInt8]] {
            bins.map { bins in
                let bits = zip(features, bins).flatMap { width, bin in (0..<width).map { $0 < Int(bin) } }
                var out = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
                for (at, bit) in bits.enumerated() where bit { out[at / 8] |= 1 << (at % 8) }
                return out
            }
        }

        var points: [UInt32] {
            zip(features, card.points).flatMap { bits, points in
                bits > 0 ? points.map { UInt32(bitPattern: $0) } : []
            }
        }

        func run(_ generator: inout SplitMix64, seed: UInt64 = 1) throws -> StepCell.Run<ContributionShares> {
            let cards = try cardShares(points, features: features, &generator)
            let rows = sharedRows(packed, &generator)
            return try StepCell(seed: seed).run {
                CardContributions(party: $0.party, card: cards[$0.party.rawValue])
                    .contributions(to: rows[$0.party.rawValue])
            }
        }

        func opened(_ run: StepCell.Run<ContributionShares>) -> [[Int32]]? {
            ContributionShares.opened(run.results.map(\.encoded), rows: bins.count, features: features)
        }
    }

    @Test("is what the scorecard in the clear says, row by row", arguments: 1...6 as ClosedRange<UInt64>)
    func equality(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let shapes = [[1], [7, 1, 3], [0, 5, 0], [31, 0, 2, 8], [8, 8], [3, 3, 3, 0]]
        for within in [Int32(-900)...900, Int32.min...Int32.max] {
            for rows in [1, 2, 3, 40] {
                let one = Case(shapes[Int(seed) - 1], rows: rows, within: within, &generator)
                let run = try one.run(&generator, seed: seed)
                #expect(one.opened(run) == one.bins.map { one.card.contributions($0) })
            }
        }
    }

    @Test("is so at the lowest and the highest bin of each feature")
    func edges() throws {
        var generator = SplitMix64(state: 8)
        let features = [4, 0, 9]
        let card = Scorecard(
            points: [[1, -2, 3, -4, 5], [0], (0..<10).map { Int32($0 * 1000 - 7) }], fractionBits: 11)
        let points = (card.points[0] + card.points[2]).map { UInt32(bitPattern: $0) }
        // Thermometers of nothing, of all 13 bits, and of each feature alone.
        let rows: [[UInt8]] = [[0, 0], [0xFF, 0x1F], [0x0F, 0], [0xF0, 0x1F]]
        let cards = try cardShares(points, features: features, &generator)
        let shares = sharedRows(rows, &generator)
        let run = try StepCell().run {
            CardContributions(party: $0.party, card: cards[$0.party.rawValue])
                .contributions(to: shares[$0.party.rawValue])
        }
        let opened = ContributionShares.opened(run.results.map(\.encoded), rows: 4, features: features)
        #expect(opened == [[1, 0, -7], [5, 0, 8993], [5, 0, -7], [1, 0, 8993]])
    }

    @Test("does not hang on what fills a row's last byte")
    func filling() throws {
        var generator = SplitMix64(state: 9)
        let cards = try cardShares([10, 20, 30], features: [2], &generator)
        func opened(_ row: UInt8) throws -> [[Int32]]? {
            let shares = sharedRows([[row]], &generator)
            let run = try StepCell().run {
                CardContributions(party: $0.party, card: cards[$0.party.rawValue])
                    .contributions(to: shares[$0.party.rawValue])
            }
            return ContributionShares.opened(run.results.map(\.encoded), rows: 1, features: [2])
        }
        #expect(try opened(0b0000_0001) == [[20]] && opened(0b1111_1101) == [[20]])
    }

    @Test("takes three rounds, and four bytes a bit and a feature from each party", arguments: [1, 3, 30])
    func cost(rows: Int) throws {
        var generator = SplitMix64(state: 10)
        let one = Case([31, 0, 17, 6], rows: rows, within: -9...9, &generator)
        let run = try one.run(&generator)
        #expect(run.rounds == CardContributions.rounds)
        #expect(run.sent == 3 * rows * (54 + 3) * 4)
        #expect(run.results.allSatisfy { $0.rows == rows && $0.encoded.count == rows * 3 * 4 })
    }

    @Test("none for no rows")
    func none() throws {
        var generator = SplitMix64(state: 11)
        let one = Case([5, 2], rows: 0, within: -9...9, &generator)
        #expect(try one.opened(one.run(&generator)) == [])
    }

    @Test("opens nothing of shares of another length, or of other than three parties")
    func lengths() {
        let share = [UInt8](repeating: 1, count: 2 * 2 * 4)
        func opened(_ shares: [[UInt8]], rows: Int = 2, features: [Int] = [3, 0, 1]) -> [[Int32]]? {
            ContributionShares.opened(shares, rows: rows, features: features)
        }
        #expect(opened([share, share, share])?.count == 2)
        #expect(opened([share, share]) == nil && opened([share, share, share, share]) == nil)
        #expect(opened([share, share, Array(share.dropLast())]) == nil)
        #expect(opened([share, share + [0], share]) == nil)
        #expect(opened([share, share, share], rows: 3) == nil)
        #expect(opened([share, share, share], features: [3, 2, 1]) == nil)
    }

    @Test("prints no share")
    func silent() throws {
        var generator = SplitMix64(state: 12)
        let one = Case([5, 2], rows: 2, within: -9...9, &generator)
        let share = try #require(one.run(&generator).results.first)
        #expect("\(share)" == "ContributionShares(2 rows)" && Mirror(reflecting: share).children.isEmpty)
        let cards = try cardShares(one.points, features: [5, 2], &generator)
        let steps = CardContributions(party: .one, card: cards[1])
        #expect("\(steps)" == "CardContributions(2 features)" && Mirror(reflecting: steps).children.isEmpty)
    }
}
