import Foundation
import PipelineFiles
import Testing

@Suite("Mistakes in policy files")
struct PolicyMistakeTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private func mistake(_ text: String) throws -> String? {
        try file.mistake(text) { path in _ = try readPolicy(file: path) }
    }

    private static let bands = "review: 0.1\ndecline: 0.5\n"

    @Test(
        "in bands and zones have their line",
        arguments: [
            ("review: 0.1\n", "1: `decline` is missing"), ("decline: 0.1\n", "1: `review` is missing"),
            ("review: 0.5\ndecline: 0.4\n", "2: decline: must not be below `review`"),
            ("challenge: 0.2\nreview: 0.1\ndecline: 0.4\n", "1: challenge: must not be above `review`"),
            ("review: 0.1\ndecline: 0.4\nchallenge: 5\n", "3: challenge: a number from 0.0 to 1.0 belongs here"),
            ("review: -0.1\ndecline: 0.4\n", "1: review: a number from 0.0 to 1.0 belongs here"),
            ("review: 0.1\ndecline: 50\n", "2: decline: a number from 0.0 to 1.0 belongs here"),
            ("review: 0.1\ndecline: .nan\n", "2: decline: a number from 0.0 to 1.0 belongs here"),
            ("review: 0.1\ndecline: .inf\n", "2: decline: a number from 0.0 to 1.0 belongs here"),
            ("review: often\ndecline: 1\n", "1: review: a number from 0.0 to 1.0 belongs here"),
            (
                "review: 0.1\n\n# note\ndeclin: 1\n",
                "4: unknown key `declin`; known here: challenge, review, decline, fallback, zone, windows, lists, rules"
            ),
            (
                bands + "zone: Berlin\n",
                "3: zone: UTC, an offset such as +02:00 or a zone such as Europe/Berlin belongs here"
            ),
            (bands + "rules: { a: b }\n", "3: rules: a list belongs here"),
            (bands + "lists: [a]\n", "3: lists: a mapping (key: value) belongs here"),
            (bands + "windows: []\n", "3: windows: at least one feature belongs here"),
            (
                bands + "windows:\n  - { name: a, kind: amount }\n  - { name: a, kind: amount }\n",
                "5: windows[1].name: the feature is named twice"
            ),
            (
                bands + "windows:\n  - { name: a, kind: amount, edges: [1] }\n",
                "4: windows: `a` has edges: a policy reads a window's value, and cuts nothing"
            ),
        ])
    func sections(text: String, mistake: String) throws { #expect(try self.mistake(text) == mistake) }

    /// The rule's lines, from 4 on: id, mode, reason, condition, effect.
    private static func rule(
        id: String = "id: r", mode: String = "mode: live", reason: String = "reason: why",
        when: String = "when: { kind: card }", effect: String = "set: decline"
    ) -> String {
        bands + "rules:\n  - \(id)\n    \(mode)\n    \(reason)\n    \(when)\n    \(effect)\n"
    }

    @Test(
        "in a rule have their line",
        arguments: [
            (rule(id: "name: r"), "4: rules[0]: unknown key `name`; known here: id, mode, reason, when, at_least, set"),
            (rule(id: "id: Big"), "4: rules[0].id: 1 to 64 small letters, digits, `-` and `_` belong here"),
            (rule(id: "id: a b"), "4: rules[0].id: 1 to 64 small letters, digits, `-` and `_` belong here"),
            (rule(mode: "mode: off"), "5: rules[0].mode: live or shadow belongs here"),
            (rule(mode: "# no mode"), "4: rules[0]: `mode` is missing"),
            (rule(reason: "reason: ''"), "6: rules[0].reason: a text belongs here"),
            (
                rule(reason: "reason: \(String(repeating: "é", count: 101))"),
                "6: rules[0].reason: a text of at most 200 bytes belongs here"
            ),
            (rule(when: "# never"), "4: rules[0]: `when` is missing"),
            (rule(effect: "# none"), "4: rules[0]: `at_least` or `set` is missing: a rule needs an effect"),
            (
                rule(effect: "set: decline\n    at_least: review"),
                "8: rules[0].set: a rule has one effect, and `at_least` is given too"
            ),
            (
                rule(effect: "set: block"),
                "8: rules[0].set: approve, challenge, review, decline: one of them belongs here"
            ),
            (
                rule(effect: "at_least: approve"),
                "8: rules[0].at_least: never changes anything: no band is milder than approve"
            ),
            (
                rule() + "  - { id: r, mode: live, reason: why, when: { kind: card }, set: decline }\n",
                "9: rules[1].id: the rule is named twice"
            ),
            (
                rule() + "  - { id: s, mode: live, reason: why, when: { kind: [card] }, set: approve }\n",
                "9: rules[1].when: never changes anything: `r` above has the same condition"
            ),
            (
                rule(effect: "at_least: review")
                    + "  - { id: s, mode: live, reason: why,\n      when: { kind: card }, at_least: challenge }\n",
                "10: rules[1].when: never changes anything: `r` above has the same condition"
            ),
        ])
    func rules(text: String, mistake: String) throws { #expect(try self.mistake(text) == mistake) }

    @Test("do not lie in two rules of which one is in shadow, or that differ in effect")
    func notMoot() throws {
        let shadow = "  - { id: s, mode: shadow, reason: why, when: { kind: card }, set: approve }\n"
        #expect(try mistake(Self.rule() + shadow) == nil)
        let decline = "  - { id: s, mode: live, reason: why, when: { kind: card }, set: decline }\n"
        #expect(try mistake(Self.rule(effect: "set: approve") + decline) == nil)
    }

    private static let fields = """
        all, any, not, amount, probability, window, customer, terminal, currency, kind, channel, account, card, payee, \
        merchant, merchant_category, device, ip, country, hour, weekday, time_of_day, date
        """

    @Test(
        "in a condition have their line and what belongs there",
        arguments: [
            ("{}", ": at least one comparison belongs here"), ("[]", ": a mapping (key: value) belongs here"),
            ("{ amounts: 5 }", ": unknown key `amounts`; known here: \(fields)"),
            ("{ all: [] }", ".all: at least one condition belongs here"),
            ("{ any: { kind: card } }", ".any: a list belongs here"),
            ("{ not: [] }", ".not: a mapping (key: value) belongs here"),
            ("{ any: [{ kind: card }, { colour: red }] }", ".any[1]: unknown key `colour`; known here: \(fields)"),
            ("{ amount: 5.001 }", ".amount: an amount with at most two decimals, such as 1500.00, belongs here"),
            ("{ amount: -5 }", ".amount: an amount with at most two decimals, such as 1500.00, belongs here"),
            ("{ amount: 1e3 }", ".amount: an amount with at most two decimals, such as 1500.00, belongs here"),
            (
                "{ amount: { over: 5 } }",
                ".amount: unknown key `over`; known here: above, at_least, below, at_most, between, equals"
            ),
            ("{ amount: {} }", ".amount: a limit belongs here, such as `above`"),
            (
                "{ amount: { above: 5, at_least: 6 } }",
                ".amount.above: `at_least` is given too; one of them belongs here"
            ),
            ("{ amount: { above: 5, below: 5 } }", ".amount: never holds: nothing lies between these limits"),
            ("{ amount: { above: 5, below: 5.01 } }", ".amount: never holds: nothing lies between these limits"),
            ("{ hour: { above: 2, below: 3 } }", ".hour: never holds: nothing lies between these limits"),
            ("{ amount: { between: [2, 1] } }", ".amount: never holds: nothing lies between these limits"),
            ("{ amount: { between: [2] } }", ".amount.between: two values belong here, the lower one first"),
            ("{ amount: { between: 2 } }", ".amount.between: a list belongs here"),
            (
                "{ amount: { equals: 2, above: 1 } }",
                ".amount.equals: stands alone: no other limit belongs beside it"
            ),
            ("{ probability: { above: 5 } }", ".probability.above: a number from 0.0 to 1.0 belongs here"),
            ("{ window: { name: x, above: 5 } }", ".window.name: `windows` has no `x`; known here: known"),
            ("{ window: { above: 5 } }", ".window: `name` is missing"),
            ("{ window: { name: known } }", ".window: a limit belongs here, such as `above`"),
            (
                "{ window: { name: known, above: .nan } }",
                ".window.above: a number from -1000000000000.0 to 1000000000000.0 belongs here"
            ),
            ("{ kind: wire }", "card, transfer, instant_transfer, cash_out belongs here: it is compared with `kind`"),
            ("{ kind: 'card*' }", "`kind` has no beginnings (`*`)"),
            (
                "{ country: de }",
                "a country code of ISO 3166-1, two capital letters, belongs here: it is compared with `country`"
            ),
            ("{ currency: EURO }", "a currency code of ISO 4217 belongs here: it is compared with `currency`"),
            (
                "{ merchant_category: 54 }",
                "a merchant category of four digits belongs here: it is compared with `merchant_category`"
            ),
            (
                "{ ip: 192.0.2.1/24 }",
                "an IP address, or a range such as 192.0.2.0/24 without bits after its prefix, belongs here: it is "
                    + "compared with `ip`"
            ),
            ("{ payee: [] }", ".payee: at least one value belongs here"),
            ("{ payee: { in: mules } }", ".payee.in: `lists` has no `mules`; known here: words"),
            ("{ payee: { starts: x } }", ".payee: unknown key `starts`; known here: equals, in, exists"),
            ("{ payee: {} }", ".payee: a comparison belongs here: equals, in, exists"),
            ("{ payee: { equals: a, in: [b] } }", ".payee.in: one comparison belongs here, and `equals` is given too"),
            ("{ payee: { exists: maybe } }", ".payee.exists: true or false belongs here"),
            ("{ payee: { exists: true, in: [b] } }", ".payee: unknown key `in`; known here: exists"),
            ("{ customer: { exists: true } }", ".customer.exists: every transaction has a customer"),
            ("{ hour: 24 }", ".hour: a whole number from 0 to 23 belongs here"),
            ("{ weekday: monday }", "mon, tue, wed, thu, fri, sat, sun: one of them belongs here"),
            ("{ time_of_day: { from: '6:00', to: '07:00' } }", ".time_of_day.from: a time such as 06:30 belongs here"),
            ("{ time_of_day: { from: '06:00' } }", ".time_of_day: `to` is missing"),
            ("{ time_of_day: { from: '06:00', to: '06:00' } }", ".time_of_day.to: must differ from `from`"),
            (
                "{ time_of_day: { from: '06:00', to: '07:00', zone: X/Y } }",
                ".time_of_day.zone: UTC, an offset such as +02:00 or a zone such as Europe/Berlin belongs here"
            ),
            ("{ date: 2026-02-30 }", "a date such as 2026-11-27 belongs here"),
            ("{ date: { from: 2026-02 } }", "a date such as 2026-11-27 belongs here"),
            ("{ date: { from: 2026-03-02, to: 2026-03-01 } }", ".date: never holds: `to` is before `from`"),
        ])
    func conditions(when: String, said: String) throws {
        let sections = "windows: [{ name: known, kind: amount }]\nlists: { words: [a, b] }\n"
        let place = said.hasPrefix(".") || said.hasPrefix(":") ? "9: rules[0].when" : "9: "
        #expect(try mistake(sections + Self.rule(when: "when: \(when)")) == place + said)
    }

    @Test("in a list are said with the list's own file and line, without the value")
    func lists() throws {
        let folder = URL(fileURLWithPath: file.path).deletingLastPathComponent()
        let path = folder.appendingPathComponent("list.txt").path
        func read(_ bytes: [UInt8], _ when: String) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            try file.write("lists: { l: { file: list.txt } }\n" + Self.rule(when: "when: \(when)"))
            do {
                _ = try readPolicy(file: file.path)
                return "none"
            } catch { return "\(error)" }
        }
        #expect(
            try read(Array("DE\n\n# all\nsecret-7\n".utf8), "{ country: { in: l } }")
                == "\(path):4: list `l`: a country code of ISO 3166-1, two capital letters, belongs here: it is compared "
                + "with `country`")
        #expect(
            try read(Array("192.0.2.0/24\n192.0.2.0/240\n".utf8), "{ ip: { in: l } }").hasPrefix(
                "\(path):2: list `l`: an IP address"))
        #expect(
            try read(Array("2026-12-25\nChristmas\n".utf8), "{ date: { in: l } }")
                == "\(path):2: list `l`: a date such as 2026-11-27 belongs here")
        #expect(try read(Array("a\n".utf8) + [0xC3, 0x28, 10], "{ card: { in: l } }") == "\(path):2: no UTF-8")
        for value in ["a\u{1}b", String(repeating: "ä", count: 141)] {
            #expect(
                try read(Array("a\n\(value)\n".utf8), "{ card: { in: l } }")
                    == "\(path):2: a value has at most 140 characters and no control characters")
        }
        let longest = String(repeating: "銀", count: 140)
        #expect(try read(Array("a\n\(longest)\n".utf8), "{ customer: { in: l } }") == "none")
        // Inline ones stand in the policy itself.
        #expect(
            try mistake(
                Self.bands + "lists:\n  l:\n    - DE\n    - secret-7\n" + "rules:\n  - id: r\n    mode: live\n"
                    + "    reason: why\n    when: { country: { in: l } }\n    set: decline\n")
                == "6: list `l`: a country code of ISO 3166-1, two capital letters, belongs here: it is compared with "
                + "`country`")
        #expect(
            try mistake(Self.bands + "lists:\n  l: { file: nowhere.txt }\n")
                == "4: lists.l.file: \(folder.path)/nowhere.txt is missing or can't be read")
        #expect(try mistake(Self.bands + "lists:\n  l: []\n") == "4: lists.l: at least one value belongs here")
        #expect(
            try mistake(Self.bands + "lists:\n  l: { files: x }\n")
                == "4: lists.l: unknown key `files`; known here: file")
    }
}
