/// What an append to the embedded log survives once it has returned.
package enum LogDurability: String, Sendable, CaseIterable {
    /// A power cut: every append waits for the disk.
    case power
    /// The end of any process, however sudden: the system has the records, and writes them to the disk in its own time. A Kafka
    /// broker's default (`log.flush.interval.messages`), whose replicas outlive a power cut; an embedded log has none.
    case process
}
