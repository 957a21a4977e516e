package import Records

/// One validation at one party: kept rows are scored by one or two models, and how many of each class and member have a score in
/// each bin is counted, all in shares. Opened are the frauds, and histograms over all members. No I/O, no clock.
///
/// It keeps nothing: an attempt that ended begins anew, and sends the same bytes.
package struct ValidationSession: ExchangedSession, ~Copyable {
    package let attempt: UInt64
    package let kind = Frame.Kind.validation
    private let validation: Validation
    private var run: InteractionRun<Validation.Ended>

    package typealias Effect = ExchangedEffect<Never, ValidatedScores>

    /// - Parameters:
    ///   - rows: as many as the plan says, the same and in the same order at all parties.
    ///   - challengerRows: the same events as the first of two models reads them; nil where both read `rows`.
    ///   - models: the plan's, in its order, as this party prepared its components.
    ///   - keys: of this party, for nothing but training and validation.
    ///   - attempt: stands in every frame; masks do not hang on it.
    /// - Throws: `rows` where there are others than the plan says, or of other bits than a model reads; `validation` for models of
    ///   other shapes.
    package init(
        party: PartyID, plan: ValidationPlan, rows: TrainingRows, challengerRows: TrainingRows? = nil,
        models: [PreparedModel], keys: TrainingKeys, attempt: UInt64
    ) throws(TrainingError) {
        guard rows.count == plan.rows else { throw .rows(expected: plan.rows, got: rows.count) }
        guard rows.bits == plan.bits else { throw .rows(expected: plan.bits, got: rows.bits) }
        let first = challengerRows ?? rows
        guard first.count == plan.rows else { throw .rows(expected: plan.rows, got: first.count) }
        guard first.bits == plan.models[0].shape.bits else {
            throw .rows(expected: plan.models[0].shape.bits, got: first.bits)
        }
        guard models.map(\.shape) == plan.models.map(\.shape) else { throw .validation(.models) }
        self.attempt = attempt
        validation = Validation(
            steps: SecureSteps(party: party), plan: plan, rows: rows, firstRows: first, models: models)
        run = InteractionRun(party: party, keys: keys, plan: plan.digest, kind: kind, attempt: attempt)
    }

    package var missing: [PartyID] { run.missing }

    package mutating func start() throws(TrainingError) -> [Effect] { try carryOn(run.begin(validation.whole())) }

    /// - Throws: `disagreement` where the peer has another plan or has seen other messages, `wrongLength`, `unexpected`;
    ///   `validation` where the window has too few rows of a class, or what was opened does not add up.
    package mutating func receive(_ frame: Frame) throws(TrainingError) -> [Effect] {
        var effects: [Effect] = []
        var frames = [frame][...]
        while let frame = frames.popFirst() {
            guard let progress = try run.receive(frame) else { continue }
            effects += try carryOn(progress)
            frames += run.takeHeld()
        }
        return effects
    }

    private func carryOn(_ progress: InteractionRun<Validation.Ended>.Progress) throws(TrainingError) -> [Effect] {
        switch progress {
        case .waiting(let sends): return sends.map { .send($0.frame, to: $0.peer) }
        case .finished(.success(let scores)): return [.finished(scores)]
        case .finished(.failure(let refusal)): throw .validation(refusal)
        }
    }
}

extension Frame.Kind {
    /// A piece of what a party sends in a round of a validation (`TrainingPiece`, of group 0). Digest: of the plan and of every
    /// message before that round.
    package static let validation = Frame.Kind(rawValue: 37)
}

/// What a validation computes, as one party does it.
struct Validation: Unprinted {
    let steps: SecureSteps
    let plan: ValidationPlan
    /// With the labels that count.
    let rows: TrainingRows
    /// The same events as the first model reads them.
    let firstRows: TrainingRows
    let models: [PreparedModel]

    typealias Ended = Result<ValidatedScores, ValidationRefusal>

