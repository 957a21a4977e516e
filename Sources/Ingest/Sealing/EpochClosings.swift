/// The closings of epochs of keys: where each stands in `consortium.sealed`.
package struct EpochClosings: Sendable, Hashable {
    /// By epoch, an offset a partition.
    private let offsets: [UInt32: [Int64]]

    package init(_ offsets: [UInt32: [Int64]] = [:]) { self.offsets = offsets }

    /// Epochs that are closed.
    package var count: Int { offsets.count }

    /// Whether an epoch is closed.
    package func contains(_ epoch: UInt32) -> Bool { offsets[epoch] != nil }

    /// Whether no party takes a record, since it came behind the closing of its epoch; of one whose place nobody knows, whether
    /// that may be.
    ///
    /// - Parameter partition: of `consortium.sealed`.
    package func isBehind(_ sealed: PendingTransaction.Sealed?, in partition: Int) -> Bool {
        guard let sealed else { return !offsets.isEmpty }
        guard let closing = offsets[sealed.epoch] else { return false }
        return !closing.indices.contains(partition) || closing[partition] < sealed.offset
    }
}
