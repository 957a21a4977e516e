/// Round 2 of scoring: picks every tree's leaf by a shared one-hot lookup and sums them (DESIGN section 4.3).
///
/// For term `k`, servers `k` and `k - 1` know index part `c_k` and leaf component `V_k`; the client `k + 1` knows the
/// other two index parts and deals additive shares of the one-hot of their XOR. Each server permutes its table by `c_k`
/// and takes an inner product with its share.
///
/// Cost: one message of `dealBytes` a transaction to the next party.
package struct LeafLookup<R: RingElement>: Sendable {
    private let shape: ForestShape
    private let first: [R]
    private let second: [R]

    package init(shape: ForestShape, model: borrowing ModelComponents) {
        self.shape = shape
        first = R.unpack(model.leavesFirst)
        second = R.unpack(model.leavesSecond)
    }

    /// Leaf indices, one a tree, from packed condition bits of one transaction.
    package func indices(_ bits: ArraySlice<UInt8>) -> [Int] {
        var out = [Int](repeating: 0, count: shape.trees)
        var bit = 0
        for tree in 0..<shape.trees {
            var index = 0
            for level in 0..<shape.depth {
                index |= Int(bits[bits.startIndex + bit >> 3] >> (bit & 7) & 1) << level
                bit += 1
            }
            out[tree] = index
        }
        return out
    }

    /// The client's part: subtracts the one server's share, a pseudo-random stream, from the one-hots, which gives the
    /// other server's share.
    ///
    /// - Parameters:
    ///   - indices: one a tree, the XOR of the two index parts the client knows.
    ///   - stream: shared with the first server; its `leaves` elements from `start` on are turned into the message in
    ///     place.
    package func deal(_ indices: [Int], stream: inout [R], from start: Int) {
        let domain = 1 << shape.depth
        stream.withUnsafeMutableBufferPointer { stream in
            for at in start..<start + shape.leaves { stream[at] = 0 &- stream[at] }
            for tree in 0..<indices.count { stream[start + tree * domain + indices[tree]] &+= 1 }
        }
    }

    /// A server's part for one transaction: the sum over trees of its one-hot share times the permuted leaves.
    ///
    /// - Parameters:
    ///   - oneHot: `leaves` elements.
    ///   - indices: the index part that both servers know, one a tree. The table is read in an order that depends on
    ///     it; it is uniformly random to the server.
    ///   - second: whether the lookup is in component `i + 1` (the share came from the previous party) or `i`.
    package func answer(_ oneHot: ArraySlice<R>, indices: [Int], second isSecond: Bool) -> R {
        let domain = 1 << shape.depth
        let leaves = isSecond ? second : first
        var sum: R = 0
        oneHot.withUnsafeBufferPointer { share in
            leaves.withUnsafeBufferPointer { table in
                for tree in 0..<indices.count {
                    let base = tree * domain
                    let index = indices[tree]
                    var partial: R = 0
                    for leaf in 0..<domain { partial &+= share[base + leaf] &* table[base + (leaf ^ index)] }
                    sum &+= partial
                }
            }
        }
        return sum
    }
}
