package import EventLogs
package import Records

/// Reads `pipelines/topics.yaml`: `<member>` stands for every member.
package func readTopics(file: String, members: [MemberID]) throws(ConfigurationError) -> [TopicSettings] {
    let root = try YAMLNode(file: file)
    try root.allow("topics")
    var out: [TopicSettings] = []
    for node in try root.child("topics").list {
        try node.allow(
            "name", "partitions", "cleanup", "retention_days", "retention_bytes", "replication", "min_in_sync",
            "timestamps")
        let name = try node.child("name")
        let text = try name.string
        let cleanup = try node.child("cleanup")
        guard let policy = TopicSettings.Cleanup(rawValue: try cleanup.string) else {
            throw cleanup.wrong("delete or compact belongs here")
        }
        let partitions = try node.child("partitions").int(in: 1...1024)
        let retention = try node.optional("retention_days")?.int(in: 1...36_500)
        let bytes = try node.optional("retention_bytes")?.int(in: 1...Int(Int64.max))
        if policy == .compact, let setting = node.optional("retention_days") ?? node.optional("retention_bytes") {
            throw setting.wrong("a compacted topic keeps the newest record of each key, whatever its age")
        }
        let replication = try node.optional("replication")?.int(in: 1...100)
        let minInSync = try node.optional("min_in_sync")?.int(in: 1...100)
        let timestamps = try node.optional("timestamps").map { node throws(ConfigurationError) in
            guard let stamps = TopicSettings.Timestamps(rawValue: try node.string) else {
                throw node.wrong("log or writer belongs here: whose clock says when a record was appended")
            }
            return stamps
        }
        let names = text.contains("<member>") ? members.map { text.replacing("<member>", with: $0.name) } : [text]
        for each in names {
            guard isTopicName(each) else {
                throw name.wrong("1 to 249 of letters, digits and . _ -, with an owner before a dot, belong here")
            }
            guard !out.contains(where: { $0.name == each }) else { throw name.wrong("the topic is named twice") }
            out.append(
                TopicSettings(
                    name: each, partitions: partitions, cleanup: policy,
                    retention: retention.map { .seconds($0 * 86_400) }, retentionBytes: bytes, replication: replication,
                    minInSync: minInSync, timestamps: timestamps))
        }
    }
    return out
}

/// Kafka's rule for topic names, and ours that an owner stands before a dot.
private func isTopicName(_ text: String) -> Bool {
    (1...249).contains(text.utf8.count) && text.dropFirst().contains(".") && !text.hasPrefix(".")
        && text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte)
        }
}
