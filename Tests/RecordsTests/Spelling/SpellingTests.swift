import Records
import Testing

@Suite("The one spelling of names")
struct SpellingTests {
    private static let account = "GB82WEST12345698765432"

    @Test(
        "an IBAN is in capitals, without blanks, hyphens and the word for it",
        arguments: [
            "GB82WEST12345698765432", "gb82west12345698765432", "GB82 WEST 1234 5698 7654 32",
            "gb82\u{A0}west\u{A0}1234\u{A0}5698\u{A0}7654\u{A0}32", "GB82-WEST-1234-5698-7654-32",
            "IBAN GB82WEST12345698765432",
            "IBAN: gb82 West 12345698765432", "ibangb82west12345698765432", "\tGB82 WEST 12345698765432 ",
            "ＧＢ８２ＷＥＳＴ１２３４５６９８７６５４３２", "GB82WEST1234569876\u{200B}5432\u{FEFF}",
        ])
    func iban(text: String) {
        #expect(Spelling.account.canonical(text) == Self.account)
        #expect(Spelling.name.canonical(text) == Self.account)
        #expect(IBAN.isValid(text))
    }

    @Test("an IBAN whose check digits are wrong is one account in every spelling, and no customer is taken for one")
    func wrongDigits() {
        #expect(Spelling.account.canonical("gb83 west 1234 5698 7654 32") == "GB83WEST12345698765432")
        #expect(Spelling.name.canonical("gb83 west 1234 5698 7654 32") == "gb83 west 1234 5698 7654 32")
        #expect(!IBAN.isValid("GB83WEST12345698765432") && !IBAN.isValid("") && !IBAN.isValid("GB82"))
    }

    @Test(
        "customers and terminals keep what is their giver's own",
        arguments: [
            "c-1", "C-1", "c1", "Shop 7", "shop 7", "0049151234567", "1-2345678901 2", "12-34", "1234 5678",
            "ab12cdef34567890", "AB12CDEF34567890", "jane@bank", "a@b@c.de", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "+12",
            "IBAN", "411111******1111", "4111-1111-1111-1112",
        ])
    func opaque(text: String) { #expect(Spelling.name.canonical(text) == text) }

    @Test(
        "customers and terminals that are a card, an address or a phone number are one in each spelling",
        arguments: [
            ("4111 1111 1111 1111", "4111111111111111"), ("3782-822463-10005", "378282246310005"),
            ("Jane.Doe+Shop@Example.ORG", "jane.doe+shop@example.org"), ("j@example.org.", "j@example.org"),
            ("+49 (0)151 234-567", "+49151234567"), ("+1.201.555.0123", "+12015550123"),
            (" c-1 ", "c-1"), ("c-1\u{A0}", "c-1"), (" ", " "), ("", ""),
        ])
    func strict(text: String, expected: String) {
        #expect(Spelling.name.canonical(text) == expected)
        #expect(Spelling.name.canonical(expected) == expected)
    }

    @Test(
        "a bank's own account number is in capitals and without the spaces between its digits",
        arguments: [
            ("1234 5678 90", "1234567890"), ("ab 123 456", "AB123456"),
            ("nwbk 6016 1331 9268 19", "NWBK60161331926819"),
            ("1234-5678-9012", "123456789012"), ("19-2000145399/0800", "19-2000145399/0800"),
            ("12-34-56 12345678", "12-34-5612345678"), ("Acme  Trading\tLtd", "ACME TRADING LTD"), ("p-17", "P-17"),
            ("0012345678", "0012345678"), ("00123456789", "+123456789"), ("0012 0151 2345", "+1201512345"),
            ("0049 151 23456789", "+4915123456789"), ("00 49 (0)151/2345678", "0049(0)151/2345678"),
            ("+55 (11) 98765-4321", "+5511987654321"), ("JANE@Example.org", "jane@example.org"),
            ("Jane@okbank", "JANE@OKBANK"),
            ("Müller", "Müller"), ("Mu\u{308}ller ", "M\u{FC}ller"),
        ])
    func local(text: String, expected: String) {
        #expect(Array(Spelling.account.canonical(text).utf8) == Array(expected.utf8))
        #expect(Spelling.account.canonical(expected) == expected)
    }

    @Test(
        "a card is its digits, one with digits left out has asterisks for them, and a token of one is as it is",
        arguments: [
            ("4111 1111 1111 1111", "4111111111111111"), ("4111-1111-1111-1112", "4111111111111112"),
            ("411111xxxxxx1111", "411111******1111"), ("4111 11XX XXXX 1111", "411111******1111"),
            ("411111######1111", "411111******1111"), ("xxxx-xxxx-xxxx-1111", "************1111"),
            ("tok_1aB", "tok_1aB"), ("4111", "4111"), ("x", "x"), ("************", "************"),
        ])
    func cards(text: String, expected: String) {
        #expect(Spelling.card.canonical(text) == expected)
        #expect(Spelling.card.canonical(expected) == expected)
    }

    @Test(
        "an address is as RFC 5952 has it",
        arguments: [
            ("2001:DB8:0:0:0::1", "2001:db8::1"), ("2001:0db8::0001", "2001:db8::1"), ("::FFFF:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("::", "::"), ("1:2", "1:2"), ("x", "x"),
        ])
    func addresses(text: String, expected: String) { #expect(Spelling.address.canonical(text) == expected) }

    @Test("other names are composed as Unicode has it, so that equal texts are equal bytes, and keep their case")
    func composed() {
        for spelling in Spelling.allCases {
            #expect(Array(spelling.canonical("Cafe\u{301}").utf8) == Array("Caf\u{E9}".utf8))
            #expect(spelling.canonical("Ünal") != spelling.canonical("ünal"))
        }
        #expect(Spelling.plain.canonical("Device-7 ") == "Device-7")
    }

    @Test("a transaction has its names in their spelling, however they are set")
    func transactions() throws {
        let time = try #require(EventTime(rfc3339: "2026-03-02T10:00:00Z"))
        var transaction = Transaction(
            id: "1", time: time, customer: "iban gb82 west 1234 5698 7654 32", terminal: "T-1", amount: MinorUnits(1),
            entities: [.payee: "gb82 west 1234 5698 7654 32", .device: "d-1"])
        #expect(transaction.customer == Self.account && transaction.terminal == "T-1")
        #expect(transaction.entities == [.payee: Self.account, .device: "d-1"])
        transaction.terminal = "GB82 WEST 1234 5698 7654 32"
        transaction.customer = "c-1"
        transaction.entities[.card] = "4111 1111 1111 1111"
        transaction.entities[.payee] = nil
        #expect(transaction.terminal == Self.account && transaction.customer == "c-1")
        #expect(transaction.entities[.card] == "4111111111111111" && transaction.entities[.payee] == nil)
        let names = Entities([.account: "gb82west12345698765432", .ip: "2001:DB8::1"])
        #expect(names == [.account: Self.account, .ip: "2001:db8::1"])
    }
}
