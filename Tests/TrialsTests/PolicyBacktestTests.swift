import Desk
import DeskStore
import EventLogs
import Formats
import LocalStore
import PipelineFiles
import Policy
import Records
import Support
import Testing
import Trials

struct PolicyBacktestTests {
    private let folder: TemporaryFolder
    private let present: DecisionPolicy
    private let candidate: DecisionPolicy

    init() throws {
        folder = try TemporaryFolder()
        present = try readPolicy(file: folder.write("review: 0.5\ndecline: 0.9\n", to: "present.yaml"))
        candidate = try readPolicy(
            file: folder.write(
                """
                review: 0.4
                decline: 0.95
                windows: [{ name: seen, kind: count, entity: customer, over: 1d }]
                rules:
                  - id: third
                    mode: live
                    reason: Third today
                    when: { window: { name: seen, at_least: 3 } }
                    at_least: review
                """, to: "candidate.yaml"))
    }

    private let parser = RecordParser(mapping: .canonical)

    private func parts(_ text: String) -> [RecordPart] { parser.parts(Array(text.utf8), at: nil) }

    private func payment(_ number: Int, customer: Int, second: Int, cents: Int) -> String {
        let time = EventTime(seconds: 1_769_000_000 + Int64(second)).rfc3339
        let amount = MinorUnits(Int64(cents)).decimal
        return
            #"{"id":"t-\#(number)","time":"\#(time)","customer":"c-\#(customer)","terminal":"x","amount":"\#(amount)"}"#
    }

    @Test("row for row as an agent that is fed the same records, by both policies, in all that the report counts")
    func equalsReplay() throws {
        var random = SplitMix64(7)
        var test = PolicyBacktest(present: present, candidate: candidate)
        var records: [(text: String, probability: Double?)] = []
        var labels: [Int: Bool] = [:]
        for number in 0..<3000 {
            let text = payment(
                number, customer: Int(random.next() % 300), second: number * 90,
                cents: 100 + Int(random.next() % 100_000))
            records.append((text, random.next() % 50 == 0 ? nil : Double(random.next() % 1001) / 1000))
            if random.next() % 40 == 0 { records.append((text, nil)) }
            if random.next() % 3 == 0 {
                let fraud = random.next() % 4 == 0
                labels[number] = fraud
                records.append((#"{"type":"label","transaction":"t-\#(number)","fraud":\#(fraud)}"#, nil))
            }
        }
        // What an agent sees of it, as slow as can be: all of a customer's payments of the last day, counted for each anew.
        var seen: [(id: String, customer: String, time: Int64, amount: Int64, probability: Double?, offset: Int64)] = []
        for (place, (text, probability)) in records.enumerated() {
            for part in parts(text) {
                test.take(
                    part, at: SourcePosition(offset: Int64(place)),
                    decision: probability.map { ($0, present.bands.band($0)) })
                guard let payment = part.transaction, !seen.contains(where: { $0.id == payment.id }) else { continue }
                seen.append(
                    (
                        payment.id, payment.customer, payment.time.seconds, payment.amount.value, probability,
                        Int64(place)
                    ))
            }
        }
        var expected: [BacktestRow] = []
        for (place, row) in seen.enumerated() {
            guard let probability = row.probability else { continue }
            let before = seen[..<place].count { $0.customer == row.customer && row.time - $0.time < 86_400 }
            let score = candidate.bands.band(probability)
            expected.append(
                .init(
                    transaction: row.id, source: SourcePosition(offset: row.offset), day: row.time / 86_400,
                    amount: row.amount,
                    present: present.bands.band(probability),
                    candidate: windowCount(before) >= 3 ? max(score, .review) : score,
                    decided: present.bands.band(probability), isTried: windowCount(before) >= 3))
        }
        #expect(test.rows.count == expected.count)
        let wrong = zip(test.rows, expected).filter { $0 != $1 }
        #expect(wrong.isEmpty, "\(wrong.count) of \(expected.count), first \(wrong.first.map { "\($0)" } ?? "")")
        let report = test.report
        func known(_ row: BacktestRow) -> Bool? { Int(row.transaction.dropFirst(2)).flatMap { labels[$0] } }
        let alerts = expected.filter { $0.candidate.alerts }
        #expect(report.total.candidate.alerts == alerts.count && report.total.rows == expected.count)
        #expect(report.total.candidate.caught == alerts.count { known($0) == true })
        #expect(report.total.candidate.falseAlarms == alerts.count { known($0) == false })
        #expect(report.total.candidate.unknown == alerts.count { known($0) == nil })
        #expect(report.total.candidate.caughtValue == alerts.filter { known($0) == true }.map(\.amount).reduce(0, +))
        #expect(report.total.changed == expected.count { $0.present != $0.candidate } && report.total.changed > 100)
        #expect(report.total.frauds == expected.count { known($0) == true })
        #expect(
            report.unscored == seen.count { $0.probability == nil }
                && report.repeats == records.count - 3000 - labels.count)
        #expect(report.differing == 0)
        let tried = expected.filter(\.isTried)
        #expect(report.tried.alerts == tried.count && report.tried.caught == tried.count { known($0) == true })
        #expect(
            report.alertedBefore == tried.count { $0.present.alerts } && report.overlap.isEmpty && tried.count > 100)
        for (day, count) in report.days {
            let rows = expected.filter { $0.day == day }
            #expect(count.rows == rows.count && count.present.alerts == rows.count { $0.present.alerts })
            #expect(count.candidate.alerts == rows.count { $0.candidate.alerts })
        }
        #expect(report.days.values.map(\.rows).reduce(0, +) == expected.count)
    }

