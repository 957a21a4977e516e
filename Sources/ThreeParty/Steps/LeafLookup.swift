/// Round 2 of scoring: picks every tree's leaf by a shared one-hot lookup and sums them (DESIGN section 4.3).
///
/// For term `k`, servers `k` and `k - 1` know index part `c_k` and leaf component `V_k`; the client `k + 1` knows the
/// other two index parts and deals additive shares of the one-hot of their XOR. Each server permutes its table by `c_k`
/// and takes an inner product with its share.
///
/// Cost: one message of `dealBytes` a transaction to the next party.
package struct LeafLookup<R: RingElement>: Sendable {
    private let shape: ForestShape
    private let first: PermutedLeaves<R>
    private let second: PermutedLeaves<R>

    /// Prepares a party's two components of the leaves. From depth 4 and up to 2^19 leaves the tables take sixteen
    /// times the leaves' bytes.
    package init(shape: ForestShape, model: borrowing ModelComponents) {
        self.shape = shape
        first = PermutedLeaves(R.unpack(model.leavesFirst), shape: shape)
        second = PermutedLeaves(R.unpack(model.leavesSecond), shape: shape)
    }

    /// The client's part for one transaction: subtracts the one server's share, pseudo-random elements, from the one-hots,
    /// which gives the other server's share.
    ///
    /// - Parameters:
    ///   - indices: one a tree, the XOR of the two index parts the client knows.
    ///   - share: `leaves` elements as they travel, turned into the message in place.
    package func deal(_ indices: LeafIndices, into share: UnsafeMutableBufferPointer<R>) {
        // All in one loop, which the compiler makes wide.
        for at in share.indices { share[at] = (0 &- R(littleEndian: share[at])).littleEndian }
        indices.withNumbers { indices in
            for tree in indices.indices {
                let at = tree << shape.depth + Int(indices[tree])
                share[at] = (R(littleEndian: share[at]) &+ 1).littleEndian
            }
        }
    }

    /// A server's part for one transaction: the sum over trees of its one-hot share times the permuted leaves.
    ///
    /// - Parameters:
    ///   - share: `leaves` elements of the one-hots' shares, as they travel.
    ///   - indices: the index part that both servers know, one a tree. The table is read in an order that depends on
    ///     it; it is uniformly random to the server.
    ///   - second: whether the lookup is in component `i + 1` (the share came from the previous party) or `i`.
    package func answer(_ share: UnsafeBufferPointer<R>, indices: LeafIndices, second isSecond: Bool) -> R {
        (isSecond ? second : first).product(share, indices)
    }
}

/// The leaf of every tree that a transaction's condition bits, or a share of them, lead to. One buffer serves a batch.
package struct LeafIndices {
    private let shape: ForestShape
    private var indices: [UInt16]

    package init(shape: ForestShape) {
        self.shape = shape
        indices = [UInt16](repeating: 0, count: shape.trees)
    }

    subscript(tree: Int) -> Int { Int(indices[tree]) }

    /// All, one a tree.
    func withNumbers<Result>(_ body: (UnsafeBufferPointer<UInt16>) -> Result) -> Result {
        indices.withUnsafeBufferPointer(body)
    }

    /// Reads transaction `event` of packed condition bits, `conditionBytes` a transaction.
    package mutating func read(_ bits: [UInt8], event: Int) {
        let begin = event * shape.conditionBytes
        guard shape.depth != 4 else { return readNibbles(bits[begin..<begin + shape.conditionBytes]) }
        let mask: UInt32 = 1 << UInt32(shape.depth) - 1
        bits.withUnsafeBytes { bits in
            for tree in 0..<shape.trees {
                let bit = tree * shape.depth
                let at = begin + bit >> 3
                // At most 10 bits from within a byte: two or three bytes, of which the last transaction's end may be the last.
                var word = UInt32(bits[at])
                if at + 1 < bits.count { word |= UInt32(bits[at + 1]) << 8 }
                if at + 2 < bits.count { word |= UInt32(bits[at + 2]) << 16 }
                indices[tree] = UInt16(truncatingIfNeeded: word >> UInt32(bit & 7) & mask)
            }
        }
    }

    /// Reads indices of four bits each: two a byte.
    private mutating func readNibbles(_ bits: ArraySlice<UInt8>) {
        bits.withUnsafeBufferPointer { bits in
            indices.withUnsafeMutableBufferPointer { indices in
                for pair in 0..<indices.count / 2 {
                    indices[2 * pair] = UInt16(bits[pair] & 15)
                    indices[2 * pair + 1] = UInt16(bits[pair] >> 4)
                }
                if indices.count & 1 == 1 { indices[indices.count - 1] = UInt16(bits[indices.count / 2] & 15) }
            }
        }
    }
}

