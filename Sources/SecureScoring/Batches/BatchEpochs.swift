package import Records

/// The epochs of keys as they stand where a batch begins. No batch spans a record that changes them.
package struct BatchEpochs: Sendable, Hashable {
    /// Whose pairwise keys the batch is computed under.
    package var current: KeyEpoch
    /// Epochs of sessions that are closed: what is sealed under them comes too late.
    package var closed: Set<UInt32>

    package init(current: KeyEpoch = KeyEpoch(1), closed: Set<UInt32> = []) {
        self.current = current
        self.closed = closed
    }
}
