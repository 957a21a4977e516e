import Testing
import Tokens

@Suite("Bounds of what is an identifier of its kind")
struct IdentifierFormTests {
    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }
    private static func digits(_ count: Int) -> String { String(repeating: "7", count: count) }

    @Test(
        "a bank's code has 3 to 11 letters and digits, and a number 1 to 34",
        arguments: [
            ("12/7", "identifier_wrong_form"), ("123/7", "local:123/7"), ("12345678901/7", "local:12345678901/7"),
            ("123456789012/7", "identifier_wrong_form"), ("1.2-3 /7", "local:123/7"),
            ("-.- /7", "identifier_wrong_form"),
            ("123/" + digits(34), "local:123/" + digits(34)), ("123/" + digits(35), "identifier_wrong_form"),
            ("123/0" + digits(34), "identifier_wrong_form"), ("123/0" + digits(33), "local:123/" + digits(33)),
            ("123/0A", "local:123/0A"), ("123/00A", "local:123/00A"), ("123/0", "identifier_wrong_form"),
            ("12_3/7", "identifier_wrong_form"), ("123/7_7", "identifier_wrong_form"), ("/", "identifier_wrong_form"),
            ("00123/7", "local:00123/7"), ("123//7", "identifier_wrong_form"), ("123/7/", "identifier_wrong_form"),
        ])
    func local(text: String, expected: String) {
        #expect(canonical(.account, text) == expected)
        // A payee that is no account is a reference, as it stands.
        let reference = "ref:" + text.uppercased().split(separator: " ").joined(separator: " ")
        #expect(canonical(.payee, text) == (expected == "identifier_wrong_form" ? reference : expected))
    }

    @Test(
        "a BIC's branch goes where it is the bank itself, and stays where it is another",
        arguments: [
            ("DEUTDEFFXXX/1", "local:DEUTDEFF/1"), ("deutdeffxxx/1", "local:DEUTDEFF/1"),
            ("DEUTDEFF/1", "local:DEUTDEFF/1"), ("DEUTDEFF500/1", "local:DEUTDEFF500/1"),
            ("DEUTDEXXX/1", "local:DEUTDEXXX/1"), ("XXX/1", "local:XXX/1"), ("XXXXXXXXXXX/1", "local:XXXXXXXX/1"),
        ])
    func branches(text: String, expected: String) { #expect(canonical(.account, text) == expected) }

    @Test("the member's bank code is read by the same rules as one in the text")
    func defaultBank() {
        for (code, expected) in [
            ("370 400 44", "local:37040044/7"), ("deutdeffxxx", "local:DEUTDEFF/7"), ("12", "identifier_wrong_form"),
            ("123456789012", "identifier_wrong_form"), ("", "identifier_wrong_form"), ("ä11", "identifier_wrong_form"),
        ] {
            #expect(canonical(.account, "007", IdentifierRules(bankCode: code)) == expected)
        }
        let none = IdentifierRules()
        #expect(canonical(.account, "007", none) == "bank_code_missing")
        #expect(canonical(.account, "123/007", none) == "local:123/7")
        #expect(canonical(.account, "DE89370400440532013000", none) == "iban:DE89370400440532013000")
        // A payee's bank is not the member's own.
        #expect(canonical(.payee, "007", germanRules) == "ref:007")
    }

    @Test(
        "a mail address has a local part of at most 64 and a domain of at most 253",
        arguments: [
            (letters(64) + "@b.de", letters(64) + "@b.de"), (letters(65) + "@b.de", "identifier_wrong_form"),
            ("a@" + letters(63) + ".de", "a@" + letters(63) + ".de"),
            ("a@" + letters(64) + ".de", "identifier_wrong_form"), ("a@b.c", "a@b.c"), ("a@b", "identifier_wrong_form"),
            ("a@b..c", "identifier_wrong_form"), ("a@.b.c", "identifier_wrong_form"),
            ("a@b.c..", "identifier_wrong_form"),
            ("a@b.c.", "a@b.c"), ("a@b-.c", "identifier_wrong_form"), ("a@b.-c", "identifier_wrong_form"),
            ("a@b--c.d", "a@b--c.d"), ("a@1.2", "a@1.2"), ("a@b_c.d", "identifier_wrong_form"),
            (".a@b.c", "identifier_wrong_form"), ("a.@b.c", "identifier_wrong_form"),
            ("a..b@c.d", "identifier_wrong_form"),
            ("!#$%&'*+-/=?^_`{|}~@b.c", "!#$%&'*+-/=?^_`{|}~@b.c"), ("a b@c.d", "identifier_wrong_form"),
            ("a@b c.d", "identifier_wrong_form"), ("a(b)@c.d", "identifier_wrong_form"),
            ("a,b@c.d", "identifier_wrong_form"), ("<a@b.c>", "identifier_wrong_form"),
            ("mailto:a@b.c", "identifier_wrong_form"), ("a\\@b@c.d", "identifier_wrong_form"),
            ("a@[10.0.0.1]", "identifier_wrong_form"), ("@", "identifier_wrong_form"), ("a", "identifier_wrong_form"),
            ("A.B+C@D.EF", "a.b+c@d.ef"), ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ])
    func mail(text: String, expected: String) { #expect(canonical(.email, text) == expected) }

    @Test("a domain of 253 bytes is taken, and one of 254 is not")
    func longDomain() {
        let labels = [60, 60, 60, 60].map(Self.letters).joined(separator: ".")
        let most = labels + "." + Self.letters(9)
        #expect(most.utf8.count == 253)
        #expect(canonical(.email, "a@" + most) == "a@" + most)
        // A text of 256 bytes has no room for more: a local part, its sign, and the domain.
        #expect(canonical(.email, "@" + most + "a") == "identifier_wrong_form")
        #expect(canonical(.email, "a@" + most + "a") == "identifier_wrong_form")
    }

    @Test(
        "a phone number has 7 to 15 digits, its calling code among them",
        arguments: [
            ("+1234567", "+1234567"), ("+123456", "identifier_wrong_form"), ("+123456789012345", "+123456789012345"),
            ("+1234567890123456", "identifier_wrong_form"), ("001234567", "+1234567"),
            ("00123456", "identifier_wrong_form"), ("00123456789012345", "+123456789012345"),
            ("001234567890123456", "identifier_wrong_form"), ("12345", "+4912345"), ("1234", "identifier_wrong_form"),
            ("1234567890123", "+491234567890123"), ("12345678901234", "identifier_wrong_form"),
            ("012345", "+4912345"), ("0", "identifier_wrong_form"), ("+0234567", "identifier_wrong_form"),
            ("000234567", "identifier_wrong_form"), ("1+234567", "identifier_wrong_form"),
            ("+49(0)30901820", "+4930901820"), ("+49(00)30901820", "+490030901820"),
            ("0049 (0) 30 901820", "+4930901820"), ("+49 (0)(0)30 901820", "+49030901820"),
            ("+(49) 30 901820", "+4930901820"), ("(0)30 901820", "+4930901820"),
            ("+49 30 9018-20*", "identifier_wrong_form"),
            ("tel:+4930901820", "identifier_wrong_form"), ("+49 30 90,18", "identifier_wrong_form"),
            ("()", "identifier_wrong_form"), ("(+)4930901820", "+4930901820"),
            ("(0)044 901 82 05", "identifier_wrong_form"), ("+39 (0)331 901820", "+390331901820"),
        ])
    func phones(text: String, expected: String) { #expect(canonical(.phone, text) == expected) }

    @Test("a dialling plan has a calling code of one to three digits, and prefixes of digits alone")
    func plans() {
        for code in ["1", "49", "358", "999"] { #expect(DiallingPlan(callingCode: code) != nil) }
        for code in ["", "0", "049", "1000", " 49", "+49", "٤٩", "4a"] {
            #expect(DiallingPlan(callingCode: code) == nil)
        }
        for trunk in [nil, "", "0", "06", "8"] as [String?] {
            #expect(DiallingPlan(callingCode: "49", trunkPrefix: trunk) != nil)
        }
        #expect(DiallingPlan(callingCode: "49", trunkPrefix: "x") == nil)
        for prefix in ["", "+", "0 0", "oo"] {
            #expect(DiallingPlan(callingCode: "49", internationalPrefix: prefix) == nil)
        }
        #expect(DiallingPlan(callingCode: "39", trunkPrefix: nil) == DiallingPlan(callingCode: "39", trunkPrefix: ""))
        #expect(DiallingPlan(callingCode: "39") != DiallingPlan(callingCode: "39", trunkPrefix: nil))
    }

    @Test("a plan's trunk prefix goes once, and its international one goes before it")
    func prefixes() {
        let hungary = IdentifierRules(dialling: DiallingPlan(callingCode: "36", trunkPrefix: "06"))
        #expect(canonical(.phone, "06 1 234 5678", hungary) == "+3612345678")
        #expect(canonical(.phone, "1 234 5678", hungary) == "+3612345678")
        #expect(canonical(.phone, "0606 123456", hungary) == "+3606123456")
        #expect(canonical(.phone, "0049 30 901820", hungary) == "+4930901820")
        let america = IdentifierRules(
            dialling: DiallingPlan(callingCode: "1", trunkPrefix: "1", internationalPrefix: "011"))
        // Where calls abroad begin with 011, two zeros are none of theirs.
        #expect(canonical(.phone, "0049 30 901820", america) == "+1004930901820")
        #expect(canonical(.phone, "01149 30 901820", america) == "+4930901820")
        #expect(canonical(.phone, "1 1 212 555 0123", america) == "+112125550123")
    }

    @Test(
        "a device's UUID is its 32 digits, and anything near one is as it stands",
        arguments: [
            ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE7DEC11D0A76500A0C91E6BF6"),
            ("{F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6}", "F81D4FAE7DEC11D0A76500A0C91E6BF6"),
            ("f81d4fae-7dec-11d0-a76500a0c91e6bf6", "F81D4FAE-7DEC-11D0-A76500A0C91E6BF6"),
            ("f81d4fae-7dec-11d0-a765-00a0c91e6bf", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF"),
            ("f81d4fae-7dec-11d0-a765-00a0c91e6bf61", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF61"),
            ("f81d4fae 7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE 7DEC-11D0-A765-00A0C91E6BF6"),
            ("g81d4fae-7dec-11d0-a765-00a0c91e6bf6", "G81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"),
            ("00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000"),
            ("IMEI 35-209900", "IMEI 35-209900"),
        ])
    func devices(text: String, expected: String) {
        #expect(canonical(.device, text) == expected)
        if !text.contains("{") { #expect(canonical(.terminal, text) == text.uppercased()) }
    }

    @Test("what is hashed is version, kind and spelling, each after its length, and no two are alike")
    func hashInputs() throws {
        var seen: Set<[UInt8]> = []
        for (kind, text) in [
            (IdentifierKind.account, "DE89370400440532013000"), (.payee, "DE89370400440532013000"),
            (.card, "4111111111111111"), (.merchant, "4111111111111111"), (.terminal, "4111111111111111"),
            (.device, "4111111111111111"), (.payee, "4111111111111111"), (.phone, "+411111111111111"),
            (.email, "4111@111.111"),
        ] {
            let identifier = try germanRules.identifier(kind, text)
            #expect(identifier.kind == kind)
            let parts = ["cordon/identifier/v1", kind.rawValue, String(decoding: identifier.canonical, as: UTF8.self)]
            #expect(identifier.hashInput == parts.flatMap { [0, UInt8($0.utf8.count)] + Array($0.utf8) })
            seen.insert(identifier.hashInput)
        }
        #expect(seen.count == 9)
    }

    @Test("kinds and codes are spelt as they are published, for ever")
    func names() {
        #expect(
            IdentifierKind.allCases.map(\.rawValue) == [
                "account", "card", "payee", "merchant", "terminal", "device", "email", "phone",
            ])
        #expect(
            IdentifierError.allCases.map(\.code) == [
                "identifier_empty", "identifier_too_long", "identifier_control_character", "identifier_not_ascii",
                "identifier_wrong_form", "identifier_check_failed", "bank_code_missing", "calling_code_missing",
            ])
    }
}
