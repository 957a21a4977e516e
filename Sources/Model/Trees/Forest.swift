/// The ring that scores live in. Z_2^16 where the sum of each tree's largest leaf fits with 14 fraction bits, else
/// Z_2^32 (DESIGN section 4.1).
package enum RingWidth: Int, Sendable, Hashable {
    case z16 = 16
    case z32 = 32

    /// Bytes of a ring element, 2 or 4.
    package var bytes: Int { rawValue / 8 }
}

/// A forest of oblivious trees in the clear: every level of a tree asks one question of all its nodes (as CatBoost's
/// symmetric trees; Kohavi 1994). All trees are of one depth, 1 to 10, so that what scoring costs depends on public
/// numbers alone.
package struct Forest: Sendable, Hashable {
    package struct Tree: Sendable, Hashable {
        /// One thermometer bit a level; level `l` is bit `l` of the leaf's index.
        package var conditions: [Int]
        /// `2^depth` fixed-point values.
        package var leaves: [Int32]

        package init(conditions: [Int], leaves: [Int32]) {
            self.conditions = conditions
            self.leaves = leaves
        }
    }

    package let trees: [Tree]
    /// Levels of every tree.
    package let depth: Int
    /// Thermometer bits of a transaction.
    package let bits: Int
    /// Bits of a leaf's value after the point.
    package let fractionBits: Int
    /// The smaller ring that holds every score of this forest.
    package let ring: RingWidth

    package enum Invalid: Error, Sendable, Hashable {
        case empty
        /// The tree has another depth than the first, more than 10 levels, or not 2^depth leaves.
        case shape(tree: Int)
        /// A condition asks for a bit outside of the transaction's thermometer bits.
        case condition(tree: Int, bit: Int)
        /// The sum of largest leaves does not fit 32 bits.
        case overflow
    }

    /// Checks shapes and picks the smallest ring that no score can leave.
    package init(trees: [Tree], bits: Int, fractionBits: Int = 14) throws(Invalid) {
        guard let first = trees.first, !first.conditions.isEmpty else { throw .empty }
        let depth = first.conditions.count
        var bound: Int64 = 0
        for (index, tree) in trees.enumerated() {
            guard depth <= 10, tree.conditions.count == depth, tree.leaves.count == 1 << depth else {
                throw .shape(tree: index)
            }
            for bit in tree.conditions where !(0..<bits).contains(bit) { throw .condition(tree: index, bit: bit) }
            bound += tree.leaves.map { Int64($0).magnitude }.max().map(Int64.init) ?? 0
        }
        guard bound <= Int64(Int32.max) else { throw .overflow }
        self.trees = trees
        self.depth = depth
        self.bits = bits
        self.fractionBits = fractionBits
        ring = bound <= Int64(Int16.max) ? .z16 : .z32
    }

    /// The score of a transaction's packed thermometer bits, in units of 2^-fractionBits: what the secure pipeline must
    /// equal in every bit.
    package func score(thermometer bytes: [UInt8]) -> Int64 {
        var sum: Int64 = 0
        for tree in trees {
            var leaf = 0
            for (level, bit) in tree.conditions.enumerated() {
                leaf |= Int(bytes[bit >> 3] >> (bit & 7) & 1) << level
            }
            sum += Int64(tree.leaves[leaf])
        }
        return sum
    }
}

extension Forest.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "no tree asks anything"
        case .shape(let tree):
            "tree \(tree) has another depth than the first, more than 10 levels, or not 2^depth leaves"
        case .condition(let tree, let bit): "tree \(tree) asks for bit \(bit), which the features don't have"
        case .overflow: "the largest leaves add up to more than 32 bits hold"
        }
    }
}
