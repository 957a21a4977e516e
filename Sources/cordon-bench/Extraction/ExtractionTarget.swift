import Model
import Worlds

/// The model that is attacked, by the levels of its features.
struct ExtractionTarget {
    let levels: [Int]
    let depth: Int
    private let score: ([Int]) -> Int64
    /// Scores at which the calibration's steps but the first begin.
    let thresholds: [Int64]

    /// A model as the trainer writes it.
    init(_ model: ClearModel) {
        let binned = model.binned
        levels = binned.edges.map(\.count)
        depth = model.forest.depth
        thresholds = model.calibration.points.dropFirst().map(\.score)
        score = { model.score(thermometer: binned.thermometer($0.map { UInt8($0) })) }
    }

    /// A random forest of the handbook model's size: 19 features of 324 bits, 100 trees of depth 4; some features are used
    /// more than others. A step has about as many random inputs as another.
    ///
    /// - Parameter steps: of its calibration.
    init(seed: UInt64, steps: Int) throws {
        var random = SeededRandom(seed: seed)
        let levels = [Int](repeating: 17, count: 18) + [18]
        let weights = levels.map { _ in 1 + random.below(100) * random.below(100) }
        func feature() -> Int {
            var left = random.below(weights.reduce(0, +))
            return weights.firstIndex { weight in
                defer { left -= weight }
                return left < weight
            } ?? 0
        }
        var first = [0]
        for count in levels { first.append(first[first.count - 1] + count) }
        let trees = (0..<100).map { _ in
            Forest.Tree(
                conditions: (0..<4).map { _ in
                    let feature = feature()
                    return first[feature] + random.below(levels[feature])
                }, leaves: (0..<16).map { _ in Int32(random.below(601)) - 300 })
        }
        let forest = try Forest(trees: trees, bits: 324)
        self.levels = levels
        depth = 4
        let score: ([Int]) -> Int64 = { input in
            var bytes = [UInt8](repeating: 0, count: 41)
            for (feature, level) in input.enumerated() {
                for bit in first[feature]..<first[feature] + level { bytes[bit >> 3] |= 1 << (bit & 7) }
            }
            return forest.score(thermometer: bytes)
        }
        let sample = (0..<20_000).map { _ in score(levels.map { random.below($0 + 1) }) }.sorted()
        thresholds = Set((1..<max(steps, 1)).map { sample[$0 * sample.count / steps] }).sorted()
        self.score = score
    }

    /// The score that the secure pipeline opens to the member: bit for bit that of the clear model.
    func exact(_ input: [Int]) -> Int64 { score(input) }

    /// The calibration's step that the score is in, counted from 0: all that a member gets where scores are rounded.
    func step(_ input: [Int]) -> Int {
        let score = score(input)
        return thresholds.count { score >= $0 }
    }

    /// The same as a score, the lowest of the step.
    func rounded(_ input: [Int]) -> Int64 {
        let step = step(input)
        return step == 0 ? (thresholds.first ?? 0) - 1 : thresholds[step - 1]
    }
}
