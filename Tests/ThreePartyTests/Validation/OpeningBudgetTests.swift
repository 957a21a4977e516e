import Records
import Support
import Testing
import ThreeParty

@Suite("The budget of opened histograms")
struct OpeningBudgetTests {
    private typealias Window = OpeningBudget.Window

    private func window(_ range: Range<Int64>, labels: Int64 = 100, form: UInt8 = 1) -> Window {
        Window(range: range, labels: labels, form: Digest32(of: [[form]]))
    }

    private func model(_ number: UInt8, thresholds: [Int64] = [0, 5], fraction: Int = 11) throws -> ValidationPlan.Model
    {
        let shape = try #require(ForestShape(bits: 12, trees: 3, depth: 2, ringBits: 16))
        return ValidationPlan.Model(
            digest: Digest32(of: [[number]]), shape: shape, fraction: fraction, thresholds: thresholds)
    }

    private func refusal(
        _ budget: inout OpeningBudget, _ models: [ValidationPlan.Model], _ window: Window
    ) -> OpeningBudget.Exceeded? {
        do throws(OpeningBudget.Exceeded) {
            try budget.open(models, on: window)
            return nil
        } catch { return error }
    }

    @Test("a window is the same as an earlier one, or has no row in common with any")
    func windows() throws {
        var budget = OpeningBudget()
        let (models, first) = ([try model(1)], window(100..<200))
        #expect(refusal(&budget, models, first) == nil)
        for other in [
            window(100..<201), window(99..<200), window(150..<160), window(0..<1_000), window(199..<200),
            window(100..<101), window(100..<200, labels: 101), window(100..<200, form: 2),
        ] {
            #expect(refusal(&budget, models, other) == .overlap(first), "\(other.range)")
        }
        for other in [window(200..<300), window(0..<100), window(300..<301, labels: 7, form: 2), first] {
            #expect(refusal(&budget, models, other) == nil)
        }
        #expect(refusal(&budget, models, window(0..<301)) == .overlap(window(0..<100)))
    }

    @Test("of a window no more histograms are opened than may be: of another model, or by other thresholds")
    func histograms() throws {
        var budget = OpeningBudget(most: 3)
        let week = window(0..<10)
        let (one, two, three) = (try model(1), try model(2), try model(1, thresholds: [0, 6]))
        #expect(budget.left(of: week) == 3)
        #expect(refusal(&budget, [one, two], week) == nil && budget.left(of: week) == 1)
        // Once more, what was opened costs nothing.
        #expect(refusal(&budget, [two, one], week) == nil && budget.left(of: week) == 1)
        // Two at once are too many, and neither counts.
        #expect(refusal(&budget, [three, try model(3)], week) == .window(most: 3) && budget.left(of: week) == 1)
        #expect(refusal(&budget, [three, one], week) == nil && budget.left(of: week) == 0)
        #expect(refusal(&budget, [try model(1, fraction: 10)], week) == .window(most: 3))
        #expect(refusal(&budget, [one], week) == nil)
        #expect(budget.left(of: window(10..<20)) == 3)
        #expect(refusal(&budget, [try model(3)], window(10..<20)) == nil)
    }

    @Test("what is refused changes nothing, and sentences name the window")
    func unchanged() throws {
        var budget = OpeningBudget()
        try budget.open([try model(1)], on: window(5..<9, labels: 3))
        let before = budget
        let refused = try #require(refusal(&budget, [try model(2)], window(8..<12)))
        #expect(budget == before)
        #expect("\(refused)".contains("offsets 5 to 9") && "\(refused)".contains("up to 3"))
    }
}
