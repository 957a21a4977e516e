/// Where a derived record came from: a partition and offset of its member's own topic of transactions. What repeats can
/// be told by, wherever the record goes.
package struct SourcePosition: Hashable, Sendable, Comparable {
    package var partition: Int
    package var offset: Int64

    package init(partition: Int = 0, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.partition, left.offset) < (right.partition, right.offset)
    }
}

extension SourcePosition {
    package init(_ wire: WireSourcePosition) {
        self.init(partition: Int(wire.partition), offset: wire.offset)
    }

    package var wire: WireSourcePosition {
        var out = WireSourcePosition()
        out.partition = UInt32(partition)
        out.offset = offset
        return out
    }
}
