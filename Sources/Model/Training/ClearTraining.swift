/// A first model from labelled transactions in the clear: public edges, trees, calibration.
///
/// - Parameters:
///   - bins: published bins of the same spec to train on; nil learns them from the rows.
///   - rows: the features of the training days' transactions, and whether each was a fraud.
///   - progress: called after every tree with the trees grown so far.
/// - Returns: a model whose calibration is fitted on the same rows as its trees.
/// - Throws: `BinnedSpec.Invalid`, `TrainingSet.Invalid`, `PlainTrainer.Failure`, `Calibration.Invalid` or
///   `ClearModelError`.
package func trainClearModel(
    version: String, spec: FeatureSpec, bins: BinnedSpec? = nil, rows: [(values: [Double], fraud: Bool)],
    options: TrainingOptions = TrainingOptions(), progress: (Int) -> Void = { _ in }
) throws -> ClearModel {
    let binned = try bins ?? BinnedSpec(fitting: spec, to: rows.map(\.values))
    var set = TrainingSet(spec: binned)
    set.reserve(rows.count)
    for row in rows { try set.append(binned.bins(row.values), fraud: row.fraud) }
    let forest = try PlainTrainer(options: options).train(set, progress: progress)
    let calibration = try Calibration.fit(
        rows.map { (forest.score(thermometer: binned.thermometer(binned.bins($0.values))), $0.fraud) })
    return try ClearModel(version: version, binned: binned, forest: forest, calibration: calibration)
}
