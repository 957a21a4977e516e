package import ArgumentParser
import Evaluation
import Foundation
import Model
import PipelineFiles
import Plots
import Records
import Terminal
import Worlds

package struct ReportCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Reports on replayed data, and on the consortium's models.",
        subcommands: [UpliftReport.self, PoisoningReport.self, ModelReportCommand.self])

    package init() {}
}

struct UpliftReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uplift", abstract: "Compare every member alone with the consortium.",
        discussion: """
            Trains one model a member on its own transactions and windows, and one of all members with the consortium's \
            features, and measures both on the test days: average precision, card precision@100, and how many frauds are \
            stopped by the same number of alerts. Customers who are known to be defrauded are left out. In the clear, on \
            one machine: for data that may lie in one place. `cordon demo --compare` measures the consortium through the \
            whole pipeline. Exit 1 with `--strict` where a member is worse off.
            """)

    @OptionGroup var data: DataOptions

    @OptionGroup var days: StudyDays

    @Option(help: ArgumentHelp("The consortium's features.", valueName: "file"))
    var features = "pipelines/features/card-consortium.yaml"

    @Option(help: ArgumentHelp("A member's features by itself.", valueName: "file"))
    var alone = "pipelines/features/card-alone.yaml"

    @Option(
        help: ArgumentHelp(
            "The first day from which defrauded customers are left out, so that training spans are compared on the same test. "
                + "(default: the first training day)", valueName: "day"))
    var knownFrom: String?

    @Flag(help: "Leave no customer out, as validations on shares do.") var allCustomers = false

    @Flag(
        help:
            "Set each member's own score beside the consortium's, as it learns from the newest week with known labels.")
    var beside = false

    @OptionGroup var trainer: TrainerOptions

    @Option(help: ArgumentHelp("Alerts that each risk team looks at, of a thousand transactions.", valueName: "number"))
    var budget = 5.0

    @Option(help: ArgumentHelp("Write the figures as JSON.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Draw average precision and frauds stopped (SVG).", valueName: "file"))
    var svg: String?

    @Flag(help: "Fail where a member is worse off in the consortium.")
    var strict = false

    func run() throws {
        guard let budget = AlertBudget(perThousand: self.budget) else {
            throw Failure("`--budget` is above 0 and at most 1000")
        }
        let (train, test) = try days.ranges()
        let knownFrom = try self.knownFrom.map { try DayRange("\($0)..\($0)").days.lowerBound }
        guard let plan = UpliftPlan(train: train, test: test, knownFrom: knownFrom, leavesOutKnown: !allCustomers)
        else {
            throw Failure("`--known-from \(self.knownFrom ?? "")` is after the training days \(days.train)")
        }
        let transactions = try data.load(lastDay: test.upperBound)
        let uplift = try UpliftStudy(
            transactions, plan, own: readFeatureSpec(file: alone), consortium: scores(transactions, plan),
            budget: budget, by: trainer.method, progress: Progress.init
        ).uplift
        for line in uplift.lines { say(line) }
        if let json { try writeFile(encodeJSON(uplift.form), to: json) }
        if let svg { try writeFile(Array(uplift.picture.utf8), to: svg) }
        if strict, let worse = uplift.members.filter(\.value.isWorseOff).keys.min() {
            throw Failure("\(worse) is worse off in the consortium")
        }
    }
}

extension UpliftReport {
    /// The scores of the consortium's model, and of the one two weeks before where own scores are set beside.
    private func scores(_ transactions: [LabelledTransaction], _ plan: UpliftPlan) throws -> UpliftStudy.Consortium {
        let spec = try readFeatureSpec(file: features)
        let all = computeFeatures(transactions, spec, progress: Progress.init) {
            plan.train.contains($0) || plan.test.contains($0)
                || beside && (plan.trainBefore.contains($0) || plan.blend.contains($0))
        }
        func rows(of days: ClosedRange<Int>) -> [FeatureRow] {
            all.filter { days.contains(transactions[$0.index].transaction.time.dayNumber) }
        }
        func scored(_ train: ClosedRange<Int>, _ test: ClosedRange<Int>) throws -> [Int: Double] {
            let model = try trainModel(
                version: "consortium", spec: spec, by: trainer.method, rows: rows(of: train),
                transactions: transactions,
                progress: Progress.init)
            return Evaluation.scores(of: rows(of: test), by: model)
        }
        return UpliftStudy.Consortium(
            test: try scored(plan.train, plan.test), blend: beside ? try scored(plan.trainBefore, plan.blend) : [:])
    }
}

extension Uplift {
    /// Two bars a member, alone and together, for average precision and for recall at the budget.
    var picture: String {
        let names = members.keys.sorted()
        let groups =
            names.map { ($0.name, members[$0]!) } + [("all", overall)]
        let colours = ("#9aa5b1", "#1f6feb")
        var plot = Plot(
            xs: 0...Double(2 * groups.count + 1),
            xTicks: groups.enumerated().flatMap { index, group in
                [
                    Plot.Tick(value: Double(index) + 0.5, label: group.0),
                    Plot.Tick(value: Double(groups.count + 1 + index) + 0.5, label: group.0),
                ]
            },
            xTitle:
                "left: average precision; right: frauds stopped by \(decimals(budget.perThousand, 0)) alerts in 1,000",
            ys: 0...1, yTicks: [0, 0.25, 0.5, 0.75, 1].map { Plot.Tick(value: $0, label: decimals($0, 2)) }, yTitle: "",
            legend: [("every member alone", colours.0), ("in the consortium", colours.1)])
        for (index, group) in groups.enumerated() {
            for (offset, value) in [
                (index, \Figures.quality.averagePrecision), (groups.count + 1 + index, \Figures.recall),
            ] as [(Int, KeyPath<Figures, Double?>)] {
                let left = Double(offset)
                plot.bar(
                    from: 0, to: group.1.alone[keyPath: value] ?? 0, left: left + 0.12, right: left + 0.48, colours.0)
                plot.bar(
                    from: 0, to: group.1.consortium[keyPath: value] ?? 0, left: left + 0.52, right: left + 0.88,
                    colours.1)
            }
        }
        return plot.svg.element(title: "Every member alone and in the consortium")
    }
}
