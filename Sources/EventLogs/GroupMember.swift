/// One process's place in a consumer group: which partitions are its to work on. It reads them by `EventLog.reader(at:)`;
/// the member only says whose turn it is.
///
/// Rebalancing is cooperative and sticky (Kafka's KIP-429): a partition moves only when it has to, and its old owner
/// hands its state over before the new one begins. Not shared between threads.
package protocol GroupMember: AnyObject {
    /// The next change; nil when none came within `timeout`. A member that does not call this for longer than the session
    /// time-out loses its partitions.
    func next(timeout: Duration) throws(LogError) -> GroupChange?

    /// The state of these partitions, which `next` said are revoked, is kept: others may have them now.
    func release(_ partitions: [TopicPartition]) throws(LogError)

    /// Gives everything back at once, so that others need not wait for the session time-out. Idempotent.
    func leave()
}

package enum GroupChange: Sendable, Hashable {
    /// These are this member's from now on: restore their state, then read. None: it is in the group and waits for others to
    /// leave.
    case assigned([TopicPartition])
    /// These go to somebody else: stop reading, keep the state, then `release`.
    case revoked([TopicPartition])
    /// These are somebody else's already: stop, and write nothing.
    case lost([TopicPartition])
}

package struct GroupSettings: Sendable, Hashable {
    package var group: String
    package var topics: [String]
    /// A name that stays over restarts (Kafka's static membership, KIP-345): the restarted process takes its own partitions
    /// up at once. Two processes of one instance: the later one takes over. Nil for a member that is new each time.
    package var instance: String?
    /// How long a member may say nothing.
    package var sessionTimeout: Duration

    package init(group: String, topics: [String], instance: String? = nil, sessionTimeout: Duration = .seconds(10)) {
        self.group = group
        self.topics = topics
        self.instance = instance
        self.sessionTimeout = sessionTimeout
    }
}
