import Records
import Support
import Testing
import ThreeParty

/// Transactions with bits of a second spec beside those that are scored, and counts that are public among the parties.
@Suite("Bits of a second spec in a batch")
struct ShadowInputsTests {
    private static let own = 9
    private static let open = 11
    /// Thermometer bits of the second spec's features.
    private static let shadow = [3, 2]
    private static let events = 8
    private static let plan = Digest32(of: [[5]])

    /// What goes in, in the clear.
    private struct World {
        var cell: Cell
        var shadow: [[UInt8]] = []
        var counts: [[Int]] = []
        var plain: [[UInt8]] = []
        var inputs: [PartyID: BatchInputs] = [:]
        var next: [PartyID: BatchInputs] = [:]
        var counted: [PartyID: CountInputs] = [:]

        /// - Parameters:
        ///   - bits: of the second spec; by transaction, where they are others than thermometers drawn at random.
        ///   - refused: who refuses which transaction's second bits.
        init(
            seed: UInt64, bits: [Int: UInt8] = [:], refused: [PartyID: Set<Int>] = [:], main: [PartyID: Set<Int>] = [:]
        ) throws {
            cell = try Cell(bits: own + open, own: own, trees: 5, depth: 3, ringBits: 16, seed: seed)
            var random = SplitMix64(state: seed)
            for party in PartyID.allCases {
                inputs[party] = BatchInputs(bits: own, capacity: events)
                next[party] = BatchInputs(bits: 5, capacity: events)
                counted[party] = CountInputs(shape: nil, openBits: open)
            }
            for event in 0..<events {
                let ownBits = [UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...1, using: &random)]
                let second = [
                    bits[event]
                        ?? [0, 1, 3, 7].randomElement(using: &random)! | [0, 8, 24].randomElement(using: &random)!
                ]
                let set = (0..<open).filter { _ in Bool.random(using: &random) }
                shadow.append(second)
                counts.append(set)
                var whole = ownBits + [0]
                for bit in set.map({ $0 + own }) { whole[bit >> 3] |= 1 << UInt8(bit & 7) }
                plain.append(whole)
                let (one, two) = (
                    Shared(ownBits, in: ExclusiveOr.self, &random), Shared(second, in: ExclusiveOr.self, &random)
                )
                for party in PartyID.allCases {
                    if main[party]?.contains(event) == true {
                        inputs[party]?.append(refused: 6)
                        counted[party]?.append(refused: 6)
                    } else {
                        inputs[party]?.append(BitShares(first: one.at(party).first, second: one.at(party).second))
                        counted[party]?.append([CountShare](), of: [Int](), thresholds: [UInt16]())
                        for bit in set { counted[party]?.setOpen(bit) }
                    }
                    if refused[party]?.contains(event) == true {
                        next[party]?.append(refused: 4)
                    } else {
                        next[party]?.append(BitShares(first: two.at(party).first, second: two.at(party).second))
                    }
                }
            }
        }

        func run(order: UInt64, shadow isThere: Bool = true) throws -> Cell.Run {
            let rule = ThermometerRule(features: ShadowInputsTests.shadow)
            let work = Dictionary(
                uniqueKeysWithValues: PartyID.allCases.map { party in
                    let shadow = isThere ? ShadowInputs(next[party]!, rule: rule) : nil
                    return (
                        party, BatchWork.count(cell.models[party]!, inputs[party]!, counted[party]!, shadow: shadow)
                    )
                })
            return try cell.run(plan: plan, work: work, order: order)
        }

