import Formats
import Foundation
import PipelineFiles
import Support
import Testing
import Trials

@Suite("Trials see what came before as an agent does")
struct StreamTrialTests {
    private let trial: Trial

    init() throws { trial = try Trial() }

    @Test("a transaction that comes again is a repeat, another one of its id a conflict, in whatever file it is")
    func conflicts() throws {
        let found = try trial.results([
            ("1.jsonl", [Trial.payment("a"), Trial.payment("a"), Trial.payment("b")].joined(separator: "\n")),
            (
                "2.jsonl",
                [Trial.payment("b", amount: "5.01"), Trial.payment("c"), Trial.payment("b")].joined(separator: "\n")
            ),
        ])
        #expect(
            found == [
                "1 transaction a", "2 repeat a", "3 transaction b", "1 rejected id_conflict", "2 transaction c",
                "3 repeat b",
            ])
    }

    @Test("what an agent might know of, and these files do not, is noted and not rejected")
    func notes() throws {
        let lines = try trial.lines([
            (
                "t.jsonl",
                [
                    Trial.payment("a"), Trial.payment("b", time: "2026-01-02T09:00:00Z"),
                    #"{"type":"label","transaction":"b","fraud":true}"#,
                    #"{"type":"label","transaction":"a","fraud":true}"#,
                ].joined(separator: "\n")
            )
        ])
        #expect(lines.map(\.result) == ["transaction", "transaction", "label", "label"])
        #expect(lines.map(\.notes) == [nil, ["too_late"], ["unknown_transaction"], nil])
    }

    @Test("a policy's trial decides once, with windows of what came before, and says what an agent would reject")
    func policy() throws {
        let file = try trial.folder.write(
            """
            review: 0.5
            decline: 0.9
            windows: [{ name: seen, kind: count, entity: customer, over: 1d }]
            rules:
              - id: third
                mode: live
                reason: Third today
                when: { window: { name: seen, at_least: 3 } }
                at_least: review
            """, to: "policy.yaml")
        let records = try trial.folder.write(
            [
                Trial.payment("a"), Trial.payment("a"), Trial.payment("a", amount: "9.00"), Trial.payment("b"),
                Trial.payment("c"), Trial.payment("d", time: "2026-01-02T09:00:00Z"),
                #"{"type":"label","transaction":"a","fraud":true}"#,
            ].joined(separator: "\n"), to: "t.jsonl")
        var trial = PolicyTrial(try readPolicy(file: file), probability: 0)
        let sample = try SampleFile(records, mapping: nil, rates: nil, rules: .init(), received: Trial.received)
        let said = try sample.records.flatMap { try trial.take($0, of: sample) }.map(\.text)
        #expect(
            said == [
                "line 1  a  2026-03-02T09:00:00Z  5.00  approve", "line 3  rejected as id_conflict",
                "line 4  b  2026-03-02T09:00:00Z  5.00  approve",
                "line 5  c  2026-03-02T09:00:00Z  5.00  approve by score, review\n    live    third: Third today",
                "line 6  rejected as too_late",
            ])
        #expect(trial.summary.hasPrefix("3 transactions, 2 rejected, 1 repeats, 1 labels and outcomes\n"))
    }
}