    /// `plan.rounds` rounds, or what comes before the rows where there are too few of a class.
    func whole() -> Interaction<Ended> {
        let labels = rows.labelBits
        return frauds(labels, from: 0, AdditiveShares(zeros: 1)).then { steps.open($0) }.then { opened in
            let frauds = Int(opened[0])
            guard frauds >= plan.least.frauds else {
                return .finished(.failure(.frauds(frauds, least: plan.least.frauds)))
            }
            guard plan.rows - frauds >= plan.least.legitimate else {
                return .finished(.failure(.legitimate(plan.rows - frauds, least: plan.least.legitimate)))
            }
            let sums = plan.models.map {
                BinSums(
                    ScoreBins(ringBits: $0.shape.ringBits, thresholds: $0.thresholds), members: plan.members.count)
            }
            return count(labels, from: 0, into: sums).then { opening(sums) }.map { scores in
                let isWhole = scores.allSatisfy { $0.histogram.rows == plan.rows && $0.histogram.frauds == frauds }
                return isWhole ? .success(ValidatedScores(frauds: frauds, models: scores)) : .failure(.sums)
            }
        }
    }

    /// The sum of labels. Two rounds for a piece of them.
    private func frauds(
        _ labels: XORShares<UInt8>, from begin: Int, _ sum: AdditiveShares<UInt32>
    ) -> Interaction<AdditiveShares<UInt32>> {
        guard begin < plan.rows else { return .finished(sum) }
        let range = begin..<min(begin + ValidationPlan.labelPiece, plan.rows)
        return steps.toRing(labels[range], as: UInt32.self, .bits).then { ring in
            frauds(labels, from: range.upperBound, sum + ring.map { [$0.reduce(0, &+)] })
        }
    }

    /// Counts all rows, a piece after the other. Four rounds each.
    private func count(_ labels: XORShares<UInt8>, from begin: Int, into sums: [BinSums]) -> Interaction<Void> {
        guard begin < plan.rows else { return .finished(()) }
        let range = begin..<min(begin + plan.piece, plan.rows)
        let (part, members) = (labels[range], plan.memberOfRow[range])
        func one(_ at: Int) -> Interaction<Void> {
            let inputs = (at == 0 ? firstRows : rows).inputs(range)
            return switch models[at].lookup {
            case .z16(let lookup):
                RowScoring(steps: steps, model: models[at], lookup: lookup, names: ValidationSteps.all[at])
                    .count(inputs, part, members: members, into: sums[at])
            case .z32(let lookup):
                RowScoring(steps: steps, model: models[at], lookup: lookup, names: ValidationSteps.all[at])
                    .count(inputs, part, members: members, into: sums[at])
            }
        }
        let first = one(0)
        let all = models.count == 1 ? first : first.beside(one(1)).map { _ in }
        return all.then { count(labels, from: range.upperBound, into: sums) }
    }

    /// Shares all sums anew, and opens those over all members. Two rounds.
    private func opening(_ sums: [BinSums]) -> Interaction<[ValidatedScores.Model]> {
        func fresh(_ at: Int) -> Interaction<AdditiveShares<UInt32>> {
            steps.reshare(sums[at].elements, ValidationSteps.all[at].sums)
        }
        let all = sums.count == 1 ? fresh(0).map { [$0] } : fresh(0).beside(fresh(1)).map { [$0, $1] }
        return all.then { shares in
            let totals = shares.indices.map { at in shares[at].map { total($0, bins: sums[at].bins.count) } }
            let first = totals.map(\.first).flatMap { $0 }
            let second = totals.map(\.second).flatMap { $0 }
            return steps.open(AdditiveShares(first: first, second: second)).map { opened in
                var rest = opened[...]
                return shares.indices.map { at in
                    let width = 2 * sums[at].bins.count
                    defer { rest = rest.dropFirst(width) }
                    let own = shares[at].first
                    return ValidatedScores.Model(
                        histogram: ClassHistogram(rest.prefix(width)),
                        members: plan.members.indices.map {
                            HistogramShare(own[$0 * width..<($0 + 1) * width])
                        })
                }
            }
        }
    }

    /// Of each bin and class the sum over all members.
    private func total(_ elements: [UInt32], bins: Int) -> [UInt32] {
        var out = [UInt32](repeating: 0, count: 2 * bins)
        for (at, element) in elements.enumerated() { out[at % out.count] &+= element }
        return out
    }
}

extension TrainingRows {
    /// Some rows as those of a batch.
    fileprivate func inputs(_ range: Range<Int>) -> BatchInputs {
        var inputs = BatchInputs(bits: bits, capacity: range.count)
        for row in range { inputs.append(self[row].shares) }
        return inputs
    }
}
