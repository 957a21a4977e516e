import Formats
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
        var seen: [(id: String, customer: String, time: Int64, amount: Int64, probability: Double?)] = []
        for (text, probability) in records {
            for part in parts(text) {
                test.take(part, decision: probability.map { ($0, present.bands.band($0)) })
                guard let payment = part.transaction, !seen.contains(where: { $0.id == payment.id }) else { continue }
                seen.append((payment.id, payment.customer, payment.time.seconds, payment.amount.value, probability))
            }
        }
        var expected: [PolicyBacktest.Row] = []
        for (place, row) in seen.enumerated() {
            guard let probability = row.probability else { continue }
            let before = seen[..<place].count { $0.customer == row.customer && row.time - $0.time < 86_400 }
            let score = candidate.bands.band(probability)
            expected.append(
                .init(
                    transaction: row.id, day: row.time / 86_400, amount: row.amount,
                    present: present.bands.band(probability),
                    candidate: windowCount(before) >= 3 ? max(score, .review) : score,
                    decided: present.bands.band(probability)))
        }
        #expect(test.rows.count == expected.count)
        let wrong = zip(test.rows, expected).filter { $0 != $1 }
        #expect(wrong.isEmpty, "\(wrong.count) of \(expected.count), first \(wrong.first.map { "\($0)" } ?? "")")
        let report = test.report
        func known(_ row: PolicyBacktest.Row) -> Bool? { Int(row.transaction.dropFirst(2)).flatMap { labels[$0] } }
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
                test.take(part, decision: (0.6, number == 3 ? .approve : .review))
            }
        }
        let report = test.report
        #expect(report.total.changed == 0 && report.differing == 1 && report.examples.isEmpty)
        #expect(report.total.present == report.total.candidate && report.total.present.alerts == 10)
        #expect(report.text.contains("10 transactions in 1 days") && report.json.contains(#""differing":1"#))
    }
}
