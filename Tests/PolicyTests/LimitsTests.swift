import Policy
import Records
import Support
import Testing

@Suite("Limits and values")
struct LimitsTests {
    private typealias Bound = Limits<Int>.Bound

    private static let bounds: [Limits<Int>.Bound?] =
        [nil] + (0...4).flatMap { [Bound.inclusive($0), .exclusive($0)] }

    private func isBelow(_ bound: Bound?, _ value: Int) -> Bool {
        switch bound {
        case nil: true
        case .inclusive(let end)?: end <= value
        case .exclusive(let end)?: end < value
        }
    }

    private func isAbove(_ bound: Bound?, _ value: Int) -> Bool {
        switch bound {
        case nil: true
        case .inclusive(let end)?: value <= end
        case .exclusive(let end)?: value < end
        }
    }

    @Test("hold what lies above the lower end and below the upper one, for every pair of ends", arguments: bounds)
    func contain(lower: Limits<Int>.Bound?) {
        for upper in Self.bounds {
            let inside = (-1...5).filter { isBelow(lower, $0) && isAbove(upper, $0) }
            guard let limits = Limits(lower: lower, upper: upper) else {
                #expect(inside.isEmpty, "\(String(describing: lower)) \(String(describing: upper))")
                continue
            }
            #expect(!inside.isEmpty, "\(String(describing: lower)) \(String(describing: upper))")
            #expect((-1...5).filter(limits.contain) == inside)
            #expect(limits.lower == lower && limits.upper == upper)
        }
    }

    @Test("are none where the ends are turned, or nothing lies between what they leave out")
    func none() {
        for low in 0...4 {
            for high in 0...4 {
                for (lower, upper, first, last) in [
                    (Bound.inclusive(low), Bound.inclusive(high), low, high),
                    (.inclusive(low), .exclusive(high), low, high - 1),
                    (.exclusive(low), .inclusive(high), low + 1, high),
                    (.exclusive(low), .exclusive(high), low + 1, high - 1),
                ] {
                    #expect((Limits(lower: lower, upper: upper) != nil) == (first <= last))
                }
            }
        }
    }

    @Test("of amounts go by hundredths, and of numbers with a point by the last bit")
    func steps() {
        func amounts(_ low: Int64, _ high: Int64) -> Limits<MinorUnits>? {
            Limits(lower: .exclusive(MinorUnits(low)), upper: .exclusive(MinorUnits(high)))
        }
        #expect(amounts(1000, 1001) == nil && amounts(1000, 1002)?.contain(MinorUnits(1001)) == true)
        #expect(amounts(.max - 1, .max) == nil && amounts(.max, .max) == nil)
        #expect(Limits<Double>(lower: .exclusive(2), upper: .exclusive(2.0.nextUp)) == nil)
        #expect(Limits<Double>(lower: .exclusive(2), upper: .exclusive(2.0.nextUp.nextUp)) != nil)
        #expect(Limits<Double>(lower: .exclusive(.infinity), upper: .inclusive(.infinity)) == nil)
    }

    @Test("of numbers with a point go by the last bit of them")
    func doubles() throws {
        let limits = try #require(Limits(lower: .exclusive(0.1), upper: .inclusive(0.3)))
        for (value, isInside) in [
            (0.1, false), (0.1.nextUp, true), (0.3, true), (0.3.nextUp, false), (0.1 + 0.2, false), (-.infinity, false),
            (.nan, false), (0.2, true),
        ] {
            #expect(limits.contain(value) == isInside, "\(value)")
        }
        #expect(Limits<Double>(lower: .inclusive(.nan), upper: .inclusive(.nan)) == nil)
        #expect(Limits<Double>(lower: .inclusive(0), upper: .inclusive(.nan)) == nil)
        #expect(Limits<Double>(lower: .inclusive(-0.0), upper: .inclusive(0.0))?.contain(0) == true)
    }

    @Test("reach as far as numbers do")
    func extremes() throws {
        let all = try #require(Limits(lower: .inclusive(Int.min), upper: .inclusive(Int.max)))
        #expect(all.contain(.min) && all.contain(.max) && all.contain(0))
        let inner = try #require(Limits(lower: .exclusive(Int.min), upper: .exclusive(Int.max)))
        #expect(!inner.contain(.min) && !inner.contain(.max) && inner.contain(.min + 1) && inner.contain(.max - 1))
    }

    /// Texts of few letters, so that beginnings are met.
    private func text(_ random: inout SplitMix64, _ lengths: ClosedRange<Int>) -> String {
        String((0..<Int.random(in: lengths, using: &random)).map { _ in "ab€".randomElement(using: &random) ?? "a" })
    }

    @Test("a set of values finds what going through all of them finds", arguments: 1...20 as ClosedRange<UInt64>)
    func values(seed: UInt64) {
        var random = SplitMix64(seed)
        let texts = (0..<Int.random(in: 0...5, using: &random)).map { _ in text(&random, 0...4) }
        let prefixes = (0..<Int.random(in: 0...5, using: &random)).map { _ in text(&random, 1...3) }
        let set = ValueSet(texts: texts, prefixes: prefixes)
        for _ in 0..<100 {
            let value = text(&random, 0...5)
            let expected = texts.contains(value) || prefixes.contains { value.hasPrefix($0) }
            #expect(set.contains(value) == expected, "\(value) in \(texts), \(prefixes)")
        }
        #expect(ValueSet(texts: texts.reversed() + texts, prefixes: prefixes.reversed()) == set)
    }

    @Test("texts and beginnings compare alike where Unicode has two forms of a letter")
    func composed() {
        let (one, two) = ("Caf\u{E9}", "Cafe\u{301}")
        for (listed, asked) in [(one, two), (two, one), (two, two)] {
            #expect(ValueSet(texts: [listed]).contains(asked))
            #expect(ValueSet(prefixes: [listed]).contains(asked + " 7"))
            #expect(!ValueSet(texts: [listed], prefixes: [listed]).contains("Cafe"))
        }
        #expect(!ValueSet(prefixes: ["Cafe"]).contains(two))
    }

    @Test("a set of values with the empty beginning holds every text, and an empty set none")
    func emptyPrefix() {
        for text in ["", "a", "€", String(repeating: "x", count: 1000)] {
            #expect(ValueSet(prefixes: [""]).contains(text) && !ValueSet().contains(text))
        }
        #expect(ValueSet(texts: [""]).contains("") && !ValueSet(texts: [""]).contains("a"))
        #expect(!ValueSet(texts: ["abc"]).contains("abcd") && !ValueSet(texts: ["abc"]).contains("ab"))
    }
}
