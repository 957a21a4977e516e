import Policy
import Records
import Support
import Testing

/// A transaction that has every field.
private let full: Transaction = {
    // A Friday, 22:30 UTC.
    var transaction = payment("p-1", seconds: EventTime(rfc3339: "2026-03-06T22:30:00Z")!.seconds, amount: 150_000)
    transaction.original = Money(units: 165_000, currency: Currency("USD")!)
    transaction.kind = .instantTransfer
    transaction.channel = .mobile
    for (kind, value) in [
        (EntityKind.account, "DE89370400440532013000"), (.card, "411111-1"), (.payee, "LT099"), (.merchant, "m-1"),
        (.merchantCategory, "5411"), (.device, "d-1"), (.ip, "192.0.2.7"), (.country, "LT"),
    ] {
        transaction.entities[kind] = value
    }
    return transaction
}()

/// One that has only what every transaction has.
private let bare = payment("p-2", seconds: full.time.seconds, amount: 150_000)

private func facts(_ transaction: Transaction) -> PolicyFacts {
    PolicyFacts(
        transaction: transaction, probability: 0.25,
        windows: transaction.entities.isEmpty ? [:] : ["count": 5, "mean": 12.5])
}

private func above<Value>(_ value: Value) -> Limits<Value> { Limits(lower: .exclusive(value), upper: nil)! }
private func atLeast<Value>(_ value: Value) -> Limits<Value> { Limits(lower: .inclusive(value), upper: nil)! }
private func below<Value>(_ value: Value) -> Limits<Value> { Limits(lower: nil, upper: .exclusive(value))! }
private func atMost<Value>(_ value: Value) -> Limits<Value> { Limits(lower: nil, upper: .inclusive(value))! }
private func between<Value>(_ low: Value, _ high: Value) -> Limits<Value> {
    Limits(lower: .inclusive(low), upper: .inclusive(high))!
}
private func networks(_ texts: String...) -> NetworkSet {
    var set = NetworkSet()
    for text in texts where !set.insert(text) { Issue.record("\(text) is no network") }
    return set
}

private let yes = Condition.probability(atLeast(0))
private let no = Condition.probability(above(1))
private let unknown = Condition.text(.entity(.card), ValueSet(texts: ["x"]))

@Suite("A rule's condition")
struct ConditionTests {
    @Test(
        "compares numbers",
        arguments: [
            (Condition.amount(above(MinorUnits(149_999))), true), (.amount(above(MinorUnits(150_000))), false),
            (.amount(atLeast(MinorUnits(150_000))), true), (.amount(atLeast(MinorUnits(150_001))), false),
            (.amount(below(MinorUnits(150_001))), true), (.amount(below(MinorUnits(150_000))), false),
            (.amount(atMost(MinorUnits(150_000))), true), (.amount(atMost(MinorUnits(149_999))), false),
            (.amount(between(MinorUnits(150_000), MinorUnits(150_000))), true),
            (.amount(between(MinorUnits(150_001), MinorUnits(160_000))), false),
            (.probability(above(0.25.nextDown)), true), (.probability(above(0.25)), false),
            (.probability(between(0.25, 0.3)), true), (.probability(below(0.25)), false),
            (.window("count", above(4)), true), (.window("count", above(5)), false),
            (.window("mean", between(12.5, 12.5)), true),
        ])
    func numbers(condition: Condition, expected: Bool) { #expect(condition.holds(facts(full)) == expected) }

    @Test(
        "compares texts with values and their beginnings, as they are",
        arguments: [
            (TextField.customer, ["c1"], true), (.customer, ["C1"], false), (.terminal, ["t1", "t2"], true),
            (.currency, ["USD"], true), (.currency, ["EUR"], false), (.kind, ["instant_transfer"], true),
            (.kind, ["card"], false), (.channel, ["online", "mobile"], true), (.channel, ["online"], false),
            (.entity(.account), ["DE89370400440532013000"], true), (.entity(.account), ["DE8937"], false),
            (.entity(.payee), ["LT09"], false), (.entity(.merchant), ["m-1"], true),
            (.entity(.merchantCategory), ["5411"], true), (.entity(.device), ["d-2"], false),
            (.entity(.country), ["LT", "LV"], true), (.entity(.country), ["lt"], false),
        ])
    func texts(field: TextField, values: [String], expected: Bool) {
        #expect(Condition.text(field, ValueSet(texts: values)).holds(facts(full)) == expected)
        #expect(Condition.text(field, ValueSet()).holds(facts(full)) == false)
        let value = field.value(of: full) ?? ""
        for length in 1...value.count {
            let prefix = String(value.prefix(length))
            #expect(Condition.text(field, ValueSet(prefixes: ["zz", prefix])).holds(facts(full)) == true)
            #expect(Condition.text(field, ValueSet(prefixes: [prefix + "#"])).holds(facts(full)) == false)
        }
    }

    @Test("knows every field of the canonical transaction that is a text, and each is absent where it is not given")
    func everyField() {
        #expect(
            TextField.allCases.map(\.name) == ["customer", "terminal", "currency", "kind", "channel"]
                + EntityKind.allCases.map(\.rawValue))
        for field in TextField.allCases {
            #expect(field.value(of: full) != nil)
            #expect((field.value(of: bare) == nil) == field.isOptional)
            #expect(Condition.exists(field, true).holds(facts(full)) == true)
            #expect(Condition.exists(field, false).holds(facts(full)) == false)
            #expect(Condition.exists(field, true).holds(facts(bare)) == !field.isOptional)
            #expect(Condition.exists(field, false).holds(facts(bare)) == field.isOptional)
        }
    }

