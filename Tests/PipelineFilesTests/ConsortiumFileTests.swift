import Foundation
import PipelineFiles
import Records
import Testing

@Suite("The plan of a consortium")
struct ConsortiumFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private static let valid = """
        consortium: demo
        epoch: 2147483647
        parties:
          - { name: party-2, host: c.example, port: 65535 }
          - { name: party-0, host: 127.0.0.1, port: 1 }
          - { name: party-1, host: "::1", port: 7301 }
        members: [bank-a, b]

        """

    private func mistake(_ text: String) throws -> String? {
        try file.mistake(text) { path in _ = try ConsortiumPlan(file: path) }
    }

    @Test("is read, whatever the order of its parties")
    func reads() throws {
        try file.write(Self.valid)
        let plan = try ConsortiumPlan(file: file.path)
        #expect(plan.name == "demo" && plan.epoch == 2_147_483_647 && plan.members.map(\.name) == ["bank-a", "b"])
        #expect(
            plan.parties == [
                .zero: .init(host: "127.0.0.1", port: 1), .one: .init(host: "::1", port: 7301),
                .two: .init(host: "c.example", port: 65_535),
            ])
    }

    @Test("says how many events of a member count, 8,191 where it says nothing")
    func countLimit() throws {
        for (more, limit, history) in [
            ("", 8191, 1_000_000), ("counts: { member_events: 7 }\n", 7, 1_000_000),
            ("counts: { member_events: 7, history: 9 }\n", 7, 9),
        ] {
            try file.write(Self.valid + more)
            let plan = try ConsortiumPlan(file: file.path)
            #expect(plan.countLimit == limit && plan.historyLimit == history)
        }
    }

    @Test(
        "names operators, how many approve, and how often histograms are opened; none and the standard where it says nothing"
    )
    func operators() throws {
        try file.write(Self.valid)
        let silent = try ConsortiumPlan(file: file.path)
        #expect(silent.operators.isEmpty && silent.approvals == 0 && silent.openings == .standard)
        try file.write(
            Self.valid
                + "operators: [anna, bernd]\napprovals: 2\nopenings: { histograms: 3, windows: 4, days: 9, apart: 5 }\n"
        )
        let plan = try ConsortiumPlan(file: file.path)
        #expect(plan.operators.map(\.name) == ["anna", "bernd"] && plan.approvals == 2)
        #expect(plan.openings == OpeningLimits(histograms: 3, windows: 4, days: 9, apart: 5))
    }

    private static let member = "1 to 40 of a-z, 0-9 and -, starting with a letter, belong here (not `consortium`)"

    /// What is replaced, by what, and what is said.
    private static let wrong: [(old: String, new: String, said: String)] = [
        ("consortium: demo\n", "", "1: `consortium` is missing"),
        ("consortium: demo", "consortium: ''", "1: consortium: a text belongs here"),
        ("2147483647", "2147483648", "2: epoch: a whole number from 1 to 2147483647 belongs here"),
        ("2147483647", "0", "2: epoch: a whole number from 1 to 2147483647 belongs here"),
        ("2147483647", "1.5", "2: epoch: a whole number from 1 to 2147483647 belongs here"),
        ("party-0", "party-2", "5: parties[1].name: party-2 is named twice"),
        ("party-0", "party-3", "5: parties[1].name: party-0, party-1 or party-2 belongs here"),
        ("party-0", "Party-0", "5: parties[1].name: party-0, party-1 or party-2 belongs here"),
        ("host: c.example, ", "", "4: parties[0]: `host` is missing"),
        (", port: 1 }", " }", "5: parties[1]: `port` is missing"),
        ("7301", "0", "6: parties[2].port: a whole number from 1 to 65535 belongs here"),
        ("7301", "65536", "6: parties[2].port: a whole number from 1 to 65535 belongs here"),
        ("7301", "http", "6: parties[2].port: a whole number from 1 to 65535 belongs here"),
        (
            "members: ", "counts: { member_events: 0 }\nmembers: ",
            "7: counts.member_events: a whole number from 1 to 16777215 belongs here"
        ),
        ("members: ", "operators: [anna, anna]\nmembers: ", "7: operators[1]: anna is named twice"),
        ("members: ", "operators: [Anna]\nmembers: ", "7: operators[0]: \(member)"),
        ("members: ", "approvals: 1\nmembers: ", "7: approvals: a whole number from 0 to 0 belongs here"),
        (
            "members: ", "openings: { histograms: 0 }\nmembers: ",
            "7: openings.histograms: a whole number from 1 to 1000 belongs here"
        ),
        ("members: ", "counts: {}\nmembers: ", "7: counts: `member_events` is missing"),
        ("7301 }", "7301, key: a }", "6: parties[2]: unknown key `key`; known here: name, host, port"),
        ("  - { name: party-1, host: \"::1\", port: 7301 }\n", "", "4: parties: three parties belong here"),
        ("[bank-a, b]", "[]", "7: members: at least one member belongs here"),
        ("[bank-a, b]", "bank-a", "7: members: a list belongs here"),
        ("[bank-a, b]", "[bank-a, bank-a]", "7: members[1]: bank-a is named twice"),
        ("[bank-a, b]", "[bank-a, consortium]", "7: members[1]: \(member)"),
        ("[bank-a, b]", "[1bank]", "7: members[0]: \(member)"), ("[bank-a, b]", "[bank_a]", "7: members[0]: \(member)"),
        ("[bank-a, b]", "[\(String(repeating: "a", count: 41))]", "7: members[0]: \(member)"),
        ("[bank-a, b]", "[[bank-a]]", "7: members[0]: a text belongs here"),
        (
            "members: ", "banks: ",
            "7: unknown key `banks`; known here: consortium, epoch, parties, members, budget, event_time, counts, "
                + "scores, operators, approvals, openings"
        ),
    ]

    @Test("says each mistake with its line", arguments: wrong)
    func mistakes(old: String, new: String, said: String) throws {
        let text = Self.valid.replacingOccurrences(of: old, with: new)
        #expect(text != Self.valid)
        #expect(try mistake(text) == said)
    }

    @Test("of a single member with the longest name is one")
    func longest() throws {
        let name = String(repeating: "a", count: 40)
        #expect(try mistake(Self.valid.replacingOccurrences(of: "[bank-a, b]", with: "[\(name)]")) == nil)
    }
}
