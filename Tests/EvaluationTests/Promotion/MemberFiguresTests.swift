import Evaluation
import Model
import Testing

@Suite("A model's figures for a member")
struct MemberFiguresTests {
    private let budget = AlertBudget(perThousand: 50)!

    /// 400 transactions, 40 of them frauds that score higher.
    private func histogram() throws -> ScoreHistogram {
        try ScoreHistogram(
            fractionBits: 4, thresholds: [10, 20, 30], legitimate: [250, 80, 25, 5], frauds: [4, 6, 10, 20])
    }

    @Test("are the histogram's own, with the bootstrap's intervals")
    func figures() throws {
        let histogram = try histogram()
        let figures = MemberFigures(of: histogram, budget: budget, calibration: nil)
        #expect(figures.model == ModelFigures(of: HistogramBootstrap(histogram), alerts: 20))
        // The highest bin has 25, of them 20 are looked at: by the order within, 16 frauds.
        #expect(figures.precision?.value == 0.8 && figures.recall?.value == 0.4)
        for case let estimate? in [figures.precision, figures.recall, figures.model.averagePrecisionInterval] {
            #expect(estimate.low < estimate.value && estimate.value < estimate.high)
        }
        #expect(figures.calibration == nil)
    }

    @Test("have as many alerts of a replicate as the budget gives of its own transactions")
    func replicates() throws {
        let histogram = try histogram()
        let figures = MemberFigures(of: histogram, budget: budget, calibration: nil)
        let found = HistogramBootstrap(histogram).replicates.compactMap {
            $0.found(by: budget.alerts(of: $0.rows))
        }
        // Of 1,000 replicates 25 lie below the interval, and 25 above it.
        let (precision, recall) = (found.map(\.precision.value).sorted(), found.map(\.recall.value).sorted())
        #expect(figures.precision?.low == precision[25] && figures.precision?.high == precision[974])
        #expect(figures.recall?.low == recall[25] && figures.recall?.high == recall[974])
    }

    @Test("hold a calibration against the outcomes where its steps are those of bins")
    func calibration() throws {
        let histogram = try histogram()
        let steps = try Calibration(points: [.init(score: 0, probability: 0.1), .init(score: 20, probability: 0.5)])
        let figures = MemberFigures(of: histogram, budget: budget, calibration: steps)
        // 340 transactions with 10 frauds are said to have 34, and 60 with 30 to have 30.
        #expect(figures.calibration?.error == 24.0 / 400)
        let within = try Calibration(points: [.init(score: 0, probability: 0.1), .init(score: 21, probability: 0.5)])
        #expect(MemberFigures(of: histogram, budget: budget, calibration: within).calibration == nil)
    }

    @Test("are none that a missing class leaves open")
    func nothing() throws {
        let clean = try ScoreHistogram(fractionBits: 4, thresholds: [10], legitimate: [7, 2], frauds: [0, 0])
        let figures = MemberFigures(of: clean, budget: budget, calibration: nil)
        #expect(figures.model.auc == nil && figures.model.averagePrecision == nil)
        #expect(figures.precision == nil && figures.recall == nil)
    }
}
