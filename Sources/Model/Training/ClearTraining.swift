package import Records

/// How a forest is boosted in the clear.
package enum TrainingMethod: Sendable, Hashable {
    /// By exact gains over all thermometer bits (`PlainTrainer`).
    case gains(TrainingOptions)
    /// By the rule that parties can follow on shares, with candidates that a coin draws (`ReferenceTrainer`).
    case shares(TrainingRule, TrainingCoin)

    /// Trees that it grows.
    package var trees: Int {
        switch self {
        case .gains(let options): options.trees
        case .shares(let rule, _): rule.trees
        }
    }

    /// Levels of each tree.
    package var depth: Int {
        switch self {
        case .gains(let options): options.depth
        case .shares(let rule, _): rule.depth
        }
    }
}

/// A first model from labelled transactions in the clear: public edges, trees, calibration, and a scorecard of the trees' scores.
///
/// - Parameters:
///   - bins: published bins of the same spec to train on; nil learns them from the rows.
///   - rows: the features of the training days' transactions, and whether each was a fraud.
///   - method: the trainer. With `gains`, its options have as many fraction bits at most: where scores would not fit 16 bits, which
///     cost half of what 32 do, the forest is boosted anew with a fraction bit less, down to 11. For `shares`, the rows are taken
///     to be the population that the bits' frequencies are of, as they are for the frequencies that go with the model's bins.
///   - progress: called after every tree with the trees grown so far.
/// - Returns: a model whose calibration and scorecard are fitted on the same rows as its trees.
/// - Throws: `BinnedSpec.Invalid`, `TrainingSet.Invalid`, `PlainTrainer.Failure`, `ReferenceTrainer.Failure`,
///   `Calibration.Invalid` or `ClearModelError`.
package func trainClearModel(
    version: String, spec: FeatureSpec, bins: BinnedSpec? = nil, rows: [(values: [Double], fraud: Bool)],
    by method: TrainingMethod = .gains(TrainingOptions()), progress: (Int) -> Void = { _ in }
) throws -> ClearModel {
    let binned = try bins ?? BinnedSpec(fitting: spec, to: rows.map(\.values))
    var set = TrainingSet(spec: binned)
    set.reserve(rows.count)
    for row in rows { try set.append(binned.bins(row.values), fraud: row.fraud) }
    let forest = try train(set, by: method, progress: progress)
    let calibration = try Calibration.fit(
        rows.map { (forest.score(thermometer: binned.thermometer(binned.bins($0.values))), $0.fraud) })
    let counted = try set.frequencies.map(binned.with) ?? binned
    let card = try fitCard(BitColumns(set), binned, forest: forest, by: method)
    return try ClearModel(version: version, binned: counted, forest: forest, calibration: calibration, card: card)
}

/// A card by the rule's prior and table; nil where scores are finer than a card's points can be.
private func fitCard(
    _ columns: BitColumns, _ binned: BinnedSpec, forest: Forest, by method: TrainingMethod
) throws -> Scorecard? {
    guard let card = CardRule(features: binned.edges.map(\.count)), (1...14).contains(forest.fractionBits) else {
        return nil
    }
    let rule =
        switch method {
        case .gains: try TrainingRule(fraction: forest.fractionBits)
        case .shares(let rule, _): rule
        }
    return ReferenceCardTrainer(rule: rule, card: card).train(columns, forest: forest)
}

private func train(_ set: TrainingSet, by method: TrainingMethod, progress: (Int) -> Void) throws -> Forest {
    switch method {
    case .gains(var options):
        var forest = try PlainTrainer(options: options).train(set, progress: progress)
        while forest.ring == .z32, options.fractionBits > 11 {
            options.fractionBits -= 1
            forest = try PlainTrainer(options: options).train(set, progress: progress)
        }
        return forest
    case .shares(let rule, let coin):
        guard let frequencies = set.frequencies else { throw ReferenceTrainer.Failure.bounds(.rows) }
        return try ReferenceTrainer(rule: rule, frequencies: frequencies, coin: coin)
            .train(BitColumns(set), progress: progress)
    }
}
