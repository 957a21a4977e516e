import Records
import Support
import Testing

@Suite("Beginnings of names")
struct BeginningsTests {
    /// Prefixes of the text that name something, the whole among them.
    private func beginnings(of text: String, from least: Int) -> [String] {
        (least...text.count).map { String(text.prefix($0)) }
    }

    /// Whether a name in its one spelling is found by what somebody typed of it.
    private func finds(_ spelling: Spelling, _ typed: String, _ name: String) -> Bool {
        spelling.beginnings(typed).contains { name.utf8.starts(with: $0.utf8) }
    }

    @Test("an account is found by whatever is typed of any spelling of its IBAN", arguments: 0..<100)
    func ibans(seed: UInt64) {
        var random = Respelling(seed: seed)
        let iban = random.iban()
        for text in [
            iban, random.letterCase(iban), random.grouped(iban), "IBAN " + random.grouped(iban), random.wide(iban),
        ] {
            for typed in beginnings(of: text, from: 4) where !["iban", "iban "].contains(typed.lowercased()) {
                #expect(finds(.account, typed, iban), "\(typed) of \(text)")
            }
        }
    }

    @Test("a customer is found by an IBAN that is typed in groups, from the second group on", arguments: 0..<50)
    func customersByIBAN(seed: UInt64) {
        var random = Respelling(seed: seed)
        let iban = random.iban()
        let grouped = iban.enumerated().map { $0 > 0 && $0 % 4 == 0 ? " \($1)" : "\($1)" }.joined()
        for typed in beginnings(of: random.letterCase(grouped), from: 6) {
            #expect(Spelling.name.beginnings(typed) == [typed.uppercased().filter { $0 != " " }], "\(typed)")
        }
        // Without groups it may be a name of the member's own, whose case counts.
        #expect(Spelling.name.beginnings(iban.lowercased()) == [iban.lowercased()])
    }

    @Test("a card is found by its first digits in any spelling", arguments: 0..<100)
    func cards(seed: UInt64) {
        var random = Respelling(seed: seed)
        let card = random.card()
        for text in [card, random.separated(card), random.grouped(card), random.wide(card)] {
            for typed in beginnings(of: text, from: 1) where typed.contains(where: \.isWholeNumber) {
                let digits = typed.compactMap(\.wholeNumberValue).map(String.init).joined()
                #expect(Spelling.card.beginnings(typed) == [digits], "\(typed)")
            }
        }
        // Grouped as cards are, a payee is found by it, too.
        let spaced = stride(from: 0, to: card.count, by: 4).map { String(card.dropFirst($0).prefix(4)) }.joined(
            separator: " ")
        for typed in beginnings(of: spaced, from: 1) { #expect(finds(.account, typed, card), "\(typed)") }
    }

    @Test(
        "a card's missing digits are a mark each, whichever was typed",
        arguments: [
            ("4111 xx", "4111**"), ("4111XX", "4111**"), ("4111-##", "4111**"), ("4111 **", "4111**"), ("*4", "*4"),
            ("xx", "xx"), ("tok_4", "tok_4"), ("4111y", "4111y"), ("", ""),
        ])
    func marks(typed: String, expected: String) { #expect(Spelling.card.beginnings(typed) == [expected]) }

    @Test("a phone number is found by its plus, and by two zeros in an account's place", arguments: 0..<100)
    func phones(seed: UInt64) {
        var random = Respelling(seed: seed)
        let phone = random.phone()
        for text in [phone, random.wide(phone), "+" + random.grouped(String(phone.dropFirst())), "(\(phone)"] {
            for typed in beginnings(of: text, from: 1) where typed != "(" {
                let digits = typed.compactMap(\.wholeNumberValue).map(String.init).joined()
                #expect(Spelling.name.beginnings(typed) == ["+" + digits], "\(typed)")
                #expect(finds(.account, typed, phone), "\(typed)")
            }
        }
        for typed in beginnings(of: "00" + phone.dropFirst(), from: 1) {
            #expect(finds(.account, typed, phone) == (typed.count > 2), "\(typed)")
            // To a customer they are the beginning of a number of the member's own.
            #expect(Spelling.name.beginnings(typed) == [typed])
            // An account's number that begins with two zeros is still found.
            #expect(Spelling.account.beginnings(typed).contains(typed))
        }
        // A trunk prefix in brackets is not dialled.
        #expect(Spelling.name.beginnings("+44 (0)20") == ["+4420"])
    }

    @Test("a mail address is found in any case, once its sign shows what it is", arguments: 0..<50)
    func addresses(seed: UInt64) {
        var random = Respelling(seed: seed)
        let address = random.email()
        let typed = random.letterCase(address)
        // A local part with a plus may begin a phone number no more than it ends one.
        for part in beginnings(of: typed, from: 1) where !part.contains("+") || part.contains("@") {
            #expect(finds(.account, part, address), "\(part)")
            if part.contains("@"), !part.hasPrefix("+") { #expect(finds(.name, part, address), "\(part)") }
        }
    }

    @Test(
        "a number of a bank's own is found in capitals, with spaces where it is words",
        arguments: [
            ("19-2000", ["19-2000", "19-2000"], "19-2000145399"), ("acme pa", ["ACME PA"], "ACME PAYMENTS"),
            ("acme  pa", ["ACME PA"], "ACME PAYMENTS"), ("12 34a", ["1234A"], "1234AB"),
            ("1234 56", ["123456"], "12345678"),
        ])
    func local(typed: String, expected: [String], name: String) {
        #expect(Spelling.account.beginnings(typed).isSuperset(of: expected), "\(Spelling.account.beginnings(typed))")
        #expect(Spelling.account.canonical(name) == name && finds(.account, typed, name))
    }

    @Test("a space behind a word asks for another word")
    func words() {
        #expect(finds(.account, "acme", "ACMEPAY") && finds(.account, "acme ", "ACME PAY"))
        #expect(!finds(.account, "acme ", "ACMEPAY"))
    }

    @Test("what can't be read, a plain name and an address stay as they were typed, composed")
    func asTyped() {
        for spelling in Spelling.allCases {
            for text in ["", "e\u{301}t", String(repeating: "1", count: 257), "a\u{7}"] {
                #expect(spelling.beginnings(text).map { Array($0.utf8) } == [Array(text.composed.utf8)], "\(spelling)")
            }
        }
        for spelling in [Spelling.plain, .address] {
            for text in ["+49 1", "DE89 3704", "4111 1111", "Jane@", " x"] {
                #expect(spelling.beginnings(text) == [text])
            }
        }
        #expect(Spelling.name.beginnings("Jane D") == ["Jane D"])
    }
}
