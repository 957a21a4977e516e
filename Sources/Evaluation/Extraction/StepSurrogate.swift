/// A copy of a model by a member that is told the steps of its scores alone: oblivious trees, as the model's own, boosted on the
/// distance of their sum to the scores that a step allows (Friedman 2001; interval targets as in Drouin, Hocking and Laviolette
/// 2017). The steps' thresholds are public. Questions are random inputs, so that they can be counted and are the same for every
/// model.
package struct StepSurrogate {
    private let levels: [Int]
    private let depth: Int
    private let thresholds: [Double]
    private var trees: [Tree] = []
    private let start: Double

    private struct Tree {
        var conditions: [(feature: Int, level: Int)] = []
        var leaves: [Double] = []
    }

    /// - Parameters:
    ///   - levels: the highest level of each feature, at most 255.
    ///   - depth: of the trees.
    ///   - thresholds: scores at which the steps but the first begin, ascending.
    package init(levels: [Int], depth: Int, thresholds: [Int64]) {
        (self.levels, self.depth) = (levels, depth)
        self.thresholds = thresholds.map { Double($0) }
        start = self.thresholds.isEmpty ? 0 : self.thresholds[thresholds.count / 2]
    }

    /// The step that the copy says of an input, counted from 0.
    package func step(_ input: [Int]) -> Int {
        let score = score(input)
        return thresholds.count { score >= $0 }
    }

    private func score(_ input: [Int]) -> Double {
        trees.reduce(start) { sum, tree in
            var leaf = 0
            for (place, condition) in tree.conditions.enumerated() where input[condition.feature] >= condition.level {
                leaf |= 1 << place
            }
            return sum + tree.leaves[leaf]
        }
    }

    /// Learns from answers.
    ///
    /// - Parameters:
    ///   - steps: of the inputs.
    ///   - trees: how many are added.
    ///   - rate: of what is missing that a tree adds.
    package mutating func learn(_ inputs: [[Int]], steps: [Int], trees count: Int, rate: Double = 0.3) {
        let columns = levels.indices.map { feature in inputs.map { UInt8($0[feature]) } }
        var scores = inputs.map(score)
        for _ in 0..<count {
            let missing = zip(scores, steps).map { distance($0, step: $1) }
            var nodes = [UInt8](repeating: 0, count: inputs.count)
            var tree = Tree()
            for place in 0..<depth {
                let (feature, level) = split(columns, nodes, missing, nodes: 1 << place)
                tree.conditions.append((feature, level))
                for row in nodes.indices where Int(columns[feature][row]) >= level { nodes[row] |= 1 << UInt8(place) }
            }
            var sums = [Double](repeating: 0, count: 1 << depth)
            var counts = sums
            for row in nodes.indices {
                sums[Int(nodes[row])] += missing[row]
                counts[Int(nodes[row])] += 1
            }
            tree.leaves = zip(sums, counts).map { rate * $0 / ($1 + 1) }
            for row in nodes.indices { scores[row] += tree.leaves[Int(nodes[row])] }
            trees.append(tree)
        }
    }

    /// How far a score is from those of a step, one unit within it; 0 for one of them. Trees add a part of it, so that sums come
    /// near to it and never beyond.
    private func distance(_ score: Double, step: Int) -> Double {
        if step > 0, score < thresholds[step - 1] { return thresholds[step - 1] + 1 - score }
        if step < thresholds.count, score >= thresholds[step] { return thresholds[step] - 1 - score }
        return 0
    }

    /// The level of a feature that parts what is missing best in all nodes together.
    private func split(
        _ columns: [[UInt8]], _ nodes: [UInt8], _ missing: [Double], nodes count: Int
    ) -> (feature: Int, level: Int) {
        var best = (gain: -1.0, feature: 0, level: 1)
        for (feature, column) in columns.enumerated() where levels[feature] > 0 {
            let width = levels[feature] + 1
            var sums = [Double](repeating: 0, count: count * width)
            var counts = sums
            column.withUnsafeBufferPointer { column in
                sums.withUnsafeMutableBufferPointer { sums in
                    counts.withUnsafeMutableBufferPointer { counts in
                        for row in column.indices {
                            let at = Int(nodes[row]) * width + Int(column[row])
                            sums[at] += missing[row]
                            counts[at] += 1
                        }
                    }
                }
            }
            var gains = [Double](repeating: 0, count: width)
            for node in 0..<count {
                let range = node * width..<(node + 1) * width
                let (all, rows) = (sums[range].reduce(0, +), counts[range].reduce(0, +))
                var (below, rowsBelow) = (0.0, 0.0)
                for level in 1..<width {
                    below += sums[node * width + level - 1]
                    rowsBelow += counts[node * width + level - 1]
                    let (above, rowsAbove) = (all - below, rows - rowsBelow)
                    gains[level] += below * below / (rowsBelow + 1) + above * above / (rowsAbove + 1)
                }
            }
            for level in 1..<width where gains[level] > best.gain { best = (gains[level], feature, level) }
        }
        return (best.feature, best.level)
    }
}
