import Foundation
import Support
import Testing

@Suite("cordon policy")
struct PolicyCommandTests {
    private struct Line: Decodable {
        struct Shadow: Decodable {
            var id: String
            var decision: String
        }

        var line: Int?
        var transaction: String?
        var probability: Double?
        var scoreDecision: String?
        var decision: String?
        var rules: [String]?
        var shadowRules: [Shadow]?
        var windows: [String: Double]?
        var rejected: String?
    }

    private static let policy = """
        review: 0.5
        decline: 0.9
        windows:
          - { name: row, kind: amount }
        rules:
          - { id: large, mode: live, reason: "Much at once", when: { window: { name: row, above: 100 } }, at_least: review }
          - { id: cash, mode: shadow, reason: Cash, when: { kind: cash_out }, set: decline }
        """

    private static let records = """
        {"id":"a","time":"2026-03-02","customer":"c","terminal":"t","amount":5,"probability":0.95}
        {"id":"b","time":"2026-03-02","customer":"c","terminal":"t","amount":500,"kind":"cash_out"}
        {"id":"c","time":"2026-03-02","customer":"c","terminal":"t","amount":-5}
        {"type":"label","transaction":"a","fraud":true}
        """

    @Test("check says what the committed example declares")
    func check() throws {
        let folder = try TemporaryFolder()
        let file = "pipelines/policies/retail-bank.yaml"
        let (exit, said) = try Program.run(["policy", "check", file], in: folder.url)
        #expect(exit == 0)
        #expect(
            said.hasPrefix("\(file): no mistakes\n  bands    challenge from 0.05, review from 0.1, decline from 0.5\n"))
        #expect(said.contains("\n  list     mule_accounts: 3 values\n"))
        #expect(
            said.contains(
                "\n  live     mule-account            set decline         The payee's account was used by mules\n"))
        #expect(said.contains("\n  shadow   holiday-transfers       at least review     "))
    }

    @Test("check and try stop at a mistake, with file and line, and a non-zero exit")
    func mistake() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.policy.replacing("cash_out", with: "cheque"), to: "policy.yaml")
        let records = try folder.write(Self.records, to: "records.jsonl")
        let mistake =
            "Error: \(file):7: card, transfer, instant_transfer, cash_out belongs here: it is compared with `kind`\n"
        for arguments in [["check", file], ["try", file, "--transactions", records]] {
            let (exit, said) = try Program.run(["policy"] + arguments, in: folder.url)
            #expect(exit == 1 && said == mistake)
        }
    }

    @Test("check tells a list's slips with their lines and ends with 1, and what is given twice with 0")
    func notes() throws {
        let folder = try TemporaryFolder()
        let rule = "{ id: mule, mode: live, reason: why, when: { payee: { in: l } }, set: decline }"
        let file = try folder.write(
            "review: 0.5\ndecline: 0.9\nlists: { l: { file: l.txt } }\nrules:\n  - \(rule)\n", to: "policy.yaml")
        let list = try folder.write("NL91ABNA0417164300\nnl91 abna 0417 1643 00\n", to: "l.txt")
        let (exit, said) = try Program.run(["policy", "check", file], in: folder.url)
        #expect(exit == 0 && said.hasPrefix("\(file): no mistakes\n"))
        #expect(said.contains("\n\(list):2: list `l`: the same value as in line 1\n"))
        try folder.write("NL91ABNA0417164301\n", to: "l.txt")
        let (slip, words) = try Program.run(["policy", "check", file], in: folder.url)
        #expect(slip == 1 && words.contains("\n\(list):1: list `l`: never matches an account"))
        #expect(!words.contains("no mistakes") && !words.contains("NL91"))
    }

    @Test("try says for each transaction which rules match and what comes of it, as text and as JSON")
    func trial() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.policy, to: "policy.yaml")
        let records = try folder.write(Self.records, to: "records.jsonl")
        let arguments = ["policy", "try", file, "--transactions", records, "--probability", "0.25"]
        let (exit, text) = try Program.run(arguments, in: folder.url)
        #expect(exit == 0)
        #expect(
            text.hasPrefix(
                """
                line 1  a  2026-03-02T00:00:00Z  5.00  decline
                line 2  b  2026-03-02T00:00:00Z  500.00  approve by score, review
                    live    large: Much at once
                    shadow  cash: would be decline: Cash
                line 3  rejected as amount_negative
                2 transactions, 1 rejected, 1 labels and outcomes

                """), "\(text)")
        #expect(text.contains("\nscore alone           1          0          0          1\n"))
        #expect(text.contains("\nwith rules            0          0          1          1\n"))
        #expect(text.contains("\nlarge  live             1                    1\n"))
        #expect(text.hasSuffix("\ncash   shadow           1                    1\n"))

        let (ended, json) = try Program.run(arguments + ["--json"], in: folder.url)
        #expect(ended == 0)
        let lines = try json.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        try #require(lines.count == 3)
        #expect(lines.map(\.line) == [1, 2, 3] && lines.map(\.transaction) == ["a", "b", nil])
        #expect(lines.map(\.probability) == [0.95, 0.25, nil])
        #expect(lines.map(\.scoreDecision) == ["decline", "approve", nil])
        #expect(lines.map(\.decision) == ["decline", "review", nil])
        #expect(lines[1].rules == ["large"] && lines[1].shadowRules?.map(\.id) == ["cash"])
        #expect(lines[1].shadowRules?.map(\.decision) == ["decline"] && lines[1].windows == ["row": 500])
        #expect(lines[2].rejected == "amount_negative")

        let (_, summary) = try Program.run(arguments + ["--summary"], in: folder.url)
        #expect(summary.hasPrefix("2 transactions, 1 rejected, 1 labels and outcomes\n") && text.hasSuffix(summary))
    }
}
