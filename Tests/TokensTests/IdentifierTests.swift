import Testing
import Tokens

@Suite("Identifiers in their one spelling")
struct IdentifierTests {
    static let rules = IdentifierRules(bankCode: "10070024", dialling: DiallingPlan(callingCode: "49"))

    /// What a text becomes, or the code that it is refused with.
    private func read(_ kind: IdentifierKind, _ text: String, _ rules: IdentifierRules = Self.rules) -> String {
        do {
            return String(decoding: try rules.identifier(kind, text).canonical, as: UTF8.self)
        } catch {
            return error.code
        }
    }

    @Test(
        "cards",
        arguments: [
            ("4111111111111111", "4111111111111111"), (" 4111 1111-1111 1111\t", "4111111111111111"),
            ("４１１１１１１１１１１１１１１１", "4111111111111111"), ("4111\u{200B}1111\u{FEFF}11111111", "4111111111111111"),
            ("٤١١١١١١١١١١١١١١١", "4111111111111111"), ("4111\u{A0}1111\u{2011}1111\u{2009}1111", "4111111111111111"),
            ("4111111111111112", "identifier_check_failed"), ("1411111111111111", "identifier_check_failed"),
            ("000000000000000000", "identifier_wrong_form"), ("0000000000000000018", "0000000000000000018"),
            ("41111111111", "identifier_wrong_form"), ("41111111111111111111", "identifier_wrong_form"),
            ("411111******1111", "identifier_wrong_form"), ("4111.1111.1111.1111", "identifier_wrong_form"),
            ("", "identifier_empty"), (" \u{200B}\u{3000} ", "identifier_empty"),
            ("4111\u{0}", "identifier_control_character"),
            ("4²11111111111111", "identifier_not_ascii"), ("4️⃣111", "identifier_not_ascii"),
            (String(repeating: "4", count: 257), "identifier_too_long"),
        ])
    func cards(text: String, expected: String) { #expect(read(.card, text) == expected) }

    @Test(
        "accounts",
        arguments: [
            ("DE89370400440532013000", "iban:DE89370400440532013000"),
            ("de89 3704 0044 0532 0130 00", "iban:DE89370400440532013000"),
            ("IBAN: DE89 3704 0044 0532 0130 00", "iban:DE89370400440532013000"),
            ("iban de89-3704-0044-0532-0130-00", "iban:DE89370400440532013000"),
            ("ＤＥ８９３７０４００４４０５３２０１３０００", "iban:DE89370400440532013000"),
            ("GB82 WEST 1234 5698 7654 32", "iban:GB82WEST12345698765432"),
            ("DE88370400440532013000", "identifier_check_failed"),
            ("DE89370400440532013001", "identifier_check_failed"),
            ("37040044/0532013000", "local:37040044/532013000"), ("37040044 / 532 013 000", "local:37040044/532013000"),
            ("0532013000", "local:10070024/532013000"), ("deutdeffxxx/12-34", "local:DEUTDEFF/1234"),
            ("DEUTDEFF500/1234", "local:DEUTDEFF500/1234"), ("12-34-56/AB012", "local:123456/AB012"),
            ("37040044/", "identifier_wrong_form"), ("/532013000", "identifier_wrong_form"),
            ("37040044/000", "identifier_wrong_form"), ("1/2/3", "identifier_wrong_form"),
            ("37040044/53é", "identifier_not_ascii"), ("37/532013000", "identifier_wrong_form"),
        ])
    func accounts(text: String, expected: String) { #expect(read(.account, text) == expected) }

    @Test("a local account without a bank code is refused where there is no default")
    func bankCode() { #expect(read(.account, "532013000", IdentifierRules()) == "bank_code_missing") }

    @Test(
        "payees are accounts where they have an account's form, otherwise references",
        arguments: [
            ("DE89 3704 0044 0532 0130 00", "iban:DE89370400440532013000"),
            ("DE88370400440532013000", "identifier_check_failed"),
            ("37040044/0532013000", "local:37040044/532013000"), ("0532013000", "ref:0532013000"),
            ("  Acme   Ltd. ", "ref:ACME LTD."), ("Müller", "identifier_not_ascii"),
        ])
    func payees(text: String, expected: String) { #expect(read(.payee, text) == expected) }

    @Test("terminals and merchants keep all but case and spacing", arguments: [IdentifierKind.terminal, .merchant])
    func references(kind: IdentifierKind) {
        #expect(read(kind, " term-0007   a ") == "TERM-0007 A")
        #expect(read(kind, "0007") == "0007")
        #expect(read(kind, String(repeating: "7", count: 128)).count == 128)
        #expect(read(kind, String(repeating: "7", count: 129)) == "identifier_too_long")
    }

    @Test(
        "devices",
        arguments: [
            ("{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", "F81D4FAE7DEC11D0A76500A0C91E6BF6"),
            ("F81D4FAE7DEC11D0A76500A0C91E6BF6", "F81D4FAE7DEC11D0A76500A0C91E6BF6"),
            ("f81d4fae-7dec-11d0-a765-00a0c91e6bfg", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BFG"),
            ("a-b", "A-B"), ("", "identifier_empty"),
        ])
    func devices(text: String, expected: String) { #expect(read(.device, text) == expected) }

    @Test(
        "mail addresses",
        arguments: [
            ("Jane.Doe+x@Example.COM", "jane.doe+x@example.com"), (" jane@example.com. ", "jane@example.com"),
            ("ja\u{200D}ne@example.com", "jane@example.com"), ("ｊａｎｅ＠example.com", "jane@example.com"),
            ("j.a.n.e@gmail.com", "j.a.n.e@gmail.com"), ("jane@xn--mnchen-3ya.de", "jane@xn--mnchen-3ya.de"),
            ("jane@münchen.de", "identifier_not_ascii"), ("jane@@example.com", "identifier_wrong_form"),
            ("jane@example", "identifier_wrong_form"), ("jane.@example.com", "identifier_wrong_form"),
            ("ja..ne@example.com", "identifier_wrong_form"), ("\"jane\"@example.com", "identifier_wrong_form"),
            ("jane doe@example.com", "identifier_wrong_form"), ("jane@-example.com", "identifier_wrong_form"),
            ("@example.com", "identifier_wrong_form"), ("jane@", "identifier_wrong_form"),
            (String(repeating: "a", count: 64) + "@b.de", String(repeating: "a", count: 64) + "@b.de"),
            (String(repeating: "a", count: 65) + "@b.de", "identifier_wrong_form"),
            ("a@" + String(repeating: "b", count: 64) + ".de", "identifier_wrong_form"),
        ])
    func mail(text: String, expected: String) { #expect(read(.email, text) == expected) }

    @Test(
        "phones",
        arguments: [
            ("+49 30 901820", "+4930901820"), ("0049 (30) 90-18-20", "+4930901820"), ("030/901820", "+4930901820"),
            ("(030) 90 18 20", "+4930901820"), ("+49 (0)30 901820", "+4930901820"), ("(+49) 30.901820", "+4930901820"),
            ("＋４９３０９０１８２０", "+4930901820"), ("\u{202A}+49 30 901820\u{202C}", "+4930901820"),
            ("30901820", "+4930901820"), ("+1 212 555 0123", "+12125550123"),
            ("+49 30 901820 x12", "identifier_wrong_form"),
            ("+0 123456789", "identifier_wrong_form"), ("+123456", "identifier_wrong_form"),
            ("+1234567890123456", "identifier_wrong_form"), ("++4930901820", "identifier_wrong_form"),
            ("+", "identifier_wrong_form"), ("call me", "identifier_wrong_form"),
            ("0000000000", "identifier_wrong_form"),
        ])
    func phones(text: String, expected: String) { #expect(read(.phone, text) == expected) }

    @Test("a national number is read by the member's dialling plan, and refused without one")
    func plans() throws {
        let northAmerica = IdentifierRules(
            dialling: DiallingPlan(callingCode: "1", trunkPrefix: "1", internationalPrefix: "011"))
        #expect(read(.phone, "1 (212) 555-0123", northAmerica) == "+12125550123")
        #expect(read(.phone, "(212) 555-0123", northAmerica) == "+12125550123")
        #expect(read(.phone, "011 49 30 901820", northAmerica) == "+4930901820")
        let italy = IdentifierRules(dialling: DiallingPlan(callingCode: "39", trunkPrefix: nil))
        #expect(read(.phone, "06 1234567", italy) == "+39061234567")
        #expect(read(.phone, "030 901820", IdentifierRules()) == "calling_code_missing")
        #expect(read(.phone, "0049 30 901820", IdentifierRules()) == "+4930901820")
        for wrong in ["", "0", "1234", "4a", "+4"] { #expect(DiallingPlan(callingCode: wrong) == nil) }
    }

    @Test("what is hashed differs for every kind, for one text that all could be")
    func separated() throws {
        let rules = IdentifierRules(bankCode: "123", dialling: DiallingPlan(callingCode: "49"))
        let text = "4111111111111111"
        var inputs: Set<[UInt8]> = []
        for kind in IdentifierKind.allCases where kind != .email && kind != .phone {
            inputs.insert(try rules.identifier(kind, text).hashInput)
        }
        #expect(inputs.count == IdentifierKind.allCases.count - 2)
        #expect(
            try rules.identifier(.card, text).hashInput
                == [0, 20] + Array("cordon/identifier/v1".utf8) + [0, 4] + Array("card".utf8) + [0, 16]
                + Array(text.utf8))
    }

    @Test("an identifier is never printed, and a refusal carries no text")
    func printing() throws {
        let identifier = try Self.rules.identifier(.card, "4111111111111111")
        var dumped = ""
        dump(identifier, to: &dumped)
        for text in ["\(identifier)", String(reflecting: identifier), "\([identifier])", dumped] {
            #expect(!text.contains("4111") && !text.contains("52") && text.contains("Identifier(card)"))
        }
        #expect(Set(IdentifierError.allCases.map(\.code)).count == IdentifierError.allCases.count)
    }
}
