import EventLogs
import Logging

/// Settings of topics that a process can't do without, looked at before it starts: `cordon topics check` looks at the rest.
struct TopicNeeds {
    /// Topics that must keep the newest record of each key, however old.
    var compacted: [String]
    /// Topics that must keep their records at least this long.
    var kept: [String: Duration] = [:]

    /// Throws a sentence that names topic and setting. A log that does not let its settings be seen is warned of.
    func check(_ log: any EventLog, _ logger: Logger) throws {
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
                throw Failure(
                    "\(topic): cleanup.policy is \(found.cleanup.rawValue) and must be compact, or what it holds is gone "
                        + "one day")
            }
            if let least = kept[topic], let age = found.retention, age < least {
                throw Failure(
                    "\(topic): retention.ms is \(age.components.seconds * 1000) and must be at least "
                        + "\(least.components.seconds * 1000), so that windows can be filled again from it")
            }
        }
    }
}
