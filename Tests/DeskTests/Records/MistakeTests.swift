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
}
