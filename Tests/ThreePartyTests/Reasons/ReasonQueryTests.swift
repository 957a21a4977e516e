import Model
import Records
import Support
import Testing
import ThreeParty

/// A card, a member's rows by their bins, and which of them it chooses.
private struct ReasonCase {
    let features: [Int]
    let card: Scorecard
    let bins: [[UInt8]]

    var bits: Int { features.reduce(0, +) }

    init(_ features: [Int], rows: Int, _ generator: inout SplitMix64) {
        self.features = features
        card = Scorecard(
            points: features.map { bits in
                bits == 0 ? [0] : (0...bits).map { _ in Int32.random(in: -5_000...5_000, using: &generator) }
            }, fractionBits: 11)
        bins = (0..<rows).map { _ in features.map { UInt8.random(in: 0...UInt8($0), using: &generator) } }
    }

    var packed: [[UInt8]] {
        bins.map { bins in
            var out = [UInt8](repeating: 0, count: (bits + 7) / 8)
            for (at, bit) in zip(features, bins).flatMap({ width, bin in (0..<width).map { $0 < Int(bin) } })
                .enumerated()
            where bit { out[at / 8] |= 1 << (at % 8) }
            return out
        }
    }

    var points: [UInt32] {
        zip(features, card.points).flatMap { bits, points in bits > 0 ? points.map { UInt32(bitPattern: $0) } : [] }
    }

    /// One bit a row, set for those that are chosen.
    func choice(_ rows: [Int]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: (bins.count + 7) / 8)
        for row in rows { out[row / 8] |= 1 << (row % 8) }
        return out
    }

    /// - Parameters:
    ///   - hidden: by row, features that are hidden in it.
    ///   - shown: by row.
    func run(
        _ choices: [[Int]], hidden: [Int: [Int]] = [:], shown: [UInt8]? = nil, _ generator: inout SplitMix64,
        cell: StepCell = StepCell()
    ) throws -> StepCell.Run<ReasonShares> {
        let cards = try cardShares(points, features: features, &generator)
        let shared = sharedRows(packed, &generator)
        let chosen = sharedRows(choices.map { choice($0) }, &generator)
        let starts = features.indices.map { features[..<$0].reduce(0, +) }
        let shown = shown ?? bins.map { _ in 0 }
        return try cell.run { steps in
            var rows = ReasonRows(bits: bits, at: steps.party)
            for (at, row) in shared[steps.party.rawValue].enumerated() {
                let hiding = (hidden[at] ?? []).map { starts[$0]..<starts[$0] + features[$0] }
                rows.append(row, hiding: hiding, shown: shown[at])
            }
            return ReasonQuery(party: steps.party, card: cards[steps.party.rawValue])
                .answers(to: chosen[steps.party.rawValue], among: rows)
        }
    }

    func opened(_ run: StepCell.Run<ReasonShares>, choices: Int) -> [ReasonShares.Opened]? {
        ReasonShares.opened(run.results.map(\.encoded), choices: choices, features: features)
    }
}

@Suite("What features add to rows that a member chooses, by parties that do not see which")
struct ReasonQueryTests {
    @Test("is what the scorecard in the clear says of them", arguments: 1...5 as ClosedRange<UInt64>)
    func equality(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let shapes = [[1], [7, 1, 3], [0, 5, 0], [31, 0, 2, 8], [8, 8]]
        for rows in [1, 7, 8, 9, 130] {
            let one = ReasonCase(shapes[Int(seed) - 1], rows: rows, &generator)
            let shown = (0..<rows).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let chosen = (0..<4).map { _ in Int.random(in: 0..<rows, using: &generator) }
            let run = try one.run(chosen.map { [$0] }, shown: shown, &generator)
            let opened = try #require(one.opened(run, choices: 4))
            for (row, answer) in zip(chosen, opened) {
                #expect(answer.contributions == one.card.contributions(one.bins[row]))
                #expect(answer.shown == shown[row])
            }
        }
    }

    @Test("no row chosen is as one at the lowest bins, with nothing shown")
    func none() throws {
        var generator = SplitMix64(state: 6)
        let one = ReasonCase([4, 0, 3], rows: 5, &generator)
        let run = try one.run([[], [2]], shown: [1, 2, 3, 4, 5], &generator)
        let opened = try #require(one.opened(run, choices: 2))
        #expect(opened[0].contributions == one.card.contributions([0, 0, 0]) && opened[0].shown == 0)
        #expect(opened[1].contributions == one.card.contributions(one.bins[2]) && opened[1].shown == 3)
    }