    @Test(
        "is unknown, and so is its negation, where it compares what the transaction lacks",
        arguments: [
            unknown, .text(.currency, ValueSet(texts: ["USD"])), .text(.kind, ValueSet()), .window("count", above(4)),
            .window("other", above(4)), .address(networks("0.0.0.0/0", "::/0")),
        ])
    func absent(condition: Condition) {
        #expect(condition.holds(facts(bare)) == nil)
        #expect(Condition.not(condition).holds(facts(bare)) == nil)
        let rule = PolicyRule(id: "r", mode: .live, reason: "", condition: .not(condition), effect: .set(.decline))
        #expect(!rule.matches(facts(bare)))
    }

    @Test(
        "combines by three-valued logic",
        arguments: [
            (Condition.not(yes), Bool?.some(false)), (.not(no), true), (.not(unknown), nil), (.not(.not(yes)), true),
            (.all([yes, yes]), true), (.all([yes, no]), false), (.all([yes, unknown]), nil),
            (.all([unknown, no]), false), (.all([unknown, unknown]), nil), (.any([no, no]), false),
            (.any([no, yes]), true), (.any([no, unknown]), nil), (.any([unknown, yes]), true),
            (.any([.not(unknown), .exists(.entity(.card), false)]), true), (.all([.any([no, yes]), .not(no)]), true),
        ])
    func logic(condition: Condition, expected: Bool?) { #expect(condition.holds(facts(bare)) == expected) }

    @Test("finds beginnings by bytes, also where one cuts a character of several bytes")
    func prefixes() {
        let set = ValueSet(prefixes: ["abc", "é"])
        #expect(set.contains("abcd") && set.contains("éa") && set.contains("abc"))
        #expect(!set.contains("ab") && !set.contains("aéb") && !set.contains(""))
        // Two bytes of `€` are no text.
        #expect(!set.contains("€"))
    }

    @Test("has limits only where something lies between them")
    func limits() {
        #expect(Limits<Int>(lower: .inclusive(3), upper: .inclusive(2)) == nil)
        #expect(Limits<Int>(lower: .exclusive(2), upper: .inclusive(2)) == nil)
        #expect(Limits<Int>(lower: .inclusive(2), upper: .exclusive(2)) == nil)
        #expect(Limits<Int>(lower: .exclusive(2), upper: .exclusive(2)) == nil)
        #expect(Limits<Int>(lower: .inclusive(2), upper: .inclusive(2))?.contain(2) == true)
        #expect(Limits<Int>(lower: nil, upper: nil)?.contain(.min) == true)
        #expect(Limits<Double>(lower: .exclusive(2), upper: .exclusive(3))?.contain(2) == false)
        #expect(Limits<Double>(lower: .inclusive(0), upper: nil)?.contain(.nan) == false)
    }
}
