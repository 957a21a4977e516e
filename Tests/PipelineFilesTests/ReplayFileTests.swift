import PipelineFiles
import Records
import Testing
import Worlds

@Suite("Replay files")
struct ReplayFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private func mistake(_ text: String) throws -> String? {
        try file.mistake(text) { path in _ = try readReplay(file: path) }
    }

    private static let columns = "columns: { id: a, time: b, customer: c, terminal: d, amount: e, fraud: f }\n"
    private static let plain = "columns: { id: a, time: b, customer: c, terminal: d, amount: e }\n"
    private static let digits = "members:\n  by_last_digit:\n    bank-a: [0, 1, 2, 3, 4]\n    bank-b: [9, 8, 7, 6, 5]\n"

    @Test("name the columns, and whose each last digit is, in whatever order that is said")
    func digits() throws {
        try file.write(Self.columns + Self.digits)
        let replay = try readReplay(file: file.path)
        #expect(
            [replay.id, replay.time, replay.customer, replay.terminal, replay.amount] == ["a", "b", "c", "d", "e"])
        #expect(replay.fraud == "f" && replay.scenario == nil && replay.truth == nil && replay.extras.isEmpty)
        guard case .byLastDigit(let owners) = replay.members else {
            Issue.record("no digits")
            return
        }
        #expect(owners.map(\.name) == [String](repeating: "bank-a", count: 5) + [String](repeating: "bank-b", count: 5))
    }

    @Test("take outcomes from a file beside the transactions, and members from a column")
    func truth() throws {
        try file.write(Self.plain + "members: { column: who }\ntruth: { file: t.csv, id: x, fraud: y }\n")
        let replay = try readReplay(file: file.path)
        guard case .column("who") = replay.members else {
            Issue.record("no column")
            return
        }
        #expect(replay.truth?.file == "t.csv" && replay.truth?.id == "x" && replay.truth?.fraud == "y")
        #expect(replay.truth?.scenario == nil && replay.fraud == nil)
    }

    private static let members = "members: { column: who }\n"
    private static let both = "1: outcomes come either from the column `fraud` or from a `truth` file"

    private static let wrong: [(text: String, said: String)] = [
        ("members: { column: who }\n", "1: `columns` is missing"), (columns, "1: `members` is missing"),
        ("columns: [a]\n", "1: columns: a mapping (key: value) belongs here"),
        ("columns: { id: a }\n" + members, "1: columns: `time` is missing"),
        (plain + members, both), (columns + members + "truth: { file: t, id: a, fraud: b }\n", both),
        (plain + members + "truth: { id: a, fraud: b }\n", "3: truth: `file` is missing"),
        (plain + members + "truth: { file: t, fraud: b }\n", "3: truth: `id` is missing"),
        (plain + members + "truth: { file: t, id: b }\n", "3: truth: `fraud` is missing"),
        (
            plain + members + "truth: { file: t, id: b, fraud: f, when: x }\n",
            "3: truth: unknown key `when`; known here: file, id, fraud, scenario"
        ),
        (columns + "members: {}\n", "2: members: `by_last_digit` is missing"),
        (
            columns + "members: { digit: 1 }\n",
            "2: members: unknown key `digit`; known here: by_last_digit, column"
        ),
        (columns + "members: { column: [] }\n", "2: members.column: a text belongs here"),
        (columns + "members: { by_last_digit: [] }\n", "2: members.by_last_digit: a mapping (key: value) belongs here"),
        (
            columns + "members:\n  by_last_digit:\n    bank-a: [0, 1, 2, 3, 4]\n    bank-b: [9, 8, 7, 6]\n",
            "4: members.by_last_digit: each of the digits 0 to 9 belongs to a member"
        ),
        (
            columns + "members:\n  by_last_digit:\n    bank-a: [0, 1]\n    bank-b: [2, 1]\n",
            "5: members.by_last_digit.bank-b[1]: the digit is given twice"
        ),
        (
            columns + "members:\n  by_last_digit:\n    bank-a: [10]\n",
            "4: members.by_last_digit.bank-a[0]: a whole number from 0 to 9 belongs here"
        ),
        (
            columns + "members:\n  by_last_digit:\n    Bank: [1]\n",
            "4: members.by_last_digit: 1 to 40 of a-z, 0-9 and -, starting with a letter, belong here (not `consortium`)"
        ),
    ]

    @Test("say each mistake with its line", arguments: wrong)
    func mistakes(text: String, said: String) throws { #expect(try mistake(text) == said) }

    @Test("have no column of currencies: a replay is in the consortium's")
    func currency() throws {
        let said = try mistake("columns:\n  id: a\n  currency: b\n")
        #expect(said?.hasPrefix("3: columns: unknown key `currency`; known here: id, time, ") == true)
    }
}
