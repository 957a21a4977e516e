import Model
import Records
import Terminal
import ThreeParty
import Worlds

/// A validation on shares among three parties, on invented rows of some members and random models, beside the same count in the
/// clear.
struct ValidationBench {
    let plan: ValidationPlan
    /// One a model. The first has the rows' bits, too.
    private let cells: [BenchCell]
    private let frauds: [Bool]

    /// What one party came to.
    struct Party: Codable, Sendable {
        var use: PartyUse
        /// By model: rows of each bin that are no frauds, and frauds.
        var opened: [Counts]
        /// By model and member, this party's share.
        var members: [[[UInt8]]]
    }

    /// Rows by bin.
    struct Counts: Codable, Sendable, Equatable {
        var legitimate: [UInt32]
        var fraud: [UInt32]

        init(_ histogram: ClassHistogram) { (legitimate, fraud) = (histogram.legitimate, histogram.fraud) }

        init(bins: Int) {
            legitimate = [UInt32](repeating: 0, count: bins)
            fraud = legitimate
        }
    }

    /// - Parameters:
    ///   - count: rows, of which one in fifty is a fraud, more often one of a high score.
    ///   - models: one or two, of a size each.
    ///   - bins: of a histogram, with about as many rows in each.
    init(rows count: Int, bits: Int, trees: Int, depth: Int, models: Int, bins: Int, members: Int, seed: UInt64) throws
    {
        let first = try BenchCell(bits: bits, trees: trees, depth: depth, batch: count, seed: seed, steps: 0)
        cells =
            try [first]
            + (1..<models).map {
                try BenchCell(bits: bits, trees: trees, depth: depth, batch: 0, seed: seed + UInt64($0), steps: 0)
            }
        let scores = first.inputs.map { first.forest.score(thermometer: $0) }
        let high = scores.sorted()[count * 9 / 10]
        var random = SeededRandom(seed: seed, stream: 3)
        frauds = scores.map { Int.random(in: 0..<100, using: &random) < ($0 >= high ? 11 : 1) }
        let described = cells.enumerated().map { at, cell in
            let sorted = first.inputs.map { cell.forest.score(thermometer: $0) }.sorted()
            var thresholds: [Int64] = []
            for bin in 1..<max(bins, 2) {
                thresholds.append(max(sorted[bin * count / bins], (thresholds.last ?? .min / 2) + 1))
            }
            return ValidationPlan.Model(
                digest: Digest32(of: [Array("cordon-bench".utf8), [UInt8(at)]]), shape: cell.shape,
                fraction: cell.forest.fractionBits, thresholds: thresholds)
        }
        plan = try ValidationPlan(
            source: Digest32(of: [Array("cordon-bench".utf8)]), bits: bits,
            members: (0..<members).compactMap { MemberID("bank-\($0)") },
            memberOfRow: (0..<count).map { UInt16($0 % members) }, models: described, least: (1, 1))
    }

    /// One party's validation over its links, which are up.
    func validate(over transport: any Transport, keys: consuming PairKeys, in place: PartyPlace) throws -> Party {
        let session = try ValidationSession(
            party: transport.party, plan: plan, rows: rows(of: transport.party),
            models: cells.map { try $0.model(for: transport.party) }, keys: TrainingKeys(keys), attempt: 1)
        let (scores, use) = try PartyUse.measured(session, over: transport, in: place)
        return Party(
            use: use, opened: scores.models.map { Counts($0.histogram) },
            members: scores.models.map { $0.members.map(\.encoded) })
    }

    private func rows(of party: PartyID) throws -> TrainingRows {
        var random = SeededRandom(seed: 1, stream: 4)
        let inputs = try cells[0].shares(for: party)
        var rows = TrainingRows(bits: plan.bits)
        for (row, isFraud) in frauds.enumerated() {
            let (zero, one) = (
                UInt16.random(in: 0...UInt16.max, using: &random), UInt16.random(in: 0...UInt16.max, using: &random)
            )
            let parts = [zero, one, (isFraud ? 1 : 0) &- zero &- one]
            var (first, second): ([UInt8], [UInt8]) = ([], [])
            inputs.write(row, first: &first, second: &second)
            rows.append(
                BitShares(first: first, second: second),
                label: CountShare(first: parts[party.rawValue], second: parts[party.next.rawValue]))
        }
        return rows
    }

    /// Validates, each party on a thread of this process, without sockets.
    func threads() throws -> [Party] {
        try PartyThreads.reports { try validate(over: $0, keys: $1, in: .thread) }
    }

    /// Holds what the parties came to against the rows in the clear, each member's own counts, too.
    ///
    /// - Returns: seconds that scoring and counting in the clear took.
    func check(_ parties: [Party]) throws -> Double {
        let begin = ContinuousClock.now
        for (at, (cell, model)) in zip(cells, plan.models).enumerated() {
            var members = plan.members.map { _ in Counts(bins: model.bins) }
            var all = Counts(bins: model.bins)
            for (row, input) in cells[0].inputs.enumerated() {
                let score = cell.forest.score(thermometer: input)
                let bin = model.thresholds.count { score >= $0 }
                let member = Int(plan.memberOfRow[row])
                if frauds[row] {
                    members[member].fraud[bin] += 1
                    all.fraud[bin] += 1
                } else {
                    members[member].legitimate[bin] += 1
                    all.legitimate[bin] += 1
                }
            }
            let added = plan.members.indices.map { member in
                ClassHistogram(adding: parties.map { $0.members[at][member] }, bins: model.bins).map { Counts($0) }
            }
            guard parties.count == 3, parties.allSatisfy({ $0.opened[at] == all }), added == members else {
                throw Failure("the parties count other rows than are counted in the clear")
            }
        }
        return (.now - begin) / .seconds(1)
    }
}
