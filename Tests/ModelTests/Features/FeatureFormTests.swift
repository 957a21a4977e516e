import Foundation
import Model
import Records
import Support
import Testing

private let day = EventTime.day

@Suite("A feature in a file")
struct FeatureFormTests {
    private func form(_ kind: String, _ change: (inout FeatureForm) -> Void = { _ in }) -> FeatureForm {
        var form = FeatureForm(name: "f", kind: kind)
        change(&form)
        return form
    }

    private func mistake(_ form: FeatureForm) -> FeatureForm.Mistake? {
        do {
            _ = try form.feature()
            return nil
        } catch { return error }
    }

    private func field(_ kind: String, _ change: (inout FeatureForm) -> Void) -> String? {
        mistake(form(kind, change))?.field
    }

    /// Every kind, with every aggregate, signal and code.
    private var kinds: [Feature.Kind] {
        let window = Feature.Window(days: 2)
        let late = Feature.Window(days: 3, delayDays: 7)
        var all = Array(FeatureForm.plain.values)
        all += PaymentKind.allCases.map { .isKind($0) } + PaymentChannel.allCases.map { .isChannel($0) }
        all += Feature.Entity.allCases.map { .listed($0, ["x", "y"]) }
        for aggregate in FeatureForm.aggregates.values {
            all += [.window(aggregate, .customer, window), .window(aggregate, .device, late)]
        }
        all += Feature.Entity.allCases.map { .window(.distinct($0), .card, window) }
        all += [
            .window(.countOverMean(history: 2 * day), .ip, window),
            .window(.countOverMean(history: 9 * day), .ip, late),
            .window(.maxOverMean(history: 1), .ip, window), .window(.maxOverMean(history: 9 * day), .ip, late),
        ]
        all += Feature.Signal.allCases.flatMap { signal in
            Feature.Entity.tokens.map { .consortium(signal, $0, late) }
        }
        all += [60, 3600, day].map { .consortium(.count, .terminal, .init(span: $0)) }
        return all
    }

    @Test("reads back as the feature that it was written from, of every kind")
    func roundTrip() throws {
        for (number, kind) in kinds.enumerated() {
            let feature = Feature(name: "f-\(number)", kind: kind)
            let form = FeatureForm(feature)
            #expect(FeatureForm.kinds.contains(form.kind), "\(form.kind)")
            #expect(try form.feature() == feature)
            let copy = try JSONDecoder().decode(FeatureForm.self, from: JSONEncoder().encode(form))
            #expect(copy == form)
        }
        #expect(Set(kinds.map { FeatureForm(Feature(name: "f", kind: $0)).kind }) == Set(FeatureForm.kinds))
    }

    @Test(
        "is named by 1 to 64 ASCII letters, digits and marks",
        arguments: [
            ("a", true), ("A-z_0.9:+", true), (String(repeating: "x", count: 64), true), ("", false), ("a b", false),
            (String(repeating: "x", count: 65), false), ("ä", false), ("a/b", false), ("a\n", false), ("ａ", false),
        ])
    func names(name: String, isName: Bool) {
        let wrong = mistake(FeatureForm(name: name, kind: "amount"))
        #expect((wrong == nil) == isName)
        #expect(isName || wrong?.field == "name" && wrong?.expected?.contains("1 to 64") == true)
    }

