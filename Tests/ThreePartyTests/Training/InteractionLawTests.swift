import Records
import Support
import Testing
import ThreeParty

/// What holds of interactions however they are put together.
@Suite("Interactions, one behind the other and side by side")
struct InteractionLawTests {
    private typealias Words = Shares<UInt32, Addition>

    private func shared(_ values: [UInt32], _ seed: UInt64) -> Shared<UInt32, Addition> {
        var generator = SplitMix64(state: seed)
        return Shared(values, in: Addition.self, &generator)
    }

    private let a: [UInt32] = [3, .max, 1 << 31, 0]
    private let b: [UInt32] = [5, 7]
    private let c: [UInt32] = [1, 2, 3, 4, 5, 6]

    @Test("a map changes the result and no message")
    func maps() throws {
        let shares = shared(a, 1)
        let plain = try StepCell().run { $0.open(shares.at($0.party)) }
        let mapped = try StepCell().run { $0.open(shares.at($0.party)).map { $0.reduce(0, &+) } }
        #expect(mapped.results == plain.results.map { $0.reduce(0, &+) } && mapped.rounds == plain.rounds)
        #expect(mapped.received == plain.received)
        let twice = try StepCell().run { $0.open(shares.at($0.party)).map { $0.reduce(0, &+) }.map { $0 &+ 1 } }
        #expect(twice.results == mapped.results.map { $0 &+ 1 } && twice.received == plain.received)
    }

    @Test("what follows has its rounds behind those before, in whatever brackets")
    func associative() throws {
        let (x, y, z) = (shared(a, 1), shared([2, 3, 4, 5], 2), shared([9, 8, 7, 6], 3))
        let left = try StepCell().run { steps in
            steps.product(x.at(steps.party), y.at(steps.party), .nodes)
                .then { steps.product($0, z.at(steps.party), .leaves) }
                .then { steps.open($0) }
        }
        let right = try StepCell().run { steps in
            steps.product(x.at(steps.party), y.at(steps.party), .nodes).then { product in
                steps.product(product, z.at(steps.party), .leaves).then { steps.open($0) }
            }
        }
        let expected = a.indices.map { a[$0] &* ([2, 3, 4, 5] as [UInt32])[$0] &* ([9, 8, 7, 6] as [UInt32])[$0] }
        #expect(left.results == [expected, expected, expected] && left.results == right.results)
        #expect(left.rounds == 3 && right.rounds == 3 && left.received == right.received)
    }

    @Test("side by side each has its own result, in as many rounds as the longest, in whatever brackets")
    func beside() throws {
        let (x, y, z) = (shared(a, 1), shared(b, 2), shared(c, 3))
        func one(_ steps: SecureSteps) -> Interaction<[UInt32]> { steps.open(x.at(steps.party)) }
        func two(_ steps: SecureSteps) -> Interaction<[UInt32]> {
            steps.product(y.at(steps.party), y.at(steps.party), .nodes).then { steps.open($0) }
        }
        func three(_ steps: SecureSteps) -> Interaction<[UInt32]> {
            steps.product(z.at(steps.party), z.at(steps.party), .leaves)
                .then { steps.product($0, z.at(steps.party), .leaves) }.then { steps.open($0) }
        }
        let expected = [a, b.map { $0 &* $0 }, c.map { $0 &* $0 &* $0 }]
        let left = try StepCell().run { one($0).beside(two($0)).beside(three($0)).map { [$0.0, $0.1, $1] } }
        let right = try StepCell().run { one($0).beside(two($0).beside(three($0))).map { [$0, $1.0, $1.1] } }
        let turned = try StepCell().run { three($0).beside(one($0)).beside(two($0)).map { [$0.1, $1, $0.0] } }
        for run in [left, right, turned] {
            #expect(run.results == [expected, expected, expected] && run.rounds == 3)
        }
        #expect(left.sent == right.sent && left.sent == turned.sent && left.received == right.received)
        // By itself each sends as much as beside the others.
        let alone = try [StepCell().run(one), StepCell().run(two), StepCell().run(three)]
        #expect(alone.map(\.rounds) == [1, 2, 3] && alone.reduce(0) { $0 + $1.sent } == left.sent)
    }

    @Test("beside what needs no message nothing changes", arguments: [0, 1, 4])
    func nothing(count: Int) throws {
        let shares = shared(Array(a.prefix(count)), 1)
        let empty = shared([], 2)
        let run = try StepCell().run { $0.open(shares.at($0.party)).beside($0.open(empty.at($0.party))) }
        #expect(run.results.allSatisfy { $0.0 == Array(a.prefix(count)) && $0.1.isEmpty } && run.rounds == 1)
    }

    // MARK: Arithmetic

    @Test("products are those of a ring: in any order, and over sums", arguments: 1...8 as ClosedRange<UInt64>)
    func ring(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        func draw() -> [UInt32] { (0..<9).map { _ in UInt32.random(in: 0...UInt32.max, using: &random) } }
        let (x, y, z) = (draw(), draw(), draw())
        let (xs, ys, zs) = (shared(x, seed + 10), shared(y, seed + 20), shared(z, seed + 30))
        func sum(_ one: Words, _ other: Words) -> Words {
            Words(
                first: zip(one.first, other.first).map { $0 &+ $1 },
                second: zip(one.second, other.second).map { $0 &+ $1 })
        }
        let run = try StepCell(seed: seed).run { steps in
            let party = steps.party
            return steps.product(xs.at(party), sum(ys.at(party), zs.at(party)), .nodes)
                .beside(
                    steps.product(xs.at(party), ys.at(party), .leaves).beside(
                        steps.product(zs.at(party), xs.at(party), .fit)
                    )
                    .map { sum($0, $1) }
                )
                .then { one, other in steps.open(one).beside(steps.open(other)) }
        }
        let expected = x.indices.map { x[$0] &* (y[$0] &+ z[$0]) }
        #expect(run.results.allSatisfy { $0.0 == expected && $0.1 == expected } && run.rounds == 2)
    }

    @Test("a sharing drawn anew has the same value and no component of before", arguments: 1...8 as ClosedRange<UInt64>)
    func fresh(seed: UInt64) throws {
        let x = shared(c, seed)
        let run = try StepCell(seed: seed).run { $0.reshare(x.at($0.party).first, in: Addition.self, .model) }
        #expect(opened(run.results) == c)
        for party in PartyID.allCases {
            #expect(Set(run.results[party.rawValue].first).isDisjoint(with: x.components[party.rawValue]))
        }
        // Other keys draw other components of the same value.
        let other = try StepCell(seed: seed + 100).run { $0.reshare(x.at($0.party).first, in: Addition.self, .model) }
        #expect(opened(other.results) == c && other.results[0].first != run.results[0].first)
    }
}
