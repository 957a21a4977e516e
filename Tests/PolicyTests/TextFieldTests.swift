import Policy
import Records
import Support
import Testing

@Suite("Fields of texts")
struct TextFieldTests {
    private static let samples: [(TextField, taken: [String], refused: [String])] = [
        (.customer, ["", "c1", " "], []), (.terminal, ["", "t/1*"], []),
        (.currency, ["EUR", "JPY", "KWD"], ["", "eur", "EURO", "XXX", "978", "EUR "]),
        (.kind, ["card", "transfer", "instant_transfer", "cash_out"], ["", "Card", "instant transfer", "cash"]),
        (
            .channel, ["pos", "atm", "branch", "online", "mobile", "phone", "file"],
            ["", "POS", "web", "pos "]
        ),
        (.entity(.account), ["", "DE89370400440532013000"], []), (.entity(.card), ["411111*"], []),
        (.entity(.payee), ["x"], []), (.entity(.merchant), ["m"], []), (.entity(.device), ["d"], []),
        (
            .entity(.merchantCategory), ["5411", "0000", "9999"],
            ["", "541", "54110", "541a", " 541", "-541", "٥٤١١"]
        ),
        (.entity(.country), ["LT", "ZZ", "DE"], ["", "L", "LTU", "lt", "L1", "L ", "ÄÖ"]),
        (
            .entity(.ip), ["192.0.2.7", "::", "2001:db8::1", "::ffff:192.0.2.7"],
            [
                "", "192.0.2", "192.0.2.256", "192.0.2.0/24", "localhost", "2001:db8::g", "1.2.3.4 ", "192.0.2.7\u{0}x",
                "::\u{0}",
            ]
        ),
    ]

    @Test("take the texts that can be their values, and no other", arguments: samples.indices)
    func takes(sample: Int) {
        let (field, taken, refused) = Self.samples[sample]
        for text in taken { #expect(field.takes(text), "\(field.name): \(text)") }
        for text in refused { #expect(!field.takes(text), "\(field.name): \(text)") }
        // Where not every text is taken, a sentence says which are.
        #expect((field.form != nil) == !refused.isEmpty)
    }

    @Test("are each there once, with a name that is the canonical form's")
    func all() {
        #expect(Set(TextField.allCases) == Set(Self.samples.map(\.0)) && TextField.allCases.count == Self.samples.count)
        #expect(Set(TextField.allCases.map(\.name)).count == TextField.allCases.count)
    }

    @Test("take beginnings where their values are no codes")
    func prefixes() {
        let names = TextField.allCases.filter(\.takesPrefixes).map(\.name).sorted()
        #expect(
            names == [
                "account", "card", "customer", "device", "merchant", "merchant_category", "payee", "terminal",
            ])
    }

    @Test("may be absent, but for who pays and where")
    func optional() {
        #expect(TextField.allCases.filter { !$0.isOptional }.map(\.name) == ["customer", "terminal"])
    }

    @Test("say their codes in the order in which they are declared")
    func forms() {
        #expect(TextField.kind.form == "card, transfer, instant_transfer, cash_out")
        #expect(TextField.channel.form == "pos, atm, branch, online, mobile, phone, file")
        #expect(TextField.currency.form == "a currency code of ISO 4217")
        for text in ["card", "transfer", "instant_transfer", "cash_out"] { #expect(TextField.kind.takes(text)) }
    }

    @Test("have the values of their own field of a transaction, and of no other")
    func values() throws {
        var transaction = payment("p", seconds: 0, customer: "cu", terminal: "te")
        #expect(TextField.customer.value(of: transaction) == "cu" && TextField.terminal.value(of: transaction) == "te")
        for field in TextField.allCases where field.isOptional { #expect(field.value(of: transaction) == nil) }
        for kind in EntityKind.allCases {
            transaction.entities = [kind: kind.rawValue.uppercased()]
            for field in TextField.allCases where field.isOptional {
                #expect(field.value(of: transaction) == (field == .entity(kind) ? kind.rawValue.uppercased() : nil))
            }
        }
        transaction.entities = [:]
        transaction.original = Money(units: 1, currency: try #require(Currency("DKK")))
        for kind in PaymentKind.allCases {
            for channel in PaymentChannel.allCases {
                (transaction.kind, transaction.channel) = (kind, channel)
                #expect(TextField.kind.value(of: transaction) == kind.rawValue)
                #expect(TextField.channel.value(of: transaction) == channel.rawValue)
                #expect(TextField.currency.value(of: transaction) == "DKK")
            }
        }
    }
}
