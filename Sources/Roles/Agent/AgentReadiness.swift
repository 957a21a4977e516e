package import EventLogs
package import HTTPFront
import Ingest
package import IngestHTTP
package import Records
import Synchronization

/// Whether a score can be had through this agent now.
package final class AgentReadiness: Sendable {
    private let member: MemberID
    private let log: any EventLog
    private let appender: RecordAppender
    private let feed: OutcomeFeed
    private let owned: @Sendable () -> Int

    package init(
        member: MemberID, log: any EventLog, appender: RecordAppender, feed: OutcomeFeed,
        owned: @escaping @Sendable () -> Int
    ) {
        self.member = member
        self.log = log
        self.appender = appender
        self.feed = feed
        self.owned = owned
    }

    @Sendable package func checks() -> [ReadinessCheck] {
        let log = appender.failing ?? feed.failing
        return [
            ReadinessCheck("log", missing: log),
            ReadinessCheck("decisions", missing: feed.isCaughtUp ? nil : "recent decisions are being read back"),
            ReadinessCheck("partitions", missing: owned() > 0 ? nil : partitions(log)),
        ]
    }

    /// Of an agent that owns none: whether others of this member have taken in what there is.
    private func partitions(_ outage: String?) -> String? {
        let topic = Topics.transactions(member)
        do throws(LogError) {
            guard outage == nil else { return "no partition is this agent's" }
            for partition in (0..<(try log.partitions(of: topic))).map({ TopicPartition(topic, $0) }) {
                guard let taken = try log.committed(partition, group: IngestPipeline.group(member)),
                    taken >= (try log.end(of: partition))
                else { return "no partition is this agent's, and no other agent has taken in all of \(partition)" }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }
}
