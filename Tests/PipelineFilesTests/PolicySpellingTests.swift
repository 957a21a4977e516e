import Foundation
import PipelineFiles
import Policy
import Records
import Support
import Testing

@Suite("Accounts in policies, however they are spelled")
struct PolicySpellingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The policy of one rule, which compares a field with the lines of a list file.
    private func policy(_ field: String, list: String) throws -> (policy: DecisionPolicy, notes: [PolicyNote]) {
        try folder.write(list, to: "list.txt")
        return try checkPolicy(
            file: try file("lists: { l: { file: list.txt } }", when: "{ \(field): { in: l } }"))
    }

    private func file(_ sections: String, when: String) throws -> String {
        try folder.write(
            """
            review: 0.1
            decline: 0.5
            \(sections)
            rules:
              - { id: r, mode: live, reason: why, when: \(when), set: decline }
            """, to: "policy.yaml")
    }

    private func declines(_ policy: DecisionPolicy, _ field: String, _ text: String) throws -> Bool {
        var transaction = Transaction(
            id: "p", time: try #require(EventTime(rfc3339: "2026-03-06T22:30:00Z")), customer: "c1", terminal: "t1",
            amount: MinorUnits(1000))
        switch field {
        case "customer": transaction.customer = text
        case "terminal": transaction.terminal = text
        default: transaction.entities[try #require(EntityKind(rawValue: field))] = text
        }
        return policy.decide(PolicyFacts(transaction: transaction, probability: 0)).band == .decline
    }

    @Test("a listed account is met in every spelling, and listed in any", arguments: 0..<20)
    func lists(seed: UInt64) throws {
        var random = Respelling(seed: seed)
        let (iban, card, phone, email) = (random.iban(), random.card(), random.phone(), random.email())
        let listed = [
            random.grouped(random.letterCase(iban)), random.separated(phone), random.letterCase(email),
            random.grouped(card),
        ]
        let list = listed.joined(separator: "\n")
        for field in ["payee", "account", "customer", "terminal"] {
            let (policy, notes) = try policy(field, list: list)
            #expect(notes.isEmpty)
            for text in [
                iban, random.separated(random.letterCase(iban)), random.wide(iban), phone, random.separated(phone),
                email,
                random.letterCase(email), card, random.grouped(card),
            ] {
                #expect(try declines(policy, field, text), "\(field) \(text) in \(listed)")
            }
            for other in [random.iban(), random.phone(), "c1"] { #expect(try !declines(policy, field, other)) }
        }
        let (cards, _) = try policy("card", list: random.separated(card))
        #expect(try declines(cards, "card", card) && !declines(cards, "card", random.card()))
    }

    @Test("customers and terminals of a member's own differ by case")
    func opaque() throws {
        for field in ["customer", "terminal", "device", "merchant"] {
            let (policy, _) = try policy(field, list: "c-1\nShop 7\n")
            #expect(try declines(policy, field, "c-1") && declines(policy, field, " Shop 7 "))
            #expect(try !declines(policy, field, "C-1") && !declines(policy, field, "shop 7"))
        }
    }

    @Test(
        "a value or beginning in a rule is in any spelling too",
        arguments: [
            ("payee", "gb82 west 1234 5698 7654 32", "GB82WEST12345698765432", true),
            ("payee", "[x, GB82-WEST-1234-5698-7654-32]", "gb82west12345698765432", true),
            ("payee", "gb82 west*", "GB82WEST12345698765432", true),
            ("payee", "GB82-we*", "gb82 west12345698765432", true),
            ("payee", "IBAN GB82*", "GB82WEST12345698765432", true),
            ("payee", "GB83*", "GB82WEST12345698765432", false),
            ("payee", "jane@*", "Jane@Example.org", true), ("payee", "+44 20*", "+44 (0)20 7946 0018", true),
            ("payee", "0044 (0)20*", "+44 20 7946 0018", true), ("payee", "00*", "+442079460018", false),
            ("payee", "0044*", "+442079460018", true), ("payee", "0044*", "0044123", true),
            ("payee", "1234 5*", "12345678", true),
            ("payee", "acme *", "Acme  Ltd", true), ("payee", "acme *", "Acmex Ltd", false),
            ("terminal", "gb82 west*", "GB82WEST12345698765432", true), ("terminal", "ab12*", "AB12-7", false),
            ("terminal", "ab12*", "ab12-7", true), ("customer", "+44 20*", "+442079460018", true),
            ("card", "4111 11*", "4111111111111111", true), ("card", "411111xx*", "411111******1111", true),
            ("card", "tok_*", "TOK_1", false), ("ip", "2001:DB8::1", "2001:db8:0::1", true),
        ] as [(String, String, String, Bool)])
    func constants(field: String, value: String, text: String, expected: Bool) throws {
        let policy = try readPolicy(
            file: file("", when: "{ \(field): \(value.hasPrefix("[") ? value : "\"\(value)\"") }"))
        #expect(try declines(policy, field, text) == expected)
    }

    @Test(
        "a line that can't match is a mistake with its place",
        arguments: [
            ("country", "DEU", "a country code"), ("merchant_category", "54110", "a merchant category"),
            ("merchant_category", "54110*", "a merchant category"),
            ("merchant_category", "fuel*", "a merchant category"),
            ("payee", "GB82WEST1234\u{FFFD}", "U+FFFD"), ("customer", "J\u{FFFD}rg", "U+FFFD"),
            ("customer", "a\tb", "control characters"), ("payee", "IBAN GB82 WEST", "no IBAN"),
            ("payee", "IBAN GB83WEST12345698765432", "no IBAN"),
            ("payee", "GB82WEST12345698765432;Jane", "more than an IBAN"),
            ("terminal", "GB82 WEST 1234 5698 7654 32 # a mule", "more than an IBAN"),
            ("payee", "\"GB82WEST12345698765432\",x", "more than an IBAN"),
        ])
    func mistakes(field: String, line: String, said: String) throws {
        do {
            _ = try policy(field, list: "# first\n\n\(line)\n")
            Issue.record("\(line) was taken")
        } catch {
            #expect("\(error)".hasPrefix("\(folder.path("list.txt")):3: "))
            #expect("\(error)".contains(said) && !"\(error)".contains(line), "\(error)")
        }
    }

    @Test("an IBAN with wrong check digits and a value in another spelling again are noted, and stop nothing")
    func notes() throws {
        let list =
            "GB82WEST12345698765432\nGB83WEST12345698765432\n\ngb82 west 1234 5698 7654 32\nDE00370400440532013000\n"
        let (policy, notes) = try policy("payee", list: list)
        let path = folder.path("list.txt")
        #expect(
            notes.map(\.description) == [
                "\(path):2: list `l`: never matches an account: it has an IBAN's form, and its check digits are wrong",
                "\(path):4: list `l`: the same value as in line 1",
                "\(path):5: list `l`: never matches an account: it has an IBAN's form, and its check digits are wrong",
            ])
        #expect(notes.map(\.isDoubt) == [true, false, true])
        #expect(notes.doubts?.contains(" 2 (\(path):2, \(path):5); ") == true)
        #expect(try declines(policy, "payee", "GB82WEST12345698765432"))
        // A customer's own name may look like one.
        #expect(try self.policy("customer", list: "GB83WEST12345698765432\n").notes.isEmpty)
    }

    @Test("what an agent logs of slips is their number and the first places, and no value")
    func doubts() throws {
        let slips = (10...16).map { "DE00370400440532\($0)3000" }
        let (_, notes) = try policy("payee", list: slips.joined(separator: "\n"))
        let told = try #require(notes.doubts)
        let path = folder.path("list.txt")
        let places = (1...5).map { "\(path):\($0)" }.joined(separator: ", ")
        #expect(told.contains(" 7 (\(places) and 2 more); ") && told.contains("cordon policy check"))
        #expect(!told.contains("DE00"))
        // A value that is given twice is no slip.
        let (_, twice) = try policy("payee", list: "p-1\nP-1\n")
        #expect(twice.count == 1 && twice.doubts == nil && [PolicyNote]().doubts == nil)
    }
}
