/// The exact search for a level's condition: of all thermometer bits, the one that lowers squared loss most when every
/// node of the level is split by it.
///
/// A node with residual sum `G` over `n` rows scores `G² / (n + λ)`; a split is worth what both sides score together
/// (Chen and Guestrin, "XGBoost", 2016, equation 7, with unit Hessians).
struct SplitSearch {
    /// λ.
    let regularisation: Double
    /// The best of the splits so far: a thermometer bit, and what both sides of all nodes score together.
    private(set) var best: (bit: Int, score: Double)?

    init(regularisation: Double) { self.regularisation = regularisation }

    /// What a level's nodes score when they are not split.
    func score(unsplit histogram: Histogram, nodeCount: Int) -> Double {
        var total = 0.0
        for node in 0..<nodeCount {
            var sum: Int64 = 0
            var count: Int64 = 0
            for bin in 0..<histogram.bins {
                sum += histogram.sum(node: node, bin: bin)
                count += histogram.count(node: node, bin: bin)
            }
            total += score(sum, count)
        }
        return total
    }

    /// Tries every edge of a feature whose first thermometer bit is `firstBit`. Of equal splits the lowest bit wins.
    mutating func consider(_ histogram: Histogram, nodeCount: Int, firstBit: Int) {
        let edges = histogram.bins - 1
        var scores = [Double](repeating: 0, count: edges)
        for node in 0..<nodeCount {
            var sum: Int64 = 0
            var count: Int64 = 0
            for bin in 0...edges {
                sum += histogram.sum(node: node, bin: bin)
                count += histogram.count(node: node, bin: bin)
            }
            var belowSum: Int64 = 0
            var belowCount: Int64 = 0
            for edge in 0..<edges {
                belowSum += histogram.sum(node: node, bin: edge)
                belowCount += histogram.count(node: node, bin: edge)
                scores[edge] += score(belowSum, belowCount) + score(sum - belowSum, count - belowCount)
            }
        }
        for edge in 0..<edges where scores[edge] > best?.score ?? -.infinity {
            best = (firstBit + edge, scores[edge])
        }
    }

    /// A node's G² / (n + λ); an empty node scores nothing.
    private func score(_ sum: Int64, _ count: Int64) -> Double {
        count == 0 ? 0 : Double(sum) * Double(sum) / (Double(count) + regularisation)
    }
}
