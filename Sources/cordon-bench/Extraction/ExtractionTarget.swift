import Model
import Worlds

/// The model that is attacked, by the levels of its features.
struct ExtractionTarget {
    let levels: [Int]
    let depth: Int
    private let score: ([Int]) -> Int64
    let calibration: Calibration?

    /// A model as the trainer writes it.
    init(_ model: ClearModel) {
        let binned = model.binned
        levels = binned.edges.map(\.count)
        depth = model.forest.depth
        calibration = model.calibration
        score = { model.score(thermometer: binned.thermometer($0.map { UInt8($0) })) }
    }

    /// A random forest of the handbook model's size: 19 features of 324 bits, 100 trees of depth 4; some features are used
    /// more than others.
    init(seed: UInt64) throws {
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
        calibration = nil
        score = { input in
            var bytes = [UInt8](repeating: 0, count: 41)
            for (feature, level) in input.enumerated() {
                for bit in first[feature]..<first[feature] + level { bytes[bit >> 3] |= 1 << (bit & 7) }
            }
            return forest.score(thermometer: bytes)
        }
    }

    /// The score that the secure pipeline opens to the member: bit for bit that of the clear model.
    func exact(_ input: [Int]) -> Int64 { score(input) }

    /// The score of the calibration's step that the score is in: the lowest of those with the same probability.
    func rounded(_ input: [Int]) -> Int64 { calibration.map { $0.step(score(input)) } ?? score(input) }
}
