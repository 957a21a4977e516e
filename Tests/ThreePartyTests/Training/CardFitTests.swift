import Model
import Records
import Testing
import ThreeParty

@Suite("A scorecard fitted on shares")
struct CardFitTests {
    private static func cell(
        rows: Int, features: [Int], passes: Int = 3, seed: UInt64, trees: Int = 2, fraction: Int = 11,
        outcome: @escaping ([Bool], Int) -> Bool = { ($0[0] && !$0[$0.count - 1]) != ($1 == 0) }
    ) throws -> TrainingCell {
        let rule = try TrainingRule(trees: trees, stages: [1, 1], group: 2, candidates: 6, fraction: fraction)
        let card = try #require(CardRule(features: features, passes: passes))
        return try TrainingCell(rows: rows, bits: card.bits, rule: rule, seed: seed, card: card, outcome: outcome)
    }

    /// The points that three parties' shares come to, a list a feature.
    private static func opened(_ models: [PartyID: TrainedModel]) throws -> [[Int32]] {
        let cards = try PartyID.allCases.map { try #require(models[$0]?.card) }
        for (card, next) in zip(cards, cards.dropFirst() + cards.prefix(1)) {
            #expect(card.points.second == next.points.first, "each component is two parties'")
        }
        let points = cards[0].points.first.indices.map { at in
            Int32(bitPattern: cards.reduce(0) { $0 &+ $1.points.first[at] })
        }
        var at = 0
        return cards[0].features.map { bits in
            guard bits > 0 else { return [0] }
            defer { at += bits + 1 }
            return Array(points[at...at + bits])
        }
    }

    private static func equals(_ cell: TrainingCell, order: UInt64 = 1) throws {
        let models = try cell.run(order: order).models
        let card = try #require(cell.plan.card)
        let want = ReferenceCardTrainer(rule: cell.rule, card: card).train(cell.columns, forest: try cell.clear())
        #expect(try opened(models) == want.points)
        #expect(try TrainingCell.opened(models).trees == cell.clear().trees, "the forest is what it is without a card")
    }

    @Test("has the reference trainer's points, in whatever order frames come", arguments: 1...4 as ClosedRange<UInt64>)
    func equality(seed: UInt64) throws {
        try Self.equals(Self.cell(rows: 150, features: [5, 1, 9, 3], seed: seed), order: seed)
    }

    @Test("so it has where rows or features are few, bins are empty, and none or all rows are frauds")
    func edges() throws {
        for rows in [1, 2, 15, 16, 17] { try Self.equals(Self.cell(rows: rows, features: [2, 4], seed: 5)) }
        try Self.equals(Self.cell(rows: 30, features: [1], passes: 1, seed: 6, trees: 4))
        try Self.equals(Self.cell(rows: 30, features: [0, 3, 0, 0, 4], seed: 7))
        try Self.equals(Self.cell(rows: 9, features: [31, 31], passes: 20, seed: 8))
        try Self.equals(Self.cell(rows: 40, features: [3, 3], seed: 9) { _, _ in false })
        try Self.equals(Self.cell(rows: 40, features: [3, 3], seed: 10) { _, _ in true })
    }

    @Test("a feature that says the same as eleven others does not make it diverge")
    func alike() throws {
        // Every bit is the outcome itself, so that all features step alike: the largest value that their sum can have.
        let cell = try Self.cell(rows: 80, features: [Int](repeating: 1, count: 12), passes: 20, seed: 11, trees: 8) {
            bits, _ in bits[0]
        }
        try Self.equals(cell)
    }

    @Test("a card of other bits than the rows' is no plan's, and one whose sums could leave the ring trains nothing")
    func refusals() throws {
        let cell = try Self.cell(rows: 20, features: [3, 4], seed: 12)
        let other = try #require(CardRule(features: [3, 3]))
        #expect(throws: TrainingError.card) {
            _ = try TrainingPlan(
                plan: cell.plan.digest, rule: cell.rule, coin: cell.coin, frequencies: cell.frequencies, rows: 20,
                card: other)
        }
        // Half of the rows are frauds: the forest's sums stay below 2^29, and four times as much leaves 2^30.
        let rule = try TrainingRule(
            trees: 1, stages: [1], group: 1, candidates: 2, fraction: 14, weightBits: 0)
        func error(_ card: CardRule?) throws -> TrainingError? {
            try TrainingCell(rows: 33_000, bits: 2, rule: rule, seed: 17, card: card) { _, chance in chance < 4 }
                .attempt().1
        }
        #expect(try error(CardRule(features: [2], passes: 1)) == .bounds(.card))
        #expect(try error(nil) == nil)
    }

    @Test("a plan's digest binds the card, and is what it was where there is none")
    func digest() throws {
        let cell = try Self.cell(rows: 20, features: [3, 4], seed: 13)
        func digest(_ card: CardRule?) -> Digest32 {
            TrainingPlan.digest(
                source: Digest32(of: [[1]]), rule: cell.rule, frequencies: cell.frequencies, rows: 20, card: card)
        }
        let cards = [
            nil, CardRule(features: [3, 4]), CardRule(features: [4, 3]), CardRule(features: [3, 4], passes: 9),
        ]
        #expect(Set(cards.map(digest)).count == cards.count)
        #expect(
            digest(nil)
                == TrainingPlan.digest(
                    source: Digest32(of: [[1]]), rule: cell.rule, frequencies: cell.frequencies, rows: 20))
    }

    @Test("a party that stopped after the last group goes on to the same points")
    func resumed() throws {
        let cell = try Self.cell(rows: 60, features: [4, 2], seed: 14)
        let first = try cell.run()
        let last = first.checkpoints.compactMapValues(\.last)
        #expect(try Self.opened(cell.run(from: last).models) == Self.opened(first.models))
    }

    @Test("takes four rounds and eleven a pass, beside the nine that a model takes")
    func rounds() throws {
        func rounds(_ passes: Int) throws -> Int {
            let run = try Self.cell(rows: 20, features: [3, 4], passes: passes, seed: 15).run()
            return Set(run.frames.filter { $0.frame.sender == .one }.map(\.frame.digest)).count
        }
        #expect(try rounds(4) - rounds(3) == 11)
        let without = try TrainingCell(
            rows: 20, bits: 7, rule: TrainingRule(trees: 2, stages: [1, 1], group: 2, candidates: 6), seed: 15)
        let ends = Set(try without.run().frames.filter { $0.frame.sender == .one }.map(\.frame.digest)).count
        #expect(try rounds(3) == ends - 9 + 4 + 3 * 11)
    }

    @Test("prints no share")
    func silent() throws {
        let cell = try Self.cell(rows: 20, features: [3, 4], seed: 16)
        let card = try #require(cell.run().models[.zero]?.card)
        #expect("\(card)" == "CardShares(9 bins)" && Mirror(reflecting: card).children.isEmpty)
    }
}
