import Desk
import Records
import Testing

/// Mistakes as codes and sentences: what people are told never has what was typed.
struct MistakeTests {
    @Test("each has a code of its own, and a sentence part without its end")
    func words() {
        #expect(Set(Mistake.allCases.map(\.rawValue)).count == Mistake.allCases.count)
        #expect(Set(Mistake.allCases.map(\.description)).count == Mistake.allCases.count)
        for each in Mistake.allCases {
            #expect(each.rawValue.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil)
            #expect(each.description.last != "." && each.description.count > 8)
        }
    }

    @Test("those of amounts say what the amount's own say")
    func amounts() {
        for (text, mistake) in [
            ("x", Mistake.notANumber), ("1e3", .notANumber), ("-1", .negative), ("0.001", .tooPrecise),
            ("99999999999999", .tooLarge),
        ] {
            do throws(MinorUnits.ParseError) {
                _ = try MinorUnits(decimal: text)
                Issue.record("\(text) is an amount")
            } catch { #expect(Mistake(error) == mistake && mistake.description == error.description) }
        }
    }

    @Test("a filter tells of a field by its name alone")
    func filters() {
        for (parameters, text) in [
            ([("at_least", "secret")], "at_least: the amount is not a plain decimal number"),
            ([("secret", "1")], "there is no such filter"),
            ([("probability", "2")], "probability: it is a number from 0 to 1"),
        ] {
            do throws(QueueFilter.Fault) {
                _ = try QueueFilter(parameters.map { (name: $0.0, value: $0.1) })
                Issue.record("\(parameters) is a filter")
            } catch { #expect("\(error)" == text) }
        }
    }

    private func mistake(_ parameters: [(String, String)]) -> (field: String?, mistake: Mistake)? {
        do throws(QueueFilter.Fault) {
            _ = try QueueFilter(parameters.map { (name: $0.0, value: $0.1) })
            return nil
        } catch { return (error.field, error.reason) }
    }

    @Test("each field of a filter has its own mistakes, and no other field is named")
    func fields() {
        for field in ["shown", "whose", "origin", "awaits", "band", "kind", "channel", "finding"] {
            for value in ["x", "Open", "open,closed", "\u{0}", "fraud "] {
                let found = mistake([(field, value)])
                #expect(found?.field == field && found?.mistake == .notListed, "\(field)=\(value)")
            }
            #expect(mistake([(field, "")]) == nil, "what nobody filled in is nothing")
        }
        for field in ["at_least", "at_most"] {
            for (value, wanted) in [
                ("1,50", Mistake.notANumber), ("-0", .negative), ("1.001", .tooPrecise), ("1e9", .notANumber),
                ("100000000000.01", .tooLarge),
            ] {
                let found = mistake([(field, value)])
                #expect(found?.field == field && found?.mistake == wanted, "\(field)=\(value)")
            }
        }
        for value in ["2", "-0.1", "nan", "half", "inf"] {
            #expect(mistake([("probability", value)])?.mistake == .notAProbability, "\(value)")
        }
        #expect(mistake([("case", "x")])?.mistake == .noCase)
        #expect(mistake([("rule", String(repeating: "r", count: 129))])?.mistake == .tooLong)
        #expect(mistake([("rule", String(repeating: "r", count: 128))]) == nil)
        #expect(mistake([("customer", String(repeating: "c", count: 513))])?.mistake == .tooLong)
        #expect(mistake([("customer", "a"), ("card", "b")])?.mistake == .oneNameAtATime)
        #expect(mistake([("band", "review"), ("band", "review")])?.mistake == .repeated)
        #expect(mistake([("finding", "fraud")])?.mistake == .openHasNoVerdict)
        #expect(mistake([("finding", "fraud"), ("shown", "closed")]) == nil)
        #expect(mistake([("at_least", "5"), ("at_most", "4.99")])?.mistake == .belowLeast)
        #expect(mistake([("at_least", "5"), ("at_most", "5")]) == nil)
        #expect(mistake([("Band", "review")])?.field == nil, "what somebody made up is not told again")
    }

    @Test("what goes with no other verdict than fraud is named by its field")
    func verdicts() {
        for finding in Finding.allCases where finding != .fraud {
            #expect(Judgement(finding).fault == nil)
            let type = Judgement(finding, fraudType: .romance).fault
            #expect(type?.field == "fraud_type" && type?.reason == .typeWithoutFraud)
            let loss = Judgement(finding, loss: MinorUnits(1)).fault
            #expect(loss?.field == "loss" && loss?.reason == .lossWithoutFraud)
        }
        #expect(Judgement(.fraud, fraudType: .romance, loss: MinorUnits(1)).fault == nil)
        let large = Judgement(.fraud, loss: MinorUnits(MinorUnits.limit + 1)).fault
        #expect(large?.field == "loss" && large?.reason == .outOfRange)
    }

    @Test("a team's scope names its own fields, and what is none of its parts without them")
    func teams() {
        for (text, field, wanted) in [
            ("kind=x", "kind", Mistake.notListed), ("at_least=x", "at_least", .notANumber),
            ("kind=card&kind=card", "kind", .repeated), ("kind", nil, .noPart), ("rule=r", nil, .notOfATeam),
        ] as [(String, String?, Mistake)] {
            do throws(QueueFilter.Fault) {
                _ = try TeamScope(text)
                Issue.record("\(text) is a scope")
            } catch { #expect(error.field == field && error.reason == wanted, "\(text)") }
        }
    }
}
