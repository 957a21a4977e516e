import Model
import Records
import Support

/// Models of random trees of depth four that a test's cell scores with.
enum AttackedModels {
    /// Four features of seven edges that a member computes.
    ///
    /// - Parameter steps: scores at which the calibration's steps begin.
    static func plain(steps: [Int64] = [0]) throws -> (BinnedSpec, ClearModel) {
        let spec = try BinnedSpec(
            spec: FeatureSpec(name: "attacked", features: own),
            edges: own.map { _ in edges })
        return (spec, try model(spec, steps))
    }

    /// The same, and behind them what the parties count of terminals over one and seven days that ended seven days ago.
    static func counted() throws -> (BinnedSpec, ClearModel) {
        var features = own
        for days in [1, 7] {
            for signal in Feature.Signal.allCases {
                features.append(
                    Feature(
                        name: "terminal_\(signal.rawValue)_\(days)",
                        kind: .consortium(signal, .terminal, Feature.Window(days: days, delayDays: 7))))
            }
        }
        let spec = FeatureSpec(
            name: "attacked-counts", features: features,
            terms: ConsortiumTerms(bucket: EventTime.day, labelDelay: 7 * EventTime.day))
        let binned = try BinnedSpec(spec: spec, edges: spec.features.map { _ in edges })
        return (binned, try model(binned))
    }

    private static let own = (0..<4).map { Feature(name: "f\($0)", kind: .amount) }
    private static let edges = (0..<7).map { Double($0) + 0.5 }

    private static func model(_ spec: BinnedSpec, _ steps: [Int64] = [0]) throws -> ClearModel {
        var generator = SplitMix64(5)
        let trees = (0..<20).map { _ in
            Forest.Tree(
                conditions: (0..<4).map { _ in Int.random(in: 0..<spec.bits, using: &generator) },
                leaves: (0..<16).map { _ in Int32.random(in: -800...800, using: &generator) })
        }
        return try ClearModel(
            version: "m", binned: spec, forest: Forest(trees: trees, bits: spec.bits),
            calibration: Calibration(points: steps.map { .init(score: $0, probability: 0.5) }))
    }
}
