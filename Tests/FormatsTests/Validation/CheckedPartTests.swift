import Formats
import Records
import Testing

@Suite("Parts of records beside the validation rules")
struct CheckedPartTests {
    private static let received: Int64 = 1_530_000_000_000_000

    private func part(_ text: String) -> RecordPart { RecordParser(mapping: .canonical).parts(Array(text.utf8))[0] }

    private func transaction(_ time: String = "2018-06-26T08:00:00Z", amount: String = "5") -> RecordPart {
        part(#"{"id":"p","time":"\#(time)","customer":"c","terminal":"t","amount":\#(amount)}"#)
    }

    @Test("a transaction that the rules let in stays as it is, and another is its rejection in the same place")
    func transactions() {
        var rules = ValidationRules()
        rules.amounts = MinorUnits(100)...MinorUnits(1000)
        let good = transaction()
        #expect(good.checked(by: rules, received: Self.received).transaction == good.transaction)
        #expect(good.checked(by: rules, received: Self.received).rejection == nil)
        let bad = transaction(amount: "11").checked(by: rules, received: Self.received)
        #expect(bad.rejection == Rejection(reason: .amountOutOfRange, field: "amount"))
        #expect(bad.transaction == nil && bad.index == 0)
    }

    @Test("what is no transaction passes every rule, and a rejection stays what it was")
    func others() {
        var rules = ValidationRules()
        rules.amounts = MinorUnits(1)...MinorUnits(1)
        rules.required = [nil: Mapping.Extra.allCases]
        let label = part(#"{"type":"label","transaction":"p","fraud":true}"#)
        #expect(label.checked(by: rules, received: 0).verdict == Verdict(transaction: "p", fraud: true))
        let watermark = part(#"{"type":"watermark","time":"2090-01-01"}"#)
        #expect(watermark.checked(by: rules, received: 0).watermark == watermark.watermark)
        let broken = part("{")
        #expect(broken.checked(by: rules, received: 0).rejection == broken.rejection)
    }

    @Test("a watermark may be as far ahead of the log's clock as a transaction, and not a second more")
    func watermarks() throws {
        let rules = ValidationRules()
        let now = Self.received / 1_000_000
        for ahead in [-1_000_000, 0, 301, 86_400] as [Int64] {
            try rules.check(watermark: EventTime(seconds: now + ahead), received: Self.received)
        }
        for ahead in [86_401, 1_000_000] as [Int64] {
            #expect(throws: Rejection(reason: .timeAhead, field: "time")) {
                try rules.check(watermark: EventTime(seconds: now + ahead), received: Self.received)
            }
        }
    }

    @Test("the log's clock counts in whole seconds, rounded down")
    func microseconds() {
        let rules = ValidationRules()
        let late = transaction("2018-06-27T08:00:01Z")
        #expect(late.checked(by: rules, received: Self.received + 999_999).rejection?.reason == .timeAhead)
        #expect(late.checked(by: rules, received: Self.received + 1_000_000).rejection == nil)
    }

    @Test("a required field may be any of those beside the five, and each is named by its own name")
    func required() throws {
        var whole = try #require(transaction().transaction)
        whole.original = Money(units: 5, currency: try #require(Currency("EUR")))
        (whole.kind, whole.channel) = (.card, .pos)
        for entity in EntityKind.allCases { whole.entities[entity] = "x" }
        for extra in Mapping.Extra.allCases {
            var rules = ValidationRules()
            rules.required = [nil: [extra]]
            #expect(try rules.check(whole, faults: [], received: Self.received) == [])
            #expect(whole.value(of: extra) != nil)
            var without = whole
            switch extra {
            case .currency: without.original = nil
            case .kind: without.kind = nil
            case .channel: without.channel = nil
            case .entity(let entity): without.entities[entity] = nil
            }
            #expect(without.value(of: extra) == nil)
            #expect(throws: Rejection(reason: .missingField, field: extra.name)) {
                try rules.check(without, faults: [], received: Self.received)
            }
            rules.required = [.instantTransfer: [extra]]
            #expect(try rules.check(without, faults: [], received: Self.received) == [])
        }
    }

    @Test("marks and codes are spelt as they are published")
    func names() {
        #expect(
            Mark.allCases.map(\.rawValue) == ["late", "clock_skew"]
                + Mapping.Extra.allCases.map { "left_out:\($0.name)" })
        for mark in Mark.allCases { #expect(Mark(rawValue: mark.rawValue) == mark) }
        #expect(Mark(rawValue: "left_out:colour") == nil && Mark(rawValue: "") == nil)
        #expect(
            [MinorUnits.ParseError.notANumber, .negative, .tooLarge, .tooPrecise].map { RejectionReason($0) }
                == [.amountNotANumber, .amountNegative, .amountTooLarge, .amountTooPrecise])
        for reason in RejectionReason.allCases {
            #expect(reason.rawValue.allSatisfy { $0 == "_" || ("a"..."z").contains($0) })
            #expect(!reason.explanation.isEmpty && !reason.explanation.hasSuffix("."))
        }
    }

    @Test("a rejection says why and where, and holds nothing of the record")
    func privacy() {
        let secret = "4111222233334444"
        for text in [
            #"{"id":"p","time":"\#(secret)","customer":"c","terminal":"t","amount":1}"#,
            #"{"id":"p","time":"2018-07-05","customer":"c","terminal":"t","amount":"\#(secret)x"}"#,
            #"{"id":"p","time":"2018-07-05","customer":"\#(secret)\u0000","terminal":"t","amount":1}"#,
            #"{"id":"p","time":"2018-07-05","customer":"c","terminal":"t","amount":1,"country":"\#(secret)"}"#,
            #"{"id":"p","time":"2018-07-05","customer":"c","terminal":"t","amount":1,"kind":"\#(secret)"}"#,
            #"{"id":"p","time":"2018-07-05","customer":"c","terminal":"t","amount":1,"currency":"\#(secret)"}"#,
            #"{"id":"\#(secret)""#,
        ] {
            var rules = ValidationRules()
            rules.leftOut = []
            let rejected = part(text).checked(by: rules, received: Self.received)
            var dumped = ""
            dump(rejected, to: &dumped)
            #expect(rejected.rejection != nil)
            for told in ["\(rejected)", String(reflecting: rejected), dumped] { #expect(!told.contains(secret)) }
            let leftOut = part(text)
            #expect(!"\(leftOut)".contains(secret))
        }
    }
}
