package import Records

/// What a partition's stage has to know of the consortium's epochs of keys, and whom it tells how far it is.
package struct PartitionEpochs: Sendable {
    /// The roster's epoch, in force from the partition's beginning.
    let founding: KeyEpoch
    /// The digest of an epoch that three parties are ready for; nil where `consortium.agreement` does not say so yet.
    let ready: @Sendable (KeyEpoch) throws -> Digest32?
    /// The generation of shares that three parties made for an epoch; nil where its order refreshes none.
    let generation: @Sendable (KeyEpoch) throws -> ReadyGeneration?
    /// Told that all of an epoch in this partition is scored, counted and written down: its keys are not needed here any more.
    let done: @Sendable (KeyEpoch, _ partition: Int) -> Void

    package init(
        founding: KeyEpoch = KeyEpoch(1),
        ready: @escaping @Sendable (KeyEpoch) throws -> Digest32? = { _ in nil },
        generation: @escaping @Sendable (KeyEpoch) throws -> ReadyGeneration? = { _ in nil },
        done: @escaping @Sendable (KeyEpoch, Int) -> Void = { _, _ in }
    ) {
        self.founding = founding
        self.ready = ready
        self.generation = generation
        self.done = done
    }
}