        /// A transaction's bits of the second spec with those of counts behind them.
        func kept(_ event: Int) -> [UInt8] {
            var out = shadow[event] + [0]
            for bit in counts[event].map({ $0 + 5 }) { out[bit >> 3] |= 1 << UInt8(bit & 7) }
            return out
        }
    }

    private func opened(_ run: Cell.Run) throws -> (codes: [[UInt8]], rows: [Int: [UInt8]]) {
        let kept = try PartyID.allCases.map { try #require(run.results[$0]?.shadow) }
        var rows: [Int: [UInt8]] = [:]
        for inputs in kept {
            #expect(inputs.bits == 5 + Self.open && inputs.count == Self.events)
            inputs.forEach { at, first, _ in
                rows[at] = rows[at].map { zip($0, first).map { $0 ^ $1 } } ?? Array(first)
            }
        }
        // A party's second component is the next one's first.
        for party in PartyID.allCases {
            var (seconds, firsts) = ([[UInt8]](), [[UInt8]]())
            kept[party.rawValue].forEach {
                seconds.append(Array($2)); _ = $1
            }
            kept[party.next.rawValue].forEach {
                firsts.append(Array($1)); _ = $2
            }
            #expect(seconds == firsts)
        }
        return (kept.map(\.codes), rows)
    }

    private func scores(_ run: Cell.Run) throws -> [Int64] {
        let shares = try PartyID.allCases.map { UInt16.unpack(try #require(run.results[$0]).scoreShares) }
        return shares[0].indices.map { Int64(Int16(bitPattern: shares[0][$0] &+ shares[1][$0] &+ shares[2][$0])) }
    }

    @Test(
        "are kept with the bits of counts behind them, and no score hangs on them",
        arguments: 1...8 as ClosedRange<UInt64>)
    func kept(seed: UInt64) throws {
        let world = try World(seed: seed)
        let run = try world.run(order: seed)
        let (codes, rows) = try opened(run)
        #expect(codes.allSatisfy { $0.allSatisfy { $0 == 0 } } && rows.count == Self.events)
        for event in 0..<Self.events { #expect(rows[event] == world.kept(event)) }
        #expect(try scores(run) == world.plain.map { world.cell.plain($0) })
        #expect(try scores(world.run(order: seed, shadow: false)) == scores(run))
        #expect(try PartyID.allCases.allSatisfy { try world.run(order: 1, shadow: false).results[$0]?.shadow == nil })
    }

    @Test(
        "one that a party can't use, or that is no thermometer, is kept by nobody, and scored all the same",
        arguments: PartyID.allCases)
    func refused(party: PartyID) throws {
        // 2 has a bit behind one that is not set, and 5 behind one of the second feature.
        let world = try World(seed: 11, bits: [2: 0b00101, 5: 0b10000], refused: [party: [0], party.next: [0, 7]])
        let run = try world.run(order: 3)
        let (codes, rows) = try opened(run)
        #expect(Set(rows.keys) == [1, 3, 4, 6])
        for (event, row) in rows { #expect(row == world.kept(event)) }
        for own in codes { #expect(own.indices.filter { own[$0] != 0 } == [0, 2, 5, 7]) }
        let all = try #require(run.results[party])
        #expect(
            all.refusals.allSatisfy { $0 == nil } && all.agreement.shadow == (0..<8).map { ![0, 2, 5, 7].contains($0) })
        #expect(try scores(run) == world.plain.map { world.cell.plain($0) })
    }

    @Test("of a transaction that is not scored are not kept", arguments: PartyID.allCases)
    func notScored(party: PartyID) throws {
        let world = try World(seed: 12, main: [party: [3]])
        let run = try world.run(order: 3)
        let (codes, kept) = try opened(run)
        let refusal = run.results[party]?.refusals[3]
        #expect(kept[3] == nil && codes.allSatisfy { $0[3] != 0 } && refusal?.party == party && refusal?.code == 6)
    }

    @Test("whose shares differ between parties are kept by nobody, whichever component it is")
    func differing() throws {
        for party in PartyID.allCases {
            for isFirst in [true, false] {
                var world = try World(seed: 13)
                var other = BatchInputs(bits: 5, capacity: Self.events)
                world.next[party]?.forEach { at, first, second in
                    var (first, second) = (Array(first), Array(second))
                    if at == 4, isFirst { first[0] ^= 1 }
                    if at == 4, !isFirst { second[0] ^= 1 }
                    other.append(BitShares(first: first, second: second))
                }
                world.next[party] = other
                let kept = try #require(world.run(order: 5).results[.zero]?.shadow)
                #expect(kept.codes.indices.filter { kept.codes[$0] != 0 } == [4])
            }
        }
    }

    @Test("are not printed")
    func silent() throws {
        let shadow = ShadowInputs(
            BatchInputs([BitShares(first: [77], second: [78])], bits: 8), rule: ThermometerRule(features: [8]))
        #expect("\(shadow)" == "ShadowInputs(1 transactions)" && Mirror(reflecting: shadow).children.isEmpty)
    }
}
