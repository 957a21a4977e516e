/// The public shape of a shared forest: what cost depends on, and all that a party learns of a model.
package struct ForestShape: Sendable, Hashable {
    /// Thermometer bits of a transaction.
    package let bits: Int
    package let trees: Int
    /// Levels of every tree, so that each has `depth` conditions and 2^depth leaves.
    package let depth: Int
    /// 16 or 32.
    package let ringBits: Int

    /// Nil for what no model has: 1 ... 16,384 bits, 1 ... 4,096 trees, depth 1 ... 10, a ring of 16 or 32 bits.
    package init?(bits: Int, trees: Int, depth: Int, ringBits: Int) {
        guard (1...16_384).contains(bits), (1...4_096).contains(trees), (1...10).contains(depth),
            ringBits == 16 || ringBits == 32
        else { return nil }
        self.bits = bits
        self.trees = trees
        self.depth = depth
        self.ringBits = ringBits
    }

    /// Conditions of all trees, one selection row each.
    package var conditions: Int { trees * depth }
    /// Leaves of all trees.
    package var leaves: Int { trees << depth }
    package var ringBytes: Int { ringBits / 8 }
    /// Bytes of a transaction's packed thermometer bits; also of a packed selection row.
    package var inputBytes: Int { (bits + 7) / 8 }
    /// Bytes of a transaction's packed condition bits.
    package var conditionBytes: Int { (conditions + 7) / 8 }
    /// Bytes of one component of all selection rows.
    package var selectionBytes: Int { conditions * inputBytes }
    /// Bytes of one component of all leaves.
    package var leafBytes: Int { leaves * ringBytes }
    /// Bytes of a transaction's one-hot shares in round 2.
    package var dealBytes: Int { leafBytes }
}

/// One party's components `i` and `i + 1` of a model: selection rows (XOR) and leaves (addition).
package struct ModelComponents: ~Copyable, Sendable {
    /// `conditions` rows of `inputBytes`.
    package let selectionFirst: [UInt8]
    package let selectionSecond: [UInt8]
    /// `trees * 2^depth` little-endian ring elements.
    package let leavesFirst: [UInt8]
    package let leavesSecond: [UInt8]

    /// Nil where a component has another length than the shape says.
    package init?(
        shape: ForestShape, selectionFirst: [UInt8], selectionSecond: [UInt8], leavesFirst: [UInt8],
        leavesSecond: [UInt8]
    ) {
        guard selectionFirst.count == shape.selectionBytes, selectionSecond.count == shape.selectionBytes,
            leavesFirst.count == shape.leafBytes, leavesSecond.count == shape.leafBytes
        else { return nil }
        self.selectionFirst = selectionFirst
        self.selectionSecond = selectionSecond
        self.leavesFirst = leavesFirst
        self.leavesSecond = leavesSecond
    }
}
