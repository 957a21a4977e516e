import Model
import Support

/// A spec of features with `edges[f]` edges at 1, 2, 3, ...
func testSpec(edges: [Int]) throws -> BinnedSpec {
    let features = edges.indices.map { Feature(name: "f\($0)", kind: .amount) }
    return try BinnedSpec(
        spec: FeatureSpec(name: "test", features: features),
        edges: edges.map { count in (0..<count).map { Double($0 + 1) } })
}

/// Rows whose outcome depends on two features together, with noise.
func testSet(rows: Int, edges: [Int], seed: UInt64) throws -> TrainingSet {
    var random = SplitMix64(seed)
    var set = TrainingSet(spec: try testSpec(edges: edges))
    for _ in 0..<rows {
        let bins = edges.map { UInt8(Int.random(in: 0...$0, using: &random)) }
        let likely = Int(bins[0]) > edges[0] / 2 && Int(bins[bins.count - 1]) > edges[bins.count - 1] / 2
        try set.append(bins, fraud: Int.random(in: 0..<100, using: &random) < (likely ? 80 : 10))
    }
    return set
}

/// A row's packed thermometer bits.
func thermometer(_ set: TrainingSet, row: Int) -> [UInt8] { set.spec.thermometer(set.columns.map { $0[row] }) }

/// Sum over all rows of (outcome - score)², in squared units of the last fraction bit.
func squaredLoss(_ forest: Forest, _ set: TrainingSet) -> Int64 {
    var loss: Int64 = 0
    for row in 0..<set.count {
        let target: Int64 = set.fraud[row] ? 1 << forest.fractionBits : 0
        let residual = target - forest.score(thermometer: thermometer(set, row: row))
        loss += residual * residual
    }
    return loss
}
