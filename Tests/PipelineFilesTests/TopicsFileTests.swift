import EventLogs
import PipelineFiles
import Records
import Testing

@Suite("The topics file")
struct TopicsFileTests {
    private let file: ConfigurationFixture
    private static let members = ["bank-a", "bank-b"].compactMap { MemberID($0) }

    init() throws { file = try ConfigurationFixture() }

    private func mistake(_ text: String) throws -> String? {
        try file.mistake(text) { path in _ = try readTopics(file: path, members: Self.members) }
    }

    @Test("gives each topic its settings, and one topic a member where that is asked for")
    func reads() throws {
        try file.write(
            """
            topics:
              - { name: consortium.sealed, partitions: 1024, cleanup: delete, retention_days: 36500, retention_bytes: 1 }
              - { name: consortium.sessions, partitions: 1, cleanup: compact, replication: 3, min_in_sync: 2 }
              - { name: <member>.scores, partitions: 2, cleanup: delete, timestamps: log }
            """)
        let topics = try readTopics(file: file.path, members: Self.members)
        #expect(
            topics == [
                TopicSettings(
                    name: "consortium.sealed", partitions: 1024, retention: .seconds(36_500 * 86_400), retentionBytes: 1
                ),
                TopicSettings(name: "consortium.sessions", cleanup: .compact, replication: 3, minInSync: 2),
                TopicSettings(name: "bank-a.scores", partitions: 2, timestamps: .log),
                TopicSettings(name: "bank-b.scores", partitions: 2, timestamps: .log),
            ])
    }

    @Test("of nobody has a member's topics for nobody")
    func nobody() throws {
        try file.write("topics:\n  - { name: <member>.scores, partitions: 2, cleanup: delete }\n")
        #expect(try readTopics(file: file.path, members: []).isEmpty)
    }

    private static let name = "1 to 249 of letters, digits and . _ -, with an owner before a dot, belong here"

    @Test(
        "says what a topic's name is",
        arguments: [
            "sealed", ".sealed", "consortium sealed", "consortium/x.a", "bänk.a",
            "x.\(String(repeating: "a", count: 248))",
        ])
    func names(name: String) throws {
        #expect(
            try mistake("topics:\n  - { name: \"\(name)\", partitions: 1, cleanup: delete }\n")
                == "2: topics[0].name: \(Self.name)")
    }

    @Test(
        "takes every letter and length that Kafka takes",
        arguments: ["A.b", "a.", "a-b_c.9", "x.\(String(repeating: "a", count: 247))"])
    func goodNames(name: String) throws {
        #expect(try mistake("topics:\n  - { name: \"\(name)\", partitions: 1, cleanup: delete }\n") == nil)
    }

    @Test("takes a long name that a member's name makes too long for none")
    func longMember() throws {
        let rest = String(repeating: "a", count: 243)
        func text(_ rest: String) -> String {
            "topics:\n  - { name: <member>.\(rest), partitions: 1, cleanup: delete }\n"
        }
        #expect(try mistake(text(rest)) == "2: topics[0].name: \(Self.name)")
        #expect(try mistake(text(String(rest.dropLast()))) == nil)
    }

    @Test(
        "has a line for each mistake",
        arguments: [
            ("topics: 5\n", "1: topics: a list belongs here"),
            ("topic: []\n", "1: unknown key `topic`; known here: topics"),
            ("topics:\n  - { partitions: 1, cleanup: delete }\n", "2: topics[0]: `name` is missing"),
            ("topics:\n  - { name: a.b, cleanup: delete }\n", "2: topics[0]: `partitions` is missing"),
            ("topics:\n  - { name: a.b, partitions: 1 }\n", "2: topics[0]: `cleanup` is missing"),
            (
                "topics:\n  - { name: a.b, partitions: 0, cleanup: delete }\n",
                "2: topics[0].partitions: a whole number from 1 to 1024 belongs here"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1025, cleanup: delete }\n",
                "2: topics[0].partitions: a whole number from 1 to 1024 belongs here"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: remove }\n",
                "2: topics[0].cleanup: delete or compact belongs here"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: delete, timestamps: broker }\n",
                "2: topics[0].timestamps: log or writer belongs here: whose clock says when a record was appended"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: delete,\n      retention_days: 0 }\n",
                "3: topics[0].retention_days: a whole number from 1 to 36500 belongs here"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: delete, retention_bytes: -1 }\n",
                "2: topics[0].retention_bytes: a whole number from 1 to 9223372036854775807 belongs here"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: compact,\n      retention_days: 7 }\n",
                "3: topics[0].retention_days: a compacted topic keeps the newest record of each key, whatever its age"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: compact, retention_bytes: 7 }\n",
                "2: topics[0].retention_bytes: a compacted topic keeps the newest record of each key, whatever its age"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: delete, replication: 101 }\n",
                "2: topics[0].replication: a whole number from 1 to 100 belongs here"
            ),
            (
                "topics:\n  - { name: a.b, partitions: 1, cleanup: delete, min_in_sync: 0 }\n",
                "2: topics[0].min_in_sync: a whole number from 1 to 100 belongs here"
            ),
            (
                "topics:\n  - { name: bank-a.x, partitions: 1, cleanup: delete }\n"
                    + "  - { name: <member>.x, partitions: 1, cleanup: delete }\n",
                "3: topics[1].name: the topic is named twice"
            ),
        ])
    func mistakes(text: String, said: String) throws { #expect(try mistake(text) == said) }
}
