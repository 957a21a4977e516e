package import EventLogs
package import Logging

/// Settings of topics that a process can't do without, looked at before it starts: `cordon topics check` looks at the rest.
package struct TopicNeeds {
    /// Topics that must keep the newest record of each key, however old.
    package var compacted: [String]
    /// Topics that must keep their records at least this long.
    package var kept: [String: Duration] = [:]

    package init(compacted: [String], kept: [String: Duration] = [:]) {
        self.compacted = compacted
        self.kept = kept
    }

    /// Throws a sentence that names topic and setting. A log that does not let its settings be seen is warned of.
    package func check(_ log: any EventLog, _ logger: Logger) throws {
        for topic in (compacted + kept.keys).sorted() {
            let found: TopicSettings
            do {
                found = try log.settings(of: topic)
            } catch {
                guard case .failed(let reason) = error else { throw error }
                logger.warning("the settings of \(topic) can't be seen and were not checked: \(reason)")
                continue
            }
            if compacted.contains(topic), found.cleanup != .compact {
                throw RoleError.topicNotCompacted(topic: topic, cleanup: found.cleanup)
            }
            if let least = kept[topic], let age = found.retention, age < least {
                throw RoleError.topicKeepsTooLittle(
                    topic: topic, seconds: age.components.seconds, least: least.components.seconds)
            }
        }
    }
}
