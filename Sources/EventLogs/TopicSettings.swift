/// What a topic is set to. Nil leaves a setting to the log's own default.
package struct TopicSettings: Hashable, Sendable {
    package enum Cleanup: String, Hashable, Sendable {
        /// Old records go by age and size.
        case delete
        /// The newest record of each key stays; a tombstone removes its key.
        case compact
    }

    /// Whose clock says when a record was appended. Kafka only: other logs take their own.
    package enum Timestamps: String, Hashable, Sendable {
        /// The writer's, so a writer says what it likes.
        case writer
        /// The broker's.
        case log
    }

    package var name: String
    package var partitions: Int
    package var cleanup: Cleanup
    /// How long records of a `delete` topic are kept at least.
    package var retention: Duration?
    /// How many bytes of keys and values a partition of a `delete` topic keeps at least.
    package var retentionBytes: Int?
    /// Copies on different brokers, and how many of them an append waits for. Kafka only.
    package var replication: Int?
    package var minInSync: Int?
    package var timestamps: Timestamps?

    package init(
        name: String, partitions: Int = 1, cleanup: Cleanup = .delete, retention: Duration? = nil,
        retentionBytes: Int? = nil, replication: Int? = nil, minInSync: Int? = nil,
        timestamps: Timestamps? = nil
    ) {
        self.name = name
        self.partitions = partitions
        self.cleanup = cleanup
        self.retention = retention
        self.retentionBytes = retentionBytes
        self.replication = replication
        self.minInSync = minInSync
        self.timestamps = timestamps
    }
}