    /// A window has the payment itself.
    private func windowCount(_ before: Int) -> Int { before + 1 }

    @Test("a policy against itself changes nothing, and what was decided otherwise then is told")
    func same() throws {
        var test = PolicyBacktest(present: present, candidate: present)
        for number in 0..<10 {
            for part in parts(payment(number, customer: number, second: number, cents: 100)) {
                test.take(
                    part, at: SourcePosition(offset: Int64(number)), decision: (0.6, number == 3 ? .approve : .review))
            }
        }
        let report = test.report
        #expect(report.total.changed == 0 && report.differing == 1 && report.examples.isEmpty)
        #expect(report.total.present == report.total.candidate && report.total.present.alerts == 10)
        #expect(report.text.contains("10 transactions in 1 days") && report.json.contains(#""differing":1"#))
    }

    @Test(
        "a desk tries a rule on its log and index: as an agent that is fed the same, within a team's scope, and until it is ended"
    )
    func desk() throws {
        let member = MemberID("bank-a")!
        let file = try folder.write(
            """
            review: 0.5
            decline: 0.9
            windows: [{ name: seen, kind: count, entity: customer, over: 1d }]
            rules:
              - { id: large, mode: live, reason: Much, when: { amount: { at_least: 900 } }, at_least: review }
            """, to: "force.yaml")
        let rule = """
            - { id: third, mode: live, reason: Third today, when: { window: { name: seen, at_least: 3 } }, at_least: review }
            """
        let log = try SQLiteEventLog(directory: folder.path("log"), clock: ManualClock(), durability: .process)
        let topic = TopicPartition(Topics.transactions(member))
        try log.create([TopicSettings(name: topic.topic)])
        let index = try DeskIndex(path: folder.path("index"), member: member)
        let (force, candidate) = try readPolicy(file: file, trying: rule)
        var random = SplitMix64(11)
        var agent = PolicyBacktest(present: force, candidate: candidate)
        var team = agent
        let scope = try TeamScope("at_least=500")
        for number in 0..<2000 {
            let isLabel = number % 7 == 3
            let text =
                isLabel
                ? #"{"type":"label","transaction":"t-\#(number - 1)","fraud":\#(number % 2 == 0)}"#
                : payment(
                    number, customer: Int(random.next() % 200), second: number * 90,
                    cents: 100 + Int(random.next() % 100_000))
            try log.append([NewRecord(topic, value: Array(text.utf8))])
            let (source, probability) = (SourcePosition(offset: Int64(number)), Double(random.next() % 1001) / 1000)
            // The present policy's, but for what nobody has decided.
            let decision =
                random.next() % 20 == 0 ? nil : (probability: probability, band: force.bands.band(probability))
            for part in parts(text) {
                if let transaction = part.transaction {
                    var batch = DeskBatch(inputs: [.payment(transaction, at: source)], positions: [])
                    if let decision {
                        let id = ItemID(bytes: (0..<16).map { UInt8(truncatingIfNeeded: number >> ($0 % 4 * 8)) })!
                        batch.inputs.append(
                            .decision(id, of: source, band: decision.band, probability: decision.probability))
                    }
                    _ = try index.apply(batch)
                }
                agent.take(part, at: source, decision: decision)
                team.take(part, at: source, decision: decision, within: scope)
            }
        }
        let tester = DeskRuleTester(policy: file, member: member, mapping: .canonical, log: log, index: index)
        let read = try tester.read(rule)
        #expect(read.ids == ["third"])
        var steps: [Int] = []
        let report = try tester.test(read, within: .everything) { done, all in
            steps.append(done)
            return all == 2000
        }
        #expect(report == agent.report && report?.tried.alerts ?? 0 > 100 && report?.overlap["large"] ?? 0 > 5)
        #expect(steps.last == 2000)
        let own = try tester.test(read, within: scope) { _, _ in true }
        #expect(own == team.report && own?.total.rows ?? 0 < report?.total.rows ?? 0)
        #expect(own?.examples.allSatisfy { $0.amount >= MinorUnits(50_000) } == true && own?.examples.isEmpty == false)
        #expect(own?.total.rows == agent.rows.count { $0.amount >= 50_000 })
        #expect(try tester.test(read, within: .everything) { _, _ in false } == nil)
    }

