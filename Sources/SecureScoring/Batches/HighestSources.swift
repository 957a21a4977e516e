package import Records

/// The highest position of each source, which is a partition of a member's transactions.
package struct HighestSources {
    private struct Source: Hashable {
        var member: MemberID
        var partition: Int
    }

    private struct Place: Comparable {
        var offset: Int64
        var index: Int

        static func < (left: Place, right: Place) -> Bool { (left.offset, left.index) < (right.offset, right.index) }
    }

    private var places: [Source: Place] = [:]

    package init() {}

    /// Adds a position; false where it is not above what is there.
    @discardableResult
    package mutating func add(_ member: MemberID, _ position: SourcePosition) -> Bool {
        func raise(_ highest: inout Place?) -> Bool {
            let place = Place(offset: position.offset, index: position.index)
            if let highest, place <= highest { return false }
            highest = place
            return true
        }
        return raise(&places[Source(member: member, partition: position.partition)])
    }

    /// Whether a position is at or below the highest of its source.
    package func covers(_ member: MemberID, _ position: SourcePosition) -> Bool {
        guard let highest = places[Source(member: member, partition: position.partition)] else { return false }
        return Place(offset: position.offset, index: position.index) <= highest
    }

    /// Every source with its highest position, in no order.
    var all: [(member: MemberID, position: SourcePosition)] {
        places.map { source, place in
            (source.member, SourcePosition(partition: source.partition, offset: place.offset, index: place.index))
        }
    }
}
