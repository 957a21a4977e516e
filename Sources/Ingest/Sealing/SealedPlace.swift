package import Records

/// The place of a sealed transaction: the record that it comes of, the one that its member sealed before it, and where it goes.
package struct SealedPlace: Sendable, Hashable {
    package var source: SourcePosition
    /// The record sealed before it, of the same source into the same partition; nil where there is none, or none that is known.
    package var previous: SourcePosition?
    /// The partition of `consortium.sealed`.
    package var partition: Int

    package init(source: SourcePosition, previous: SourcePosition? = nil, partition: Int = 0) {
        self.source = source
        self.previous = previous
        self.partition = partition
    }
}
