import Records
import Support
import Testing

@Suite("The coin of a training")
struct TrainingCoinTests {
    private let plan = Digest32(of: [[1]])

    private func contribution(_ byte: UInt8) throws -> CoinContribution {
        try #require(CoinContribution([UInt8](repeating: byte, count: 32)))
    }

    private func coin(_ bytes: (UInt8, UInt8, UInt8), plan: Digest32) throws -> TrainingCoin {
        let all = try (contribution(bytes.0), contribution(bytes.1), contribution(bytes.2))
        return try TrainingCoin(
            plan: plan, contributions: all,
            commitments: (
                all.0.commitment(of: .zero, plan: plan), all.1.commitment(of: .one, plan: plan),
                all.2.commitment(of: .two, plan: plan)
            ))
    }

    @Test("hangs on the plan, on every contribution, and on who made which")
    func binds() throws {
        let other = Digest32(of: [[2]])
        let coins = try [
            coin((1, 2, 3), plan: plan), coin((1, 2, 3), plan: other), coin((4, 2, 3), plan: plan),
            coin((1, 4, 3), plan: plan), coin((1, 2, 4), plan: plan), coin((2, 1, 3), plan: plan),
        ]
        #expect(Set(coins).count == coins.count)
        #expect(try coin((1, 2, 3), plan: plan) == coins[0])
    }

    @Test("refuses an opening that was not committed to, of this plan and by this party", arguments: PartyID.allCases)
    func opening(party: PartyID) throws {
        let mine = try contribution(7)
        var said = PartyID.allCases.map { mine.commitment(of: $0, plan: plan) }
        func open() throws {
            _ = try TrainingCoin(
                plan: plan, contributions: (mine, mine, mine), commitments: (said[0], said[1], said[2]))
        }
        try open()
        for wrong in [
            try contribution(8).commitment(of: party, plan: plan), mine.commitment(of: party.next, plan: plan),
            mine.commitment(of: party, plan: .zero),
        ] {
            said[party.rawValue] = wrong
            #expect(throws: TrainingCoin.Invalid.opening(party)) { try open() }
        }
    }

    @Test("does not say its contributions' bytes")
    func silent() throws {
        let secret = try contribution(0xAB)
        #expect(!"\(secret)".contains("171") && CoinContribution([1, 2, 3]) == nil)
    }

    @Test("draws different bits, of all that there are where it draws so many", arguments: 1...5 as ClosedRange<UInt64>)
    func different(seed: UInt64) {
        let coin = TrainingCoin(seed: seed)
        for (bits, count) in [(1, 1), (7, 7), (40, 32), (318, 32), (590, 256)] {
            let drawn = coin.draw(tree: 3, level: 2, bits: bits, count: count)
            #expect(drawn.count == count && Set(drawn).count == count && drawn.allSatisfy((0..<bits).contains))
        }
        #expect(coin.draw(tree: 0, level: 0, bits: 5, count: 0).isEmpty)
    }

    @Test("draws anew for each tree, level and coin")
    func anew() {
        var drawn = Set<[Int]>()
        for seed in 1...2 as ClosedRange<UInt64> {
            for tree in [0, 1, 255, 256] {
                for level in 0..<4 {
                    drawn.insert(TrainingCoin(seed: seed).draw(tree: tree, level: level, bits: 300, count: 8))
                }
            }
        }
        #expect(drawn.count == 32)
    }

    @Test("draws each bit about as often as another")
    func even() {
        var counts = [Int](repeating: 0, count: 20)
        let coin = TrainingCoin(seed: 9)
        for tree in 0..<1_000 {
            for bit in coin.draw(tree: tree, level: 0, bits: 20, count: 5) { counts[bit] += 1 }
        }
        // 250 expected, a standard deviation of 14.
        #expect(counts.allSatisfy { (180...320).contains($0) })
    }
}
