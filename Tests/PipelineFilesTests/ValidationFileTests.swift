import Formats
import PipelineFiles
import Records
import Testing

@Suite("Validation file")
struct ValidationFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    @Test("the committed one is the default, and asks for nothing but sane times and amounts")
    func committed() throws {
        let rules = try readValidation(file: ConfigurationFixture.committed("validation.yaml"))
        #expect(rules.late == 3600 && rules.ahead == 300 && rules.tooFarAhead == 86_400)
        #expect(rules == ValidationRules())
    }

    @Test("the one for replays lets any time in")
    func replays() throws {
        let rules = try readValidation(file: ConfigurationFixture.committed("validation-replays.yaml"))
        #expect(rules.late == 3600 && rules.ahead > 90 * 365 * EventTime.day && rules.tooFarAhead == rules.ahead)
    }

    @Test("every section is read")
    func sections() throws {
        try file.write(
            """
            time: { late: 10m, ahead: 0s, too_far_ahead: 2h }
            amount: { min: 0.50, max: 100 }
            required: { all: [channel], instant_transfer: [payee, device] }
            allowed: { currency: [EUR, USD], channel: [mobile], country: [DE] }
            leave_out: [ip, payee]
            """)
        let rules = try readValidation(file: file.path)
        #expect(rules.late == 600 && rules.ahead == 0 && rules.tooFarAhead == 7200)
        #expect(rules.amounts == MinorUnits(50)...MinorUnits(10_000))
        #expect(rules.required == [nil: [.channel], .instantTransfer: [.entity(.payee), .entity(.device)]])
        #expect(rules.leftOut == [.entity(.ip), .entity(.payee)])
        #expect(
            rules.allowed == [.currency: ["EUR", "USD"], .channel: ["mobile"], .entity(.country): ["DE"]])
    }

    @Test(
        "each mistake has its line",
        arguments: [
            ("time: { later: 1h }\n", "1: time: unknown key `later`; known here: late, ahead, too_far_ahead"),
            ("time:\n  late: 1\n", "2: time.late: a span such as 90s, 10m, 1h or 7d belongs here"),
            ("time:\n  ahead: 2d\n", "2: time: `ahead` must not be above `too_far_ahead`"),
            ("amount:\n  min: x\n", "2: amount.min: an amount such as 100 or 99.50 belongs here"),
            ("amount:\n  min: 2\n  max: 1\n", "2: amount: `min` must not be above `max`"),
            (
                "required:\n  cheque: [payee]\n",
                "2: required: `all` or a payment kind belongs here: card, transfer, instant_transfer, cash_out"
            ),
            (
                "required:\n  all: [iban]\n",
                "2: required.all[0]: one of currency, kind, channel, account, card, payee, merchant, merchant_category, "
                    + "device, ip, country belongs here"
            ),
            (
                "leave_out: [ip, currency]\n",
                "1: leave_out[1]: an amount says nothing without its currency, which is never left out"
            ),
            ("allowed:\n  currency: [EUR, EURO]\n", "2: allowed.currency[1]: no value of `currency` looks like that"),
        ])
    func mistakes(text: String, mistake: String) throws {
        #expect(try file.mistake(text) { path in _ = try readValidation(file: path) } == mistake)
    }
}
