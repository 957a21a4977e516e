import Records
import Support
import Testing

@Suite("Spellings drawn at random")
struct SpellingPropertyTests {
    @Test("every spelling of an IBAN is one account and one customer, and keeps its check digits", arguments: 0..<200)
    func ibans(seed: UInt64) {
        var random = Respelling(seed: seed)
        let iban = random.iban()
        let texts = [
            random.letterCase(iban), random.separated(random.letterCase(iban)), random.grouped(iban), random.wide(iban),
            "IBAN " + random.grouped(iban), "iban: " + random.letterCase(iban),
        ]
        for text in texts {
            #expect(Spelling.account.canonical(text) == iban, "\(text)")
            #expect(Spelling.name.canonical(text) == iban, "\(text)")
            #expect(IBAN.isValid(text))
        }
    }

    @Test("every spelling of a card is one card", arguments: 0..<200)
    func cards(seed: UInt64) {
        var random = Respelling(seed: seed)
        let card = random.card()
        for text in [random.separated(card), random.grouped(card), random.wide(card)] {
            #expect(Spelling.card.canonical(text) == card, "\(text)")
        }
        // In an account's or a customer's place alike, where it is grouped as cards are.
        let printed = random.grouped(card)
        #expect(Spelling.account.canonical(printed) == card && Spelling.name.canonical(printed) == card, "\(printed)")
    }

    @Test("every international spelling of a phone number is one payee and one customer", arguments: 0..<200)
    func phones(seed: UInt64) {
        var random = Respelling(seed: seed)
        let phone = random.phone()
        // Behind the plus, the calling code and ten digits.
        let trunk = "\(phone.dropLast(10))(0)\(phone.suffix(10))"
        let texts = [
            random.separated(phone), random.grouped(phone), random.wide(phone), "(\(phone))", trunk, random.wide(trunk),
        ]
        for text in texts {
            #expect(Spelling.account.canonical(text) == phone, "\(text)")
            #expect(Spelling.name.canonical(text) == phone, "\(text)")
        }
        #expect(Spelling.account.canonical("00" + random.separated(String(phone.dropFirst()))) == phone)
        #expect(Spelling.account.canonical("00" + phone.dropFirst()) == phone)
        #expect(Spelling.account.canonical("00" + trunk.dropFirst()) == phone)
    }

    @Test("every spelling of a mail address is one payee and one customer", arguments: 0..<100)
    func addresses(seed: UInt64) {
        var random = Respelling(seed: seed)
        let address = random.email()
        for text in [
            random.letterCase(address), "  \(address) ", address + ".", random.wide(random.letterCase(address)),
        ] {
            #expect(Spelling.account.canonical(text) == address, "\(text)")
            #expect(Spelling.name.canonical(text) == address, "\(text)")
        }
    }

    @Test("what is respelled again stays, whatever the text", arguments: 0..<2_000)
    func idempotent(seed: UInt64) {
        var random = Respelling(seed: seed)
        let pieces = [
            "IBAN", "iban:", "00", "+", "49", "DE", "de89", "4111", "1111", "x", "*", " ", "-", "\u{A0}", "(0)", "/",
            "@", ".org",
            "jane", "é", "e\u{301}", "\u{200B}", "\u{FFFD}", "７", ":", "::", "1", "\t",
        ]
        let text = (0..<random.one(of: 0...9)).map { _ in random.one(of: pieces) }.joined()
        let isBlank = Spelling.plain.canonical(text + "1") == "1"
        for spelling in Spelling.allCases {
            let once = spelling.canonical(text)
            // What can't be seen at the end keeps the glance at the bytes from deciding.
            let seen = spelling.canonical(text + "\u{200B}")
            #expect(
                isBlank || Array(seen.utf8) == Array(once.utf8), "\(spelling) of \(text.unicodeScalars.map(\.value))")
            let twice = spelling.canonical(once)
            #expect(Array(once.utf8) == Array(twice.utf8), "\(spelling) of \(text.unicodeScalars.map(\.value))")
        }
    }

    @Test("two accounts, cards or numbers never become one", arguments: 0..<50)
    func distinct(seed: UInt64) {
        var random = Respelling(seed: seed)
        var numbers = Set<String>()
        for _ in 0..<50 {
            numbers.formUnion([random.iban(), random.card(), random.phone(), random.email(), random.digits(10)])
        }
        for spelling in [Spelling.account, .name] {
            #expect(Set(numbers.map { spelling.canonical(random.grouped($0)) }).count == numbers.count)
            #expect(Set(numbers.map { spelling.canonical($0) }).count == numbers.count)
        }
    }

    @Test("an IBAN whose check digits are 00, 01 or 99 is none, though the remainder fits")
    func impossibleDigits() {
        var random = Respelling(seed: 7)
        var found = Set<String>()
        while found.count < 3 {
            let iban = random.iban()
            let digits = String(iban.dropFirst(2).prefix(2))
            guard let same = ["97": "00", "98": "01", "02": "99"][digits] else { continue }
            found.insert(digits)
            #expect(IBAN.isValid(iban) && !IBAN.isValid(iban.prefix(2) + same + iban.dropFirst(4)))
        }
    }
}
