import Records
import Support
import Testing
import ThreeParty

/// What a party receives in a validation, but for what is opened, hangs on its inputs and on a key that it does not know. Where it
/// is uniform over that key, whatever the rows and models are, it could have been drawn at random: it tells nothing.
@Suite("What is learnt of a validation")
struct ValidationLearningTests {
    private static let runs = 160

    private static func place(_ frame: Frame) -> Int {
        TrainingPiece(decoding: frame.payload).map { Int($0.place.round) } ?? -1
    }

    /// The worst over all places of a chi-squared statistic of 16 bins, half bytes (Pearson 1900). It has 15 degrees of freedom:
    /// above 90 less than once in 10^12.
    private func unevenness(_ views: [[UInt8]]) -> Double {
        let expected = Double(views.count) / 16
        var worst = 0.0
        for place in views[0].indices {
            var bins = [Int](repeating: 0, count: 32)
            for view in views {
                bins[Int(view[place] & 15)] += 1
                bins[16 + Int(view[place] >> 4)] += 1
            }
            for half in [bins[..<16], bins[16...]] {
                worst = max(worst, half.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected })
            }
        }
        return worst
    }

    private func cell(_ variant: Int) throws -> ValidationCell {
        try ValidationCell(
            rows: 3, bits: 8, members: 2,
            sizes: [.init(trees: 2, depth: 2, leaf: 90), .init(trees: 8, depth: 1, leaf: 100_000)],
            thresholds: [[-50, 0], [1_000]], pieceBytes: 160, seed: UInt64(variant),
            fraud: { variant == 1 ? $0 == 0 : $0 > 0 })
    }

    @Test(
        "every byte that a party receives is uniform but what is opened, hashes too", arguments: PartyID.allCases,
        [1, 2])
    func received(party: PartyID, variant: Int) throws {
        var cell = try cell(variant)
        #expect(cell.rowsOfPiece == 2)
        let last = cell.plan.rounds - 1
        var generator = SplitMix64(state: 43)
        var (views, opened): ([[UInt8]], [[UInt8]]) = ([], [])
        for _ in 0..<Self.runs {
            // Key i + 2 is that of the two others.
            cell.keys.keys[party.previous.rawValue] = generator.bytes(32)
            let run = try cell.run()
            try cell.check(run)
            // In the order of senders and rounds, whichever came first.
            let frames = run.frames.filter { $0.to == party }.map(\.frame)
                .sorted { ($0.sender.rawValue, Self.place($0)) < ($1.sender.rawValue, Self.place($1)) }
            var (view, told): ([UInt8], [UInt8]) = ([], [])
            for frame in frames {
                let isOpened = Self.place(frame) == 2 || Self.place(frame) == last
                view += frame.payload.dropFirst(8).prefix(isOpened ? 32 : frame.payload.count)
                if isOpened { told += frame.payload.dropFirst(40) }
            }
            views.append(view)
            opened.append(told)
        }
        #expect(views[0].count > 2_000 && views.allSatisfy { $0.count == views[0].count })
        #expect(unevenness(views) < 90)
        // The component that the party lacks of each total; it is in no other message.
        #expect(opened[0].count == 4 + (3 + 2) * 8)
    }

    /// Three shares that add up to a member's counts, and are random beside that: two of them are uniform together, over the keys.
    @Test("a member's three shares tell it its own counts and nothing else")
    func members() throws {
        var cell = try cell(2)
        var generator = SplitMix64(state: 44)
        var views: [[UInt8]] = []
        for _ in 0..<Self.runs {
            cell.keys.keys = (0..<3).map { _ in generator.bytes(32) }
            let run = try cell.run()
            try cell.check(run)
            let shares = try PartyID.allCases.map { party in
                try #require(run.scores[party]).models.flatMap { $0.members[1].encoded }
            }
            views.append(shares[0] + shares[1] + zip(shares[0], shares[1]).map { $0 ^ $1 } + shares[2])
        }
        #expect(unevenness(views) < 90)
    }

    @Test("rows that differ in nothing public send as many bytes in as many frames")
    func sizes() throws {
        let (one, two) = (try cell(1).run(), try cell(2).run())
        func sizes(_ run: ValidationCell.Run) -> [Int] {
            run.frames.map { frame in
                (frame.frame.sender.rawValue * 3 + frame.to.rawValue) << 32 | Self.place(frame.frame) << 20
                    | frame.frame.payload.count
            }.sorted()
        }
        #expect(sizes(one) == sizes(two))
    }

    @Test("nothing of shares or counts of one member is printed")
    func descriptions() throws {
        let run = try cell(1).run()
        let share = try #require(run.scores[.zero]?.models[0].members[0])
        #expect("\(share)" == "HistogramShare(3 bins)" && String(reflecting: share) == "HistogramShare(3 bins)")
        #expect(Mirror(reflecting: share).children.isEmpty)
    }
}