    @Test(
        "a rule that is tried takes a present one's place or stands behind all, and what is none is said with its line")
    func trying() throws {
        let file = try folder.write(
            """
            review: 0.5
            decline: 0.9
            lists: { bad: [m-1, m-2] }
            rules:
              - { id: one, mode: live, reason: One, when: { amount: { at_least: 10 } }, at_least: review }
              - { id: two, mode: shadow, reason: Two, when: { merchant: { in: bad } }, set: decline }
            """, to: "force.yaml")
        let changed = "{ id: two, mode: shadow, reason: Two, when: { merchant: { in: bad } }, set: review }"
        let (present, candidate) = try readPolicy(file: file, trying: changed)
        #expect(present == (try readPolicy(file: file)))
        #expect(candidate.rules.map(\.id) == ["one", "two"] && candidate.rules[0] == present.rules[0])
        #expect(candidate.rules[1].mode == .live && candidate.rules[1].effect == .set(.review))
        let starred = #"{ id: n, mode: live, reason: "a * b, c*", when: { amount: { at_least: 7 } }, set: decline }"#
        #expect(try readPolicy(file: file, trying: starred).candidate.rules.map(\.reason).last == "a * b, c*")
        let bounds = try readPolicy(file: file, trying: "review: 0.3\ndecline: 0.9\n").candidate
        #expect(bounds.bands.band(0.4) == .review && bounds.rules == present.rules)
        for (text, words) in [
            ("- { id: three }", "`mode` is missing"), ("x", "a mapping"), ("", "empty"), ("- [", "not YAML"),
            ("lists: { all: { file: /etc/hostname } }", "unknown key `lists`"),
            ("- { id: n, mode: live, reason: N, when: { merchant: { in: worse } }, set: decline }", "worse"),
            (
                "- { id: n, mode: live, reason: N, when: { hour: 3 }, set: decline }\n- { id: n, mode: live, reason: M, when: { hour: 4 }, set: decline }",
                "the rule is named twice"
            ),
            ("review: 0.5\ndecline: 0.9\n", "nothing of this"),
            (
                "- id: &n new\n  mode: live\n  reason: *n\n  when: { amount: { at_least: 5 } }\n  set: decline\n",
                "the rule:3: a rule has no alias"
            ),
        ] {
            let error = #expect(throws: ConfigurationError.self) { try readPolicy(file: file, trying: text) }
            #expect(error.map { "\($0)".contains(words) } == true, "\(text): \(error.map { "\($0)" } ?? "")")
        }
    }
}
