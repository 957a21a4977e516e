import Records
import Support
import Testing
import ThreeParty

private func plan(_ number: UInt8) -> Digest32 { Digest32(of: [[number]]) }

@Suite("What a batch's scores hang on")
struct BatchLawTests {
    private static let sizes: [(bits: Int, trees: Int, depth: Int, ring: Int)] = [
        (1, 1, 1, 16), (1, 1, 1, 32), (9, 3, 2, 16), (40, 2, 5, 32),
    ]

    private func cell(_ size: (bits: Int, trees: Int, depth: Int, ring: Int), seed: UInt64) throws -> Cell {
        try Cell(bits: size.bits, trees: size.trees, depth: size.depth, ringBits: size.ring, seed: seed)
    }

    private func score(_ cell: Cell, _ shared: [PartyID: [BitShares]], plan: Digest32) throws -> [Int64] {
        cell.open(try cell.run(plan: plan, inputs: cell.batch(shared)))
    }

    @Test("is each transaction, and neither its place nor its company", arguments: sizes, 1...3 as ClosedRange<UInt64>)
    func company(size: (bits: Int, trees: Int, depth: Int, ring: Int), seed: UInt64) throws {
        var cell = try cell(size, seed: seed)
        var random = SplitMix64(seed)
        let (plain, shared) = cell.inputs(8)
        let whole = try score(cell, shared, plan: plan(0))
        #expect(whole == plain.map { cell.plain($0) })
        let order = (0..<8).shuffled(using: &random)
        let moved = try score(cell, shared.mapValues { all in order.map { all[$0] } }, plan: plan(1))
        #expect(moved == order.map { whole[$0] })
        let cut = Int.random(in: 0...8, using: &random)
        let parts =
            try score(cell, shared.mapValues { Array($0[..<cut]) }, plan: plan(2))
            + score(cell, shared.mapValues { Array($0[cut...]) }, plan: plan(3))
        #expect(parts == whole, "cut at \(cut)")
    }

    /// The same bits in other components: a sharing of zero added, component by component.
    private func reshared(_ shares: [PartyID: [BitShares]], _ random: inout SplitMix64) -> [PartyID: [BitShares]] {
        guard let rows = shares[.zero] else { return [:] }
        var out: [PartyID: [BitShares]] = [:]
        for event in rows.indices {
            let (zero, one) = (random.bytes(rows[event].first.count), random.bytes(rows[event].first.count))
            let parts = [zero, one, zip(zero, one).map { $0 ^ $1 }]
            for party in PartyID.allCases {
                guard let old = shares[party]?[event] else { continue }
                out[party, default: []].append(
                    BitShares(
                        first: zip(old.first, parts[party.rawValue]).map { $0 ^ $1 },
                        second: zip(old.second, parts[party.next.rawValue]).map { $0 ^ $1 }))
            }
        }
        return out
    }

    @Test("is not how its bits happen to be shared, nor what fills up their last byte", arguments: sizes)
    func sharing(size: (bits: Int, trees: Int, depth: Int, ring: Int)) throws {
        var cell = try cell(size, seed: 20)
        var random = SplitMix64(21)
        let (plain, shared) = cell.inputs(6)
        let again = reshared(shared, &random)
        #expect(again[.one]?.map(\.first) != shared[.one]?.map(\.first))
        #expect(try score(cell, again, plan: plan(0)) == plain.map { cell.plain($0) })
    }

    @Test("costs the same messages whatever model, bits and refusals are, as long as sizes are")
    func messages() throws {
        func sent(seed: UInt64, refused: Set<Int>) throws -> [String] {
            var cell = try Cell(bits: 30, trees: 5, depth: 4, ringBits: 16, seed: seed)
            let (_, shared) = cell.inputs(7)
            var inputs = cell.batch(shared)
            inputs[.two] = BatchInputs(bits: 30, capacity: 7)
            for (event, shares) in (shared[.two] ?? []).enumerated() {
                if refused.contains(event) { inputs[.two]?.append(refused: 3) } else { inputs[.two]?.append(shares) }
            }
            return try cell.run(plan: plan(0), inputs: inputs).frames
                .map { "\($0.sender) \($0.kind) \($0.payload.count)" }.sorted()
        }
        let usual = try sent(seed: 1, refused: [])
        #expect(usual.count == 9)
        for (seed, refused) in [(2, []), (3, [0]), (4, [0, 3, 6]), (5, Set(0..<7))] as [(UInt64, Set<Int>)] {
            #expect(try sent(seed: seed, refused: refused) == usual, "seed \(seed)")
        }
    }

    @Test("of nothing are none, and ends", arguments: [16, 32])
    func empty(ring: Int) throws {
        let cell = try Cell(bits: 12, trees: 2, depth: 2, ringBits: ring, seed: 2)
        let none = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, [BitShares]()) })
        let run = try cell.run(plan: plan(0), inputs: cell.batch(none))
        for party in PartyID.allCases {
            let result = try #require(run.results[party])
            #expect(result.scoreShares.isEmpty && result.refusals.isEmpty)
        }
    }

    @Test("of which each party refuses another transaction, or one all, opens to zero there and is right elsewhere")
    func refusedByAll() throws {
        var cell = try Cell(bits: 18, trees: 4, depth: 3, ringBits: 32, seed: 6)
        let (plain, shared) = cell.inputs(5)
        for refused in [[.zero: [0], .one: [1], .two: [2]], [.two: [0, 1, 2, 3, 4]], [.zero: [4], .one: [4]]]
            as [[PartyID: Set<Int>]]
        {
            var inputs: [PartyID: BatchInputs] = [:]
            for party in PartyID.allCases {
                var own = BatchInputs(bits: 18, capacity: 5)
                for (event, shares) in (shared[party] ?? []).enumerated() {
                    let isRefused = refused[party]?.contains(event) == true
                    if isRefused { own.append(refused: UInt8(party.rawValue) + 1) } else { own.append(shares) }
                }
                inputs[party] = own
            }
            let run = try cell.run(plan: plan(0), inputs: inputs, order: 4)
            let opened = cell.open(run)
            for event in 0..<5 {
                let first = PartyID.allCases.first { refused[$0]?.contains(event) == true }
                #expect(opened[event] == (first == nil ? cell.plain(plain[event]) : 0), "transaction \(event)")
                for party in PartyID.allCases {
                    let told = run.results[party]?.refusals[event]
                    #expect(told?.party == first && told?.code == first.map { UInt8($0.rawValue) + 1 })
                }
            }
        }
    }
}
