import Model
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

private let day: Int64 = 86_400
private let plan = Digest32(of: [[7]])

/// Transactions with their own bits, and counts of which parties hold shares, for a model that reads both.
private struct CountedCell {
    let features: CountFeatures
    let ownBits: Int
    var cell: Cell
    /// By transaction: what the model reads, in the clear.
    private(set) var plain: [[UInt8]] = []
    private(set) var work: [PartyID: BatchWork] = [:]

    init(features: CountFeatures, ownBits: Int, thresholds: [Int64]? = nil, seed: UInt64) throws {
        self.features = features
        self.ownBits = ownBits
        cell = try Cell(
            bits: ownBits + features.bits, own: ownBits, trees: 7, depth: 3, ringBits: 16, thresholds: thresholds,
            seed: seed)
    }

    /// - Parameters:
    ///   - counts: for each transaction and lookup, events and frauds; and a value for each open feature.
    ///   - refused: who refuses which transactions.
    mutating func fill(
        _ counts: [(secret: [(events: Int, frauds: Int)], open: [Int])], refused: [PartyID: Set<Int>] = [:]
    ) throws {
        var own = try Cell(bits: ownBits, trees: 1, depth: 1, ringBits: 16, seed: 99)
        own.generator = cell.generator
        let (bits, shared) = own.inputs(counts.count)
        var generator = own.generator
        var batches: [PartyID: (BatchInputs, CountInputs)] = [:]
        for party in PartyID.allCases {
            batches[party] = (BatchInputs(bits: ownBits, capacity: counts.count), CountInputs(features))
        }
        plain = []
        for (event, count) in counts.enumerated() {
            let components = count.secret.map { count -> [UInt16] in
                let (zero, one) = (
                    UInt16.random(in: 0...UInt16.max, using: &generator),
                    UInt16.random(in: 0...UInt16.max, using: &generator)
                )
                return [zero, one, UInt16(count.frauds) &- zero &- one]
            }
            for party in PartyID.allCases {
                if refused[party]?.contains(event) == true {
                    batches[party]?.0.append(refused: 6)
                    batches[party]?.1.append(refused: 6)
                    continue
                }
                batches[party]?.0.append(shared[party]![event])
                batches[party]?.1.append(
                    features,
                    secret: zip(components, count.secret).map {
                        (CountShare(first: $0[party.rawValue], second: $0[party.next.rawValue]), $1.events)
                    }, open: count.open)
            }
            plain.append(whole(bits[event], count))
        }
        work = batches.mapValues { .count(cell.models[.zero]!, $0.0, $0.1) }
        for (party, batch) in batches { work[party] = .count(cell.models[party]!, batch.0, batch.1) }
    }

    private func whole(_ own: [UInt8], _ count: (secret: [(events: Int, frauds: Int)], open: [Int])) -> [UInt8] {
        var bits = (0..<ownBits).map { own[$0 >> 3] >> UInt8($0 & 7) & 1 == 1 }
        var lookup = 0
        var open = 0
        for (index, feature) in features.features.enumerated() {
            let value: Double
            if feature.kind.isSecret {
                while !features.lookups[lookup].features.contains(index) { lookup += 1 }
                let (events, frauds) = count.secret[lookup]
                value = feature.kind == .frauds ? Double(frauds) : Double(frauds) / Double(max(events, 1))
            } else {
                value = Double(count.open[open])
                open += 1
            }
            bits += feature.edges.map { value >= $0 }
        }
        var packed = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (at, bit) in bits.enumerated() where bit { packed[at >> 3] |= 1 << UInt8(at & 7) }
        return packed
    }