    @Test("of a kind that is none is told all kinds")
    func unknownKind() {
        let wrong = mistake(form("median"))
        #expect(wrong?.field == "kind")
        for kind in FeatureForm.kinds { #expect(wrong?.expected?.contains(kind) == true, "\(kind)") }
    }

    @Test("has no field that its kind does not have")
    func surplus() {
        let changes: [(String, (inout FeatureForm) -> Void)] = [
            ("entity", { $0.entity = "card" }), ("over", { $0.over = 60 }), ("delay", { $0.delay = 60 }),
            ("of", { $0.of = "card" }), ("history", { $0.history = 600 }), ("value", { $0.value = "card" }),
            ("values", { $0.values = ["x"] }),
        ]
        let allowed: [(FeatureForm, Set<String>)] = [
            (form("amount"), []), (form("hour"), []), (form("kind_is") { $0.value = "card" }, ["value"]),
            (form("channel_is") { $0.value = "pos" }, ["value"]),
            (
                form("listed") {
                    $0.entity = "ip"
                    $0.values = ["a"]
                }, ["entity", "values"]
            ),
            (
                form("count") {
                    $0.entity = "card"
                    $0.over = 60
                }, ["entity", "over", "delay"]
            ),
            (
                form("distinct") {
                    $0.entity = "card"
                    $0.over = 60
                    $0.of = "ip"
                }, ["entity", "over", "delay", "of"]
            ),
            (
                form("count_over_mean") {
                    $0.entity = "card"
                    $0.over = 60
                    $0.history = 600
                }, ["entity", "over", "delay", "history"]
            ),
            (
                form("max_over_mean") {
                    $0.entity = "card"
                    $0.over = 60
                    $0.history = 30
                }, ["entity", "over", "delay", "history"]
            ),
        ]
        for (form, fields) in allowed {
            #expect(mistake(form) == nil, "\(form.kind)")
            for (name, change) in changes where !fields.contains(name) {
                var copy = form
                change(&copy)
                let wrong = mistake(copy)
                #expect(wrong?.field == name && wrong?.expected == nil, "\(form.kind) \(name)")
            }
        }
    }

    @Test("says which field is missing or out of bounds")
    func fields() {
        #expect(field("count") { $0.over = 60 } == "entity")
        #expect(field("count") { ($0.entity, $0.over) = ("branch", 60) } == "entity")
        #expect(field("count") { $0.entity = "card" } == "over")
        for over in [0, -1, Feature.Window.limit + 1, .max] as [Int64] {
            #expect(field("count") { ($0.entity, $0.over) = ("card", over) } == "over")
        }
        for delay in [-1, Feature.Window.limit + 1] as [Int64] {
            #expect(field("count") { ($0.entity, $0.over, $0.delay) = ("card", 60, delay) } == "delay")
        }
        #expect(field("count") { ($0.entity, $0.over, $0.delay) = ("card", Feature.Window.limit, 0) } == nil)
        #expect(field("distinct") { ($0.entity, $0.over) = ("card", 60) } == "of")
        #expect(field("count_over_mean") { ($0.entity, $0.over) = ("card", 60) } == "history")
        #expect(field("count_over_mean") { ($0.entity, $0.over, $0.history) = ("card", 60, 59) } == "history")
        #expect(field("count_over_mean") { ($0.entity, $0.over, $0.history) = ("card", 60, 60) } == nil)
        #expect(field("max_over_mean") { ($0.entity, $0.over) = ("card", 60) } == "history")
        for history in [0, -1, Feature.Window.limit + 1] as [Int64] {
            #expect(field("max_over_mean") { ($0.entity, $0.over, $0.history) = ("card", 60, history) } == "history")
        }
        #expect(field("max_over_mean") { ($0.entity, $0.over, $0.history) = ("card", 60, 1) } == nil)
        #expect(field("kind_is") { $0.value = "cheque" } == "value")
        #expect(field("kind_is") { _ in } == "value")
        #expect(field("channel_is") { $0.value = "card" } == "value")
        #expect(field("listed") { $0.entity = "ip" } == "values")
        #expect(field("listed") { ($0.entity, $0.values) = ("ip", []) } == "values")
        #expect(field("listed") { ($0.entity, $0.values) = ("ip", ["a", "a"]) } == "values")
        #expect(field("listed") { $0.values = ["a"] } == "entity")
    }

    @Test("of any kind may be cut by its spec: by 1 to 31 numbers that rise")
    func edges() throws {
        for kind in kinds {
            let feature = Feature(name: "f", kind: kind, edges: [-0.5, 0, 1 / 3.0, 1e15])
            let form = FeatureForm(feature)
            #expect(try form.feature() == feature)
            #expect(try JSONDecoder().decode(FeatureForm.self, from: JSONEncoder().encode(form)) == form)
        }
        #expect(field("amount") { $0.edges = (0..<31).map(Double.init) } == nil)
        let wrong: [[Double]] = [
            [], (0..<32).map(Double.init), [1, 1], [2, 1], [.nan], [1, .infinity], [-.infinity, 0],
        ]
        for list in wrong {
            let mistake = mistake(form("amount") { $0.edges = list })
            #expect(mistake?.field == "edges" && mistake?.expected == "a list of 1 to 31 numbers that rise", "\(list)")
        }
    }

    @Test("tells what belongs in a field that holds a code")
    func expected() {
        #expect(mistake(form("kind_is"))?.expected == "one of card, transfer, instant_transfer, cash_out")
        let entity = mistake(form("count") { $0.over = 60 })?.expected ?? ""
        for known in Feature.Entity.allCases { #expect(entity.contains(known.rawValue)) }
    }

    @Test("of the consortium is one of its signals, of a token, over windows that parties can count")
    func consortium() {
        func shared(_ kind: String, _ change: (inout FeatureForm) -> Void = { _ in }) -> FeatureForm.Mistake? {
            mistake(
                form(kind) {
                    $0.scope = "consortium"
                    ($0.entity, $0.over, $0.delay) = ("terminal", day, 7 * day)
                    change(&$0)
                })
        }
        for signal in Feature.Signal.allCases { #expect(shared(signal.rawValue) == nil) }
        #expect(shared("count") { $0.scope = "world" }?.field == "scope")
        #expect(shared("sum_amount")?.expected == "with `scope: consortium`, one of frauds, fraud_rate, count, members")
        #expect(shared("count") { $0.entity = "customer" }?.field == "entity")
        #expect(shared("count") { $0.entity = "ip" }?.expected?.hasPrefix("with `scope: consortium`") == true)
        #expect(shared("count") { $0.of = "ip" }?.field == "of")
        #expect(shared("count") { $0.delay = nil } == nil)
        #expect(shared("count") { ($0.over, $0.delay) = (7200, nil) }?.field == "over")
        #expect(shared("members") { ($0.over, $0.delay) = (60, 0) } == nil)
        #expect(shared("frauds") { ($0.over, $0.delay) = (60, 0) }?.field == "over")
        #expect(shared("fraud_rate") { $0.delay = nil }?.field == "over")
    }
}
