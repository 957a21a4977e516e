import EventLogs

extension TopicSettings {
    /// Kafka's names and values of what is set here.
    var configuration: [(name: String, value: String)] {
        var out = [(name: "cleanup.policy", value: cleanup.rawValue)]
        if cleanup == .delete {
            out.append(("retention.ms", retention.map { String(Int64($0 / .milliseconds(1))) } ?? "-1"))
            if let retentionBytes { out.append(("retention.bytes", String(retentionBytes))) }
        }
        if let minInSync { out.append(("min.insync.replicas", String(minInSync))) }
        if let timestamps { out.append(("message.timestamp.type", Self.kafka(timestamps))) }
        return out
    }

    private static func kafka(_ timestamps: Timestamps) -> String {
        switch timestamps {
        case .writer: "CreateTime"
        case .log: "LogAppendTime"
        }
    }

    /// A topic as a broker describes it.
    init(name: String, partitions: Int, replication: Int?, configuration: [String: String]) {
        func number(_ key: String) -> Int? { configuration[key].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 } }
        let timestamps = configuration["message.timestamp.type"]
        let policy = configuration["cleanup.policy"] ?? ""
        self.init(
            name: name, partitions: partitions, cleanup: policy.contains("compact") ? .compact : .delete,
            retention: number("retention.ms").map { .milliseconds($0) }, retentionBytes: number("retention.bytes"),
            replication: replication, minInSync: number("min.insync.replicas"),
            timestamps: [.writer, .log].first { Self.kafka($0) == timestamps })
    }
}