    @Test("of what a row hides no choice says anything, of several rows at once neither")
    func hidden() throws {
        var generator = SplitMix64(state: 7)
        let one = ReasonCase([4, 6, 5], rows: 3, &generator)
        let choices = [[0], [1], [2], [0, 1], [0, 2], [0, 1, 2]]
        func answers(_ bin: UInt8) throws -> [[Int32]] {
            var other = one
            other = ReasonCase(one, row: 0, feature: 1, bin: bin)
            let run = try other.run(choices, hidden: [0: [1]], &generator)
            return try #require(other.opened(run, choices: choices.count)).map(\.contributions)
        }
        let answered = try (0...6 as ClosedRange<UInt8>).map { try answers($0) }
        #expect(Set(answered).count == 1)
        // Without hiding they do differ.
        let open = try ([0, 6] as [UInt8]).map { bin in
            let other = ReasonCase(one, row: 0, feature: 1, bin: bin)
            return other.opened(try other.run(choices, &generator), choices: choices.count)?.map(\.contributions)
        }
        #expect(open[0] != open[1])
    }

    @Test("takes four rounds, and bytes by the number of choices, whatever the number of rows", arguments: [1, 40])
    func cost(rows: Int) throws {
        var generator = SplitMix64(state: 8)
        let one = ReasonCase([31, 0, 17, 6], rows: rows, &generator)
        for choices in [1, 8] {
            let run = try one.run((0..<choices).map { [$0 % rows] }, &generator)
            #expect(run.rounds == ReasonQuery.rounds && run.rounds == 4)
            #expect(run.sent == 3 * choices * (7 + 1 + (54 + 3) * 4))
        }
    }

    @Test("opens nothing of shares of another length")
    func lengths() {
        let share = [UInt8](repeating: 1, count: 2 * (2 * 4 + 1))
        func opened(_ shares: [[UInt8]], choices: Int = 2) -> [ReasonShares.Opened]? {
            ReasonShares.opened(shares, choices: choices, features: [3, 0, 1])
        }
        #expect(opened([share, share, share])?.count == 2)
        #expect(opened([share, share]) == nil && opened([share, share, Array(share.dropLast())]) == nil)
        #expect(opened([share, share, share], choices: 3) == nil && opened([[], [], []]) == nil)
    }

    /// What a party receives for fixed shares of its own, in runs that differ in the third key.
    private func views(of party: PartyID, choosing row: Int) throws -> [[UInt8]] {
        var keys = SplitMix64(state: 99)
        return try (0..<320).map { _ in
            var cell = StepCell()
            cell.keys[party.previous.rawValue] = keys.bytes(32)
            var generator = SplitMix64(state: 5)
            let one = ReasonCase([3, 0, 5], rows: 9, &generator)
            return try one.run([[row], []], shown: [1, 2, 3, 4, 5, 6, 7, 8, 9], &generator, cell: cell)
                .received[party.rawValue]
        }
    }

    @Test("parties receive the same whichever row is chosen: as many bytes, each uniform")
    func views() throws {
        for party in PartyID.allCases {
            let (one, other) = (try views(of: party, choosing: 0), try views(of: party, choosing: 8))
            #expect(one[0].count == other[0].count)
            for view in [one, other] { #expect(worstUnevenness(view) < 90) }
        }
    }

    @Test("prints no share")
    func silent() throws {
        var generator = SplitMix64(state: 12)
        let one = ReasonCase([5, 2], rows: 2, &generator)
        let share = try #require(one.run([[0]], &generator).results.first)
        #expect("\(share)" == "ReasonShares(1 choices)" && Mirror(reflecting: share).children.isEmpty)
        var rows = ReasonRows(bits: 7, at: .one)
        rows.append(BitShares(first: [1], second: [2]), hiding: [], shown: 3)
        #expect("\(rows)" == "ReasonRows(1 of 7 bits)" && Mirror(reflecting: rows).children.isEmpty)
    }
}

extension ReasonCase {
    /// The same with another bin at one place.
    init(_ other: ReasonCase, row: Int, feature: Int, bin: UInt8) {
        features = other.features
        card = other.card
        var bins = other.bins
        bins[row][feature] = bin
        self.bins = bins
    }
}

/// How uneven the views' bytes are: the worst chi-squared statistic of half bytes over all places (15 degrees of freedom).
private func worstUnevenness(_ views: [[UInt8]]) -> Double {
    let expected = Double(views.count) / 16
    return views[0].indices.reduce(0.0) { worst, place in
        var (low, high) = ([Int](repeating: 0, count: 16), [Int](repeating: 0, count: 16))
        for view in views {
            low[Int(view[place] & 15)] += 1
            high[Int(view[place] >> 4)] += 1
        }
        func statistic(_ bins: [Int]) -> Double {
            bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        }
        return max(worst, statistic(low), statistic(high))
    }
}
