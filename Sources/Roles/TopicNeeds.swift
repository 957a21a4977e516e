package import EventLogs
package import Logging
package import Stages

/// Settings of topics that a process can't do without, looked at before it starts: `cordon topics check` looks at the rest.
package struct TopicNeeds: Sendable {
    /// Topics that must keep the newest record of each key, however old.
    package var compacted: [String]
    /// Topics that must keep every record, because the first of a key is the one that counts.
    package var complete: [String]
    /// Topics that must keep their records at least this long.
    package var kept: [String: Duration] = [:]
    /// Topics whose records must have the log's own times.
    package var stamped: [String] = []
    /// Topics that must keep their records no longer than this, by the agreement.
    package var agreed: [String: Duration] = [:]

    package init(
        compacted: [String] = [], complete: [String] = [], kept: [String: Duration] = [:], stamped: [String] = []
    ) {
        self.compacted = compacted
        self.complete = complete
        self.kept = kept
        self.stamped = stamped
    }

    /// A check of each topic's settings, by name; what is wrong is a sentence that names topic and setting. A log that
    /// does not let its settings be seen is warned of.
    package func checks(_ log: any EventLog, _ logger: Logger) -> [Check] {
        Set(compacted + complete + kept.keys + stamped + agreed.keys).sorted().map { topic in
            Check("settings of \(topic)") { try check(topic, log, logger) }
        }
    }

    private func check(_ topic: String, _ log: any EventLog, _ logger: Logger) throws {
        let found: TopicSettings
        do {
            found = try log.settings(of: topic)
        } catch {
            guard case .failed(let reason) = error else { throw error }
            logger.warning("the settings of \(topic) can't be seen and were not checked: \(reason)")
            return
        }
        if compacted.contains(topic), found.cleanup != .compact {
            throw RoleError.topicNotCompacted(topic: topic, cleanup: found.cleanup)
        }
        if complete.contains(topic), let setting = found.losing { throw RoleError.topicLosesRecords(topic, setting) }
        if stamped.contains(topic), found.timestamps == .writer { throw RoleError.topicStampedByWriters(topic: topic) }
        if let least = kept[topic], let age = found.retention, age < least {
            throw RoleError.topicKeepsTooLittle(
                topic: topic, seconds: age.components.seconds, least: least.components.seconds)
        }
        if let most = agreed[topic], found.retention.map({ $0 > most }) ?? true {
            throw RoleError.topicKeepsTooMuch(
                topic: topic, seconds: found.retention?.components.seconds, most: most.components.seconds)
        }
    }
}

extension TopicSettings {
    /// The setting by which records go, as Kafka spells it; nil where every record stays.
    fileprivate var losing: String? {
        if cleanup == .compact { return "cleanup.policy is compact and must be delete" }
        if let retention { return "retention.ms is \(retention.components.seconds * 1000) and must be -1" }
        return retentionBytes.map { "retention.bytes is \($0) and must be -1" }
    }
}

extension Check {
    /// The check that a topic is there.
    static func topic(_ topic: String, in log: any EventLog) -> Check {
        Check("topic \(topic)") { _ = try log.partitions(of: topic) }
    }
}
