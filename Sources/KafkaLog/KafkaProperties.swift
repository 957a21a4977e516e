import EventLogs

/// What librdkafka is told: the user's properties over our defaults, and under the few that our reading depends on.
enum KafkaProperties {
    /// Errors come back as `LogError`, so only critical ones are also printed; `debug` or `log_level` brings the rest.
    private static let common = ["client.id": "cordon", "log_level": "2", "statistics.interval.ms": "5000"]

    private static let producing = [
        "enable.idempotence": "true",
        "linger.ms": "2",
        // 64 MiB instead of 1 GiB: a full queue holds `append` up, it does not fill memory.
        "queue.buffering.max.kbytes": "65536",
        "message.timeout.ms": "60000",
        // A broker's own default, a little above librdkafka's, so that a value of 1 MB passes.
        "message.max.bytes": "1048588",
    ]

    private static let consuming = [
        "group.id": "cordon",
        "queued.max.messages.kbytes": "16384",
        "queued.min.messages": "10000",
        "fetch.wait.max.ms": "100",
    ]

    private static let fixed = [
        "enable.auto.commit": "false",
        "enable.auto.offset.store": "false",
        "auto.offset.reset": "error",
        "enable.partition.eof": "true",
        "allow.auto.create.topics": "false",
    ]

    static func check(_ properties: [String: String]) throws(LogError) {
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            if let own = fixed[name], own != value {
                throw .failed(reason: "\(name): Cordon needs \(own) here; leave the property out")
            }
            if name == "transactional.id" {
                throw .failed(reason: "\(name): Cordon names its transactional writers itself; leave the property out")
            }
        }
    }

    static func producer(_ properties: [String: String]) -> [String: String] {
        common.merging(producing, uniquingKeysWith: second).merging(properties, uniquingKeysWith: second)
    }

    static func consumer(_ properties: [String: String], group: String? = nil) -> [String: String] {
        var merged = common.merging(consuming, uniquingKeysWith: second).merging(properties, uniquingKeysWith: second)
            .merging(fixed, uniquingKeysWith: second)
        if let group { merged["group.id"] = group }
        return merged
    }

    /// A member of a consumer group, which reads nothing itself.
    static func member(_ properties: [String: String], _ settings: GroupSettings) -> [String: String] {
        let timeout = settings.sessionTimeout.kafkaMilliseconds
        var merged = consumer(properties, group: settings.group)
        merged["partition.assignment.strategy"] = "cooperative-sticky"
        merged["group.instance.id"] = settings.instance
        merged["session.timeout.ms"] = String(timeout)
        merged["heartbeat.interval.ms"] = String(max(1, timeout / 3))
        merged["max.poll.interval.ms"] = String(max(timeout, 300_000))
        return merged
    }

    private static func second(_: String, _ new: String) -> String { new }
}
