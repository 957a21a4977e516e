/// Where a derived record came from: a partition and offset of its member's own topic of transactions, and which of the
/// record's transactions it is. What repeats can be told by, wherever the record goes.
package struct SourcePosition: Hashable, Sendable, Comparable {
    package var partition: Int
    package var offset: Int64
    /// Of the transactions of one record, from 0.
    package var index: Int

    package init(partition: Int = 0, offset: Int64, index: Int = 0) {
        self.partition = partition
        self.offset = offset
        self.index = index
    }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.partition, left.offset, left.index) < (right.partition, right.offset, right.index)
    }
}

extension SourcePosition {
    package init(_ wire: WireSourcePosition) {
        self.init(partition: Int(wire.partition), offset: wire.offset, index: Int(wire.index))
    }

    package var wire: WireSourcePosition {
        var out = WireSourcePosition()
        out.partition = UInt32(partition)
        out.offset = offset
        out.index = UInt32(index)
        return out
    }
}