    func scores(_ run: Cell.Run) throws -> [Int64] {
        let shares = try PartyID.allCases.map { UInt16.unpack(try #require(run.results[$0]).scoreShares) }
        return shares[0].indices.map { event in
            Int64(Int16(bitPattern: shares[0][event] &+ shares[1][event] &+ shares[2][event]))
        }
    }
}

private func features(secret: Bool = true, open: Bool = true) throws -> CountFeatures {
    var list: [CountFeatures.Feature] = []
    if secret {
        list += [
            .init(slot: 0, kind: .frauds, over: day, delay: 7 * day, edges: [1, 2, 5]),
            .init(slot: 0, kind: .rate, over: day, delay: 7 * day, edges: [0.01, 0.3, 1]),
            .init(slot: 1, kind: .rate, over: 30 * day, delay: 7 * day, edges: [0.02, 0.5]),
        ]
    }
    if open {
        list += [
            .init(slot: 0, kind: .events, over: day, delay: 7 * day, edges: [1, 10, 100]),
            .init(slot: 1, kind: .members, over: 3600, delay: 0, edges: [1, 2]),
        ]
    }
    return try #require(CountFeatures(bucket: day, slots: 2, features: list))
}

@Suite("A batch")
struct BatchRunTests {
    private func counts(_ number: Int, _ features: CountFeatures, seed: UInt64) -> [(
        secret: [(events: Int, frauds: Int)], open: [Int]
    )] {
        var generator = SplitMix64(state: seed)
        return (0..<number).map { _ in
            (
                features.lookups.map { _ in
                    let events = Int.random(in: 0...200, using: &generator)
                    return (events, Int.random(in: 0...min(events, 9), using: &generator))
                },
                features.features.filter { !$0.kind.isSecret }.map { _ in Int.random(in: 0...120, using: &generator) }
            )
        }
    }

    @Test(
        "with counts behind a member's bits scores as the model in the clear", arguments: [1, 7, 8, 13, 24], [1, 2, 3])
    func counted(ownBits: Int, order: UInt64) throws {
        let features = try features()
        var cell = try CountedCell(features: features, ownBits: ownBits, seed: UInt64(ownBits))
        try cell.fill(counts(17, features, seed: order))
        let run = try cell.cell.run(plan: plan, work: cell.work, order: order)
        #expect(try cell.scores(run) == cell.plain.map { cell.cell.plain($0) })
        #expect(PartyID.allCases.allSatisfy { run.results[$0]?.rounds == 4 })
        #expect(Set(PartyID.allCases.map { run.results[$0]?.agreement.digest }).count == 1)
    }

    @Test("with open counts alone takes two rounds")
    func openCounts() throws {
        let features = try features(secret: false)
        var cell = try CountedCell(features: features, ownBits: 5, seed: 3)
        try cell.fill(counts(9, features, seed: 3))
        let run = try cell.cell.run(plan: plan, work: cell.work)
        #expect(try cell.scores(run) == cell.plain.map { cell.cell.plain($0) })
        #expect(PartyID.allCases.allSatisfy { run.results[$0]?.rounds == 2 })
    }

    @Test("leaves out what one party refuses, and says which")
    func refused() throws {
        let features = try features()
        var cell = try CountedCell(features: features, ownBits: 11, seed: 4)
        try cell.fill(counts(6, features, seed: 4), refused: [.one: [2], .two: [2, 5]])
        let run = try cell.cell.run(plan: plan, work: cell.work, order: 5)
        let scores = try cell.scores(run)
        for event in [0, 1, 3, 4] { #expect(scores[event] == cell.cell.plain(cell.plain[event])) }
        for party in PartyID.allCases {
            let refusals = try #require(run.results[party]).refusals
            #expect(refusals.map { $0?.party } == [nil, nil, .one, nil, nil, .two])
            #expect(try #require(run.results[party]).agreement.refusals == refusals)
        }
    }

    @Test(
        "whose scores are rounded opens the step of the model's score alone",
        arguments: [1, 2, 3, 4, 5, 6] as [UInt64], [true, false])
    func rounded(order: UInt64, secret: Bool) throws {
        let features = try features(secret: secret)
        let thresholds: [Int64] = [-9000, -2000, -500, 0, 1, 700, 2500, 8000, 20_000]
        var cell = try CountedCell(features: features, ownBits: 9, thresholds: thresholds, seed: order)
        try cell.fill(counts(20, features, seed: order), refused: [.two: [3]])
        let run = try cell.cell.run(plan: plan, work: cell.work, order: order)
        let results = try PartyID.allCases.map { try #require(run.results[$0]) }
        #expect(Set(results.map(\.agreedDigest)).count == 1 && results.allSatisfy { $0.rounds == (secret ? 6 : 4) })
        for event in 0..<20 where event != 3 {
            let bits = (0..<2).map { byte in results.reduce(UInt8(0)) { $0 ^ $1.scoreShares[event * 2 + byte] } }
            let score = cell.cell.plain(cell.plain[event])
            #expect(
                bits
                    == (0..<2).map { byte in
                        thresholds.enumerated().reduce(UInt8(0)) {
                            $0 | ($1.0 >> 3 == byte && score >= $1.1 ? 1 << UInt8($1.0 & 7) : 0)
                        }
                    })
        }
        #expect(results.allSatisfy { $0.scoreShares[6..<8] == [0, 0] && $0.refusals[3]?.party == .two })
        let again = try cell.cell.run(plan: plan, work: cell.work, order: order + 7)
        #expect(PartyID.allCases.allSatisfy { again.results[$0]?.scoreShares == run.results[$0]?.scoreShares })
    }

    @Test("that only agrees takes one round and says who refused what", arguments: [1, 2, 3, 4] as [UInt64])
    func agreement(order: UInt64) throws {
        let cell = try Cell(bits: 3, trees: 1, depth: 1, ringBits: 16, seed: 1)
        let run = try cell.run(
            plan: plan,
            work: [
                .zero: .agree(LabelInputs(refusals: [0, 0, 3])), .one: .agree(LabelInputs(refusals: [0, 0, 0])),
                .two: .agree(LabelInputs(refusals: [0, 6, 6])),
            ], order: order)
        for party in PartyID.allCases {
            let result = try #require(run.results[party])
            #expect(result.rounds == 1 && result.scoreShares.isEmpty)
            #expect(result.refusals.map { $0?.party } == [nil, .two, .zero])
            #expect(result.agreement.codes == [[0, 0, 3], [0, 0, 0], [0, 6, 6]])
        }
    }

    @Test("over other counts stops where a party has another plan")
    func otherPlan() throws {
        let features = try features()
        var cell = try CountedCell(features: features, ownBits: 8, seed: 6)
        try cell.fill(counts(3, features, seed: 6))
        #expect(throws: StepError.self) {
            try cell.cell.run(plan: plan, work: cell.work) { frame in
                if frame.sender == .two, frame.kind == .refusals { frame.digest = Digest32(of: [[8]]) }
            }
        }
    }
}

@Suite("Count features")
struct CountFeaturesTests {
    @Test("of one window and token are one lookup")
    func lookups() throws {
        let features = try features()
        #expect(features.lookups.map(\.features) == [0..<2, 2..<3])
        #expect(features.shape?.thresholds == [6, 2] && features.bits == 13 && features.reach == 38 * day)
    }
}
