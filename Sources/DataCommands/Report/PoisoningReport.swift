import ArgumentParser
import Evaluation
import Model
import PipelineFiles
import Records
import Terminal
import Worlds

struct PoisoningReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "poisoning", abstract: "What one member's false labels cost the others.",
        discussion: """
            Trains on labels that one member poisoned, by the rule that parties can follow on shares, and measures average \
            precision on the other members' later transactions: without caps, and with those of docs/TRAINING.md. In the \
            clear, on one machine: for data that may lie in one place.
            """)

    @OptionGroup var data: DataOptions

    @OptionGroup var days: StudyDays

    @Option(help: ArgumentHelp("The consortium's features.", valueName: "file"))
    var features = "pipelines/features/card-consortium.yaml"

    @Option(help: ArgumentHelp("What candidates and attacks are drawn by.", valueName: "number"))
    var seed: UInt64 = 1

    func run() throws {
        let (train, test) = try days.ranges()
        let transactions = try data.load(lastDay: test.upperBound)
        let spec = try readFeatureSpec(file: features)
        let rows = computeFeatures(transactions, spec, progress: Progress.init) {
            train.contains($0) || test.contains($0)
        }
        let trained = rows.filter { train.contains(transactions[$0.index].transaction.time.dayNumber) }
        // With two weight bits sizes hold where half of all rows are called frauds, too.
        let rule = try TrainingRule(weightBits: 2)
        let study = try PoisoningStudy(
            transactions, train: train, test: test, rows: rows,
            bins: BinnedSpec(fitting: spec, to: trained.map(\.values)), rule: rule, coin: TrainingCoin(seed: seed),
            progress: Progress.init)
        say(
            column("member", 12, left: true) + column("what it says of its rows", 48, left: true)
                + column("frauds claimed", 15) + column("no caps", 10) + column("caps", 8) + "  cap on frauds")
        for outcome in study.outcomes { say(outcome.line) }
    }
}

extension PoisoningStudy.Outcome {
    fileprivate var line: String {
        column(member.name, 12, left: true) + column(attack.text, 48, left: true) + column("\(claimed)", 15)
            + column(decimals(uncapped), 10) + column(decimals(capped), 8) + "  "
            + (isOverCap ? "over, left out" : "within")
    }
}

extension PoisoningStudy.Attack {
    fileprivate var text: String {
        switch self {
        case .honest: "the truth"
        case .leftOut: "nothing: it is left out"
        case .flipsTwentieth: "the opposite, of one in twenty"
        case .flipsAll: "the opposite, of all"
        case .hidesFrauds: "that none is a fraud"
        case .clearsAndBlames: "half its frauds are clean, one clean in 20 is not"
        }
    }
}
