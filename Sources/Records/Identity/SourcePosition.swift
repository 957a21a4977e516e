/// Where a derived record came from: a partition and offset of its member's own topic of transactions, and which of the
/// record's transactions it is. What repeats can be told by, wherever the record goes.
///
/// Positions are ordered by partition, then offset, then index. Only within a partition does that say which came first.
package struct SourcePosition: Hashable, Sendable, Comparable {
    package var partition: Int
    /// The record's number in its partition, from 0; below 0 for history, which stands in no log
    /// (`history(day:index:)`).
    package var offset: Int64
    /// Which of the record's transactions it is, from 0: an ISO 20022 message may hold several.
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
    /// The position that a message names; what it leaves out is 0.
    package init(_ wire: WireSourcePosition) {
        self.init(partition: Int(wire.partition), offset: wire.offset, index: Int(wire.index))
    }

    /// The position for a message. Partition and index have to be within 32 bits, and not negative.
    package var wire: WireSourcePosition {
        var out = WireSourcePosition()
        out.partition = UInt32(partition)
        out.offset = offset
        out.index = UInt32(index)
        return out
    }
}
