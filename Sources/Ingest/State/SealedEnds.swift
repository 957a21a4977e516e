package import Records

/// The last records that an agent has sealed of a partition of its member's topic: those that the next ones name as the ones before
/// them. An agent without state finds them in the topic that it reads again.
package struct SealedEnds: Sendable, Hashable {
    /// On `consortium.labels`.
    package private(set) var label: SourcePosition?
    /// On `consortium.sealed`, by its partition.
    package private(set) var transactions: [Int: SourcePosition] = [:]

    package init() {}

    /// Takes the next label record; the one before it.
    mutating func follow(label position: SourcePosition) -> SourcePosition? {
        defer { label = position }
        return label
    }

    /// Takes the next transaction that is sealed for a partition; its place.
    mutating func follow(transaction position: SourcePosition, in partition: Int) -> SealedPlace {
        let previous = transactions.updateValue(position, forKey: partition)
        return SealedPlace(source: position, previous: previous, partition: partition)
    }
}
