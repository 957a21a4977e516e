/// Draws from weights in constant time: the alias method (Walker 1977, with Vose's tables, 1991).
struct WeightedChoice: Sendable {
    private let keep: [Double]
    private let alias: [Int]

    /// - Parameter weights: not negative, at least one of them above 0.
    init(_ weights: [Double]) {
        let total = weights.reduce(0, +)
        var scaled = weights.map { $0 / total * Double(weights.count) }
        var alias = Array(weights.indices)
        var small = scaled.indices.filter { scaled[$0] < 1 }
        var large = scaled.indices.filter { scaled[$0] >= 1 }
        while let less = small.popLast(), let more = large.last {
            alias[less] = more
            scaled[more] -= 1 - scaled[less]
            if scaled[more] < 1 { small.append(large.removeLast()) }
        }
        // What rounding left over keeps itself, unless it has no weight at all.
        let heaviest = weights.indices.max { weights[$0] < weights[$1] } ?? 0
        for left in scaled.indices where alias[left] == left {
            if weights[left] > 0 { scaled[left] = 1 } else { alias[left] = heaviest }
        }
        keep = scaled
        self.alias = alias
    }

    func draw(_ random: inout SeededRandom) -> Int {
        let place = random.below(keep.count)
        return random.uniform() < keep[place] ? place : alias[place]
    }
}
