import Policy
import Records
import Support
import Testing

@Suite("What is done without a score")
struct FallbackPolicyTests {
    private func policy(_ steps: [(Int64, Band)], otherwise: Band) throws -> FallbackPolicy {
        try FallbackPolicy(
            steps: steps.map { FallbackPolicy.Step(upTo: MinorUnits($0.0), band: $0.1) }, otherwise: otherwise)
    }

    @Test(
        "goes by the first limit that the amount does not exceed",
        arguments: [
            (Int64.min, Band.approve), (-1, .approve), (0, .approve), (5000, .approve), (5001, .challenge),
            (20_000, .challenge), (20_001, .review), (100_000, .review), (100_001, .decline), (.max, .decline),
        ])
    func steps(amount: Int64, band: Band) throws {
        let policy = try policy([(5000, .approve), (20_000, .challenge), (100_000, .review)], otherwise: .decline)
        #expect(policy.band(MinorUnits(amount)) == band)
    }

    @Test("may grow milder with the amount: bands need no order")
    func anyBands() throws {
        let policy = try policy([(10, .decline), (20, .approve), (30, .decline)], otherwise: .approve)
        #expect(
            [10, 11, 20, 21, 30, 31].map { policy.band(MinorUnits($0)) } == [
                .decline, .approve, .approve, .decline, .decline, .approve,
            ])
    }

    @Test("is a person's look at every amount where nothing is said", arguments: [Int64.min, -1, 0, 1, .max])
    func usual(amount: Int64) throws {
        #expect(FallbackPolicy.review.band(MinorUnits(amount)) == .review)
        #expect(try FallbackPolicy.review == policy([], otherwise: .review))
        for band in Band.allCases { #expect(try policy([], otherwise: band).band(MinorUnits(amount)) == band) }
    }

    @Test(
        "has rising limits; the first that does not rise is named",
        arguments: [
            ([1, 1], 1), ([2, 1], 1), ([1, 2, 2], 2), ([1, 3, 2, 1], 2), ([5, 4, 3], 1), ([0, -1], 1),
            ([1, 2, 3, 3], 3),
            ([.max, .max], 1), ([.max, .min], 1),
        ] as [([Int64], Int)])
    func outOfOrder(limits: [Int64], place: Int) {
        #expect(throws: FallbackPolicy.Invalid.outOfOrder(place)) {
            try policy(limits.map { ($0, .approve) }, otherwise: .review)
        }
    }

    @Test("is what a search through all steps finds", arguments: 1...10 as ClosedRange<UInt64>)
    func search(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let limits = Set(
            (0..<Int.random(in: 0...8, using: &random)).map { _ in Int64.random(in: -50...50, using: &random) })
        let steps = limits.sorted().map { ($0, Band.allCases.randomElement(using: &random) ?? .review) }
        let policy = try policy(steps, otherwise: .challenge)
        for amount in -60...60 as ClosedRange<Int64> {
            let smallest = steps.filter { $0.0 >= amount }.min { $0.0 < $1.0 }
            #expect(policy.band(MinorUnits(amount)) == smallest?.1 ?? .challenge)
        }
    }
}
