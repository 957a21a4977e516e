import Foundation
import Model
import PipelineFiles
import Policy
import Records
import Testing

private func payment(_ customer: String = "c1", amount: Int64 = 1000) -> Transaction {
    Transaction(
        id: "p", time: EventTime(rfc3339: "2026-03-06T22:30:00Z")!, customer: customer, terminal: "t1",
        amount: MinorUnits(amount))
}

@Suite("Policy files")
struct PolicyFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private static let bands = "review: 0.1\ndecline: 0.5\n"

    /// A policy of one rule, which begins at line 4 and whose condition is on line 7.
    private static func rule(_ when: String, _ effect: String = "set: decline") -> String {
        bands + "rules:\n  - id: r\n    mode: live\n    reason: why\n    when: \(when)\n    \(effect)\n"
    }

    private func policy(_ text: String) throws -> DecisionPolicy {
        try file.write(text)
        return try readPolicy(file: file.path)
    }

    private func condition(_ when: String, _ sections: String = "") throws -> Condition {
        try #require(try policy(sections + Self.rule(when)).rules.first).condition
    }

    @Test("may have bands alone; whole numbers are numbers")
    func bands() throws {
        #expect(try policy("review: 0\ndecline: 1\n") == (try DecisionPolicy(review: 0, decline: 1)))
        #expect(
            try policy("challenge: 0.05\n" + Self.bands).bands
                == (try ScoreBands(challenge: 0.05, review: 0.1, decline: 0.5)))
    }

    @Test("declare windows, lists and rules, in order")
    func whole() throws {
        let policy = try policy(
            """
            review: 0.1
            decline: 0.5
            windows:
              - { name: n, kind: amount }
            lists: { vips: [a, b], empty: { file: \(try list("empty.txt", "# none yet\n\n")) } }
            rules:
              - { id: first_1, mode: shadow, reason: "one: two", when: { amount: { above: 10 } }, at_least: challenge }
              - id: second-2
                mode: live
                reason: three
                when: { customer: { in: vips } }
                set: approve
            """)
        #expect(policy.windows == [Feature(name: "n", kind: .amount)])
        #expect(policy.lists == ["vips": 2, "empty": 0])
        #expect(
            policy.rules == [
                PolicyRule(
                    id: "first_1", mode: .shadow, reason: "one: two",
                    condition: .amount(try #require(Limits(lower: .exclusive(MinorUnits(1000)), upper: nil))),
                    effect: .atLeast(.challenge)),
                PolicyRule(
                    id: "second-2", mode: .live, reason: "three",
                    condition: .text(.customer, ValueSet(texts: ["a", "b"])), effect: .set(.approve)),
            ])
    }

    private func list(_ name: String, _ text: String) throws -> String {
        let path = URL(fileURLWithPath: file.path).deletingLastPathComponent().appendingPathComponent(name)
        try Data(text.utf8).write(to: path)
        return name
    }

    @Test("have conditions in every form that docs/POLICY.md names")
    func forms() throws {
        func limits(_ low: Int64?, _ high: Int64?) throws -> Condition {
            .amount(
                try #require(
                    Limits(
                        lower: low.map { .inclusive(MinorUnits($0)) }, upper: high.map { .inclusive(MinorUnits($0)) })))
        }
        // Exact: none of these passes through floating point.
        #expect(try condition("{ amount: 0.29 }") == limits(29, 29))
        #expect(try condition("{ amount: { equals: 90071992547.40 } }") == limits(9_007_199_254_740, 9_007_199_254_740))
        #expect(
            try condition("{ amount: { at_least: 0.1, at_most: 1e0 } }".replacing("1e0", with: "1.10"))
                == limits(10, 110))
        #expect(try condition("{ amount: { between: [1, 2.50] } }") == limits(100, 250))
        #expect(
            try condition("{ amount: { above: 1, below: 2 } }")
                == .amount(
                    try #require(Limits(lower: .exclusive(MinorUnits(100)), upper: .exclusive(MinorUnits(200))))))
        #expect(
            try condition("{ probability: { below: 1 } }")
                == .probability(try #require(Limits(lower: nil, upper: .exclusive(1)))))
        let window = Condition.window("n", try #require(Limits(lower: .exclusive(2.5), upper: nil)))
        #expect(
            try condition("{ window: { name: n, above: 2.5 } }", "windows: [{ name: n, kind: amount }]\n") == window)

        let card = Condition.text(.kind, ValueSet(texts: ["card"]))
        for form in ["card", "[card]", "{ equals: card }", "{ in: [card] }", "{ in: cards }"] {
            #expect(try condition("{ kind: \(form) }", "lists: { cards: [card] }\n") == card)
        }
        // Written as numbers, kept as texts: a leading zero stays.
        #expect(
            try condition("{ merchant_category: [0742, \"58*\"] }")
                == .text(.entity(.merchantCategory), ValueSet(texts: ["0742"], prefixes: ["58"])))
        #expect(try condition("{ country: [NO] }") == .text(.entity(.country), ValueSet(texts: ["NO"])))
        #expect(try condition("{ device: { exists: false } }") == .exists(.entity(.device), false))
        var networks = NetworkSet()
        for text in ["192.0.2.0/24", "2001:db8::1"] where !networks.insert(text) {
            Issue.record("\(text) is no network")
        }
        #expect(try condition("{ ip: [192.0.2.0/24, \"2001:db8::1\"] }") == .address(networks))
        for field in TextField.allCases where field.form == nil {
            #expect(try condition("{ \(field.name): X }") == .text(field, ValueSet(texts: ["X"])))
        }
        #expect(
            try condition("{ kind: card, amount: 0.29, any: [{ kind: card }, { not: { kind: card } }] }")
                == .all([card, limits(29, 29), .any([card, .not(card)])]))
        #expect(try condition("{ all: [{ kind: card }] }") == .all([card]))
    }

    @Test("have schedules by the policy's zone, or one of their own")
    func schedules() throws {
        let berlin = try #require(Zone("Europe/Berlin"))
        let zone = "zone: Europe/Berlin\n"
        #expect(
            try condition("{ time_of_day: { from: 22:00, to: \"06:30\" } }")
                == .schedule(Schedule(.daily(from: 79_200, until: 23_400), zone: .utc)))
        #expect(
            try condition("{ time_of_day: { from: 22:00, to: 06:30, zone: +02:00 } }", zone)
                == .schedule(Schedule(.daily(from: 79_200, until: 23_400), zone: try #require(Zone("+02:00")))))
        #expect(
            try condition("{ hour: { at_least: 22 } }", zone)
                == .schedule(Schedule(.hours(try #require(Limits(lower: .inclusive(22), upper: nil))), zone: berlin)))
        #expect(
            try condition("{ weekday: [sat, sun] }", zone) == .schedule(Schedule(.weekdays([5, 6]), zone: berlin)))
        let day = try #require(EventTime(rfc3339: "2026-12-25")).dayNumber
        #expect(
            try condition("{ date: { in: holidays } }", "lists: { holidays: [2026-12-25, 2026-12-26] }\n")
                == .schedule(Schedule(.days([day, day + 1]), zone: .utc)))
        #expect(
            try condition("{ date: { from: 2026-12-25 } }")
                == .schedule(Schedule(.dates(try #require(Limits(lower: .inclusive(day), upper: nil))), zone: .utc)))
    }

    @Test("take lists from files: comments, blank lines, line ends of any kind, beginnings")
    func listFiles() throws {
        let name = try list("accounts.txt", "\u{FEFF}# ours\r\na-1\r\n\r\n  a-2\t\n#a-3\nb*\n*\n")
        let lists = "lists: { accounts: { file: \(name) } }\n"
        #expect(
            try condition("{ account: { in: accounts } }", lists)
                == .text(.entity(.account), ValueSet(texts: ["A-1", "A-2", "*"], prefixes: ["b", "B"])))
        // A value that looks like YAML is a text all the same.
        let numbers = try list("numbers.txt", "0742\n1e3\nnull\n")
        #expect(
            try condition("{ customer: { in: n } }", "lists: { n: { file: \(numbers) } }\n")
                == .text(.customer, ValueSet(texts: ["0742", "1e3", "null"])))
    }

    @Test("that are committed are read, and decide")
    func committed() throws {
        let policy = try readPolicy(file: ConfigurationFixture.committed("policies/retail-bank.yaml"))
        #expect(policy.rules.count == 10 && policy.windows.count == 3 && policy.lists["mule_accounts"] == 3)
        #expect(policy.rules.contains { $0.mode == .shadow } && policy.rules.contains { $0.effect == .set(.approve) })
        func outcome(_ probability: Double, _ windows: [String: Double] = [:], _ change: (inout Transaction) -> Void)
            -> PolicyOutcome
        {
            var transaction = payment(amount: 200_000)
            change(&transaction)
            return policy.decide(PolicyFacts(transaction: transaction, probability: probability, windows: windows))
        }
        #expect(outcome(0.04) { _ in }.rules.isEmpty)
        let mule = outcome(0) { $0.entities[.payee] = "99999999/71" }
        #expect(mule.band == .decline && mule.scoreBand == .approve && mule.rules.map(\.id) == ["mule-account"])
        #expect(outcome(0.7) { $0.terminal = "energy-north" }.band == .approve)
        #expect(outcome(0.8) { $0.terminal = "energy-north" }.band == .decline)
        #expect(outcome(0) { $0.kind = .cashOut }.rules.map(\.id) == ["cash-at-night"])
        #expect(
            outcome(0, ["customer_count_1d": 41]) { $0.channel = .online }.rules.map(\.id) == ["many-payments"])
        #expect(outcome(0, ["amount_over_mean_30d": 9]) { $0.entities[.country] = "DE" }.rules.isEmpty)
        #expect(outcome(0, ["amount_over_mean_30d": 9]) { $0.entities[.country] = "US" }.band == .challenge)
    }
}
