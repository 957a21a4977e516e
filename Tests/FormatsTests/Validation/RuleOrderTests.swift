import Formats
import Records
import Testing

@Suite("The order of validation rules")
struct RuleOrderTests {
    private static let now: Int64 = 1_800_000_000
    /// By the order in which they are asked.
    private static let rejections = [
        Rejection(reason: .valueInvalid, field: "ip"), Rejection(reason: .amountOutOfRange, field: "amount"),
        Rejection(reason: .missingField, field: "device"), Rejection(reason: .valueNotAllowed, field: "country"),
        Rejection(reason: .timeAhead, field: "time"),
    ]

    private var rules: ValidationRules {
        var rules = ValidationRules()
        (rules.ahead, rules.tooFarAhead) = (7, 11)
        rules.amounts = MinorUnits(0)...MinorUnits(900)
        rules.required = [nil: [.entity(.device)]]
        rules.allowed = [.entity(.country): ["NL"]]
        rules.leftOut = []
        return rules
    }

    private func part(_ broken: Set<Int>, ahead: Int64 = 0) -> RecordPart {
        let time = EventTime(seconds: Self.now + (broken.contains(4) ? 12 : ahead)).rfc3339
        let text = BadJSON.record([
            "time": "\"\(time)\"", "amount": broken.contains(1) ? "9.01" : "9",
            "ip": broken.contains(0) ? "\"ip\"" : nil, "device": broken.contains(2) ? nil : "\"d\"",
            "country": broken.contains(3) ? "\"SE\"" : "\"NL\"",
        ])
        return RecordParser(mapping: .canonical).parts(Array(text.utf8))[0]
    }

    @Test("of all rules that a payment breaks the first one refuses it, and it is refused again as it was")
    func first() {
        for bits in 0..<32 {
            let broken = Set((0..<5).filter { bits >> $0 & 1 == 1 })
            let checked = part(broken).checked(by: rules, received: Self.now * 1_000_000)
            #expect(checked.rejection == broken.min().map { Self.rejections[$0] }, "\(broken.sorted())")
            #expect((checked.transaction != nil) == broken.isEmpty)
            #expect(checked.checked(by: rules, received: Self.now * 1_000_000).rejection == checked.rejection)
        }
    }

    @Test("a lead is marked above one bound and refused above the other, each of the rules' own")
    func leads() {
        for ahead in -2...13 as ClosedRange<Int64> {
            let checked = part([], ahead: ahead).checked(by: rules, received: Self.now * 1_000_000)
            #expect(checked.marks == (8...11 ~= ahead ? [.clockSkew] : []))
            #expect((checked.rejection?.reason == .timeAhead) == (ahead > 11))
        }
    }
}