/// A component of the leaves, ready for inner products at permuted places: the low four bits of an index permute within
/// sixteen neighbouring leaves, so the table holds each sixteen in all sixteen orders, and a product is one wide
/// multiplication for each.
private struct PermutedLeaves<R: RingElement>: Sendable {
    private typealias Lanes = SIMD16<R>

    private let shape: ForestShape
    private let leaves: [R]
    /// Sixteens of a tree; 0 where trees have fewer leaves, or the table would be too large.
    private let blocks: Int
    /// By tree, low index bits, sixteen, leaf.
    private let permuted: [R]

    init(_ leaves: [R], shape: ForestShape) {
        self.shape = shape
        self.leaves = leaves
        guard shape.depth >= 4, shape.leaves <= 1 << 19 else {
            blocks = 0
            permuted = []
            return
        }
        let blocks = 1 << (shape.depth - 4)
        self.blocks = blocks
        var permuted: [R] = []
        permuted.reserveCapacity(shape.leaves * 16)
        for tree in 0..<shape.trees {
            for low in 0..<16 {
                for leaf in 0..<1 << shape.depth { permuted.append(leaves[tree << shape.depth + leaf ^ low]) }
            }
        }
        self.permuted = permuted
    }

    func product(_ share: UnsafeBufferPointer<R>, _ indices: LeafIndices) -> R {
        guard blocks > 0 else { return narrowProduct(share, indices) }
        precondition(share.count == shape.leaves, "a share of each leaf")
        if blocks == 1 { return indices.withNumbers { product(UnsafeRawBufferPointer(share), $0) } }
        let share = UnsafeRawBufferPointer(share)
        let width = 16 * R.byteCount
        var sum = Lanes.zero
        permuted.withUnsafeBytes { permuted in
            for tree in 0..<shape.trees {
                let index = indices[tree]
                let row = (tree * 16 + index & 15) * blocks
                for block in 0..<blocks {
                    let lanes = Self.native(
                        share.loadUnaligned(fromByteOffset: (tree * blocks + block) * width, as: Lanes.self))
                    sum =
                        sum &+ lanes
                        &* permuted.loadUnaligned(fromByteOffset: (row + block ^ index >> 4) * width, as: Lanes.self)
                }
            }
        }
        return sum.wrappedSum()
    }

    /// The same for trees of one sixteen each, with sums that stay in registers.
    private func product(_ share: UnsafeRawBufferPointer, _ indices: UnsafeBufferPointer<UInt16>) -> R {
        let width = 16 * R.byteCount
        return permuted.withUnsafeBytes { permuted in
            func term(_ tree: Int) -> Lanes {
                let row = tree &* 16 &+ Int(indices[tree] & 15)
                return Self.native(share.loadUnaligned(fromByteOffset: tree &* width, as: Lanes.self))
                    &* permuted.loadUnaligned(fromByteOffset: row &* width, as: Lanes.self)
            }
            var (sum, other) = (Lanes.zero, Lanes.zero)
            var tree = 0
            while tree &+ 1 < indices.count {
                sum = sum &+ term(tree)
                other = other &+ term(tree &+ 1)
                tree &+= 2
            }
            if tree < indices.count { sum = sum &+ term(tree) }
            return (sum &+ other).wrappedSum()
        }
    }

    private func narrowProduct(_ share: UnsafeBufferPointer<R>, _ indices: LeafIndices) -> R {
        let domain = 1 << shape.depth
        var sum: R = 0
        for tree in 0..<shape.trees {
            let (base, index) = (tree * domain, indices[tree])
            for leaf in 0..<domain { sum &+= R(littleEndian: share[base + leaf]) &* leaves[base + leaf ^ index] }
        }
        return sum
    }

    /// Elements that came little-endian.
    private static func native(_ lanes: Lanes) -> Lanes {
        #if _endian(big)
            var lanes = lanes
            for lane in 0..<16 { lanes[lane] = R(littleEndian: lanes[lane]) }
        #endif
        return lanes
    }
}
