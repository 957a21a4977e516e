package import ArgumentParser
import CommandOptions
import Evaluation
import Foundation
import Keys
import LocalConsortium
import Model
import PipelineFiles
import Records
import Roles
import Terminal
import Worlds

package struct ModelCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Train, import and deal models.",
        subcommands: [Train.self, Import.self, Deal.self, BlendCommand.self])

    struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Train a model in the clear on labelled transactions.",
            discussion: """
                Boosted oblivious trees on squared loss over tail-refined bins. Writes DIR/model.json (secret: for `cordon \
                model deal` alone) and DIR/bins.json (public: what every member's agent quantises by).
                """)

        @OptionGroup var data: DataOptions

        @Option(
            help: ArgumentHelp("Days to train on, both included; earlier ones fill windows.", valueName: "from..to"))
        var train: String

        @Option(help: ArgumentHelp("Days to measure on, both included.", valueName: "from..to"))
        var test: String?

        @OptionGroup var new: NewModelOptions

        @Option(
            help: ArgumentHelp(
                "Published bins to train on, from `cordon features fit`; they name the features. (default: learnt)",
                valueName: "file"))
        var bins: String?

        @OptionGroup var trainer: TrainerOptions

        func run() throws {
            let published = try bins.map(readBins)
            let spec = try published?.spec ?? readFeatureSpec(file: new.features)
            let trainDays = try DayRange(train).days
            let testDays = try test.map { try DayRange($0).days }
            let transactions = try data.load(lastDay: max(trainDays.upperBound, testDays?.upperBound ?? .min))
            let rows = computeFeatures(transactions, spec, progress: Progress.init) {
                trainDays.contains($0) || testDays?.contains($0) ?? false
            }
            let model = try trainModel(
                version: new.version, spec: spec, bins: published, by: trainer.method,
                rows: rows.filter { trainDays.contains(transactions[$0.index].transaction.time.dayNumber) },
                transactions: transactions, progress: Progress.init)
            try new.write(model)
            guard let testDays else { return }
            let quality = measure(
                transactions, train: trainDays, test: testDays,
                scores: Dictionary(
                    uniqueKeysWithValues: rows.map { ($0.index, Double(model.score(values: $0.values))) }))
            print("on \(test ?? ""): " + describe(quality.overall))
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a CatBoost model (JSON export, symmetric trees).",
            discussion: """
                The model must be trained on the feature values of `--features` in their order. Its scores are calibrated \
                on labelled transactions. Writes DIR/model.json and DIR/bins.json.
                """)

        @Argument(help: ArgumentHelp("What `save_model(..., format=\"json\")` wrote.", valueName: "file"))
        var file: String

        @OptionGroup var data: DataOptions

        @Option(help: ArgumentHelp("Days to calibrate on, both included.", valueName: "from..to"))
        var calibrate: String

        @OptionGroup var new: NewModelOptions

        func run() throws {
            let spec = try readFeatureSpec(file: new.features)
            let days = try DayRange(calibrate).days
            let imported: (binned: BinnedSpec, forest: Forest)
            do {
                imported = try CatBoostImport(json: readFile(file)).model(trainedOnValuesOf: spec)
            } catch let failure as CatBoostImport.Failure {
                throw Failure("\(file) can't be imported: \(failure)")
            }
            let transactions = try data.load(lastDay: days.upperBound)
            let rows = computeFeatures(transactions, spec, progress: Progress.init, where: days.contains)
            let calibration = try Calibration.fit(
                rows.map {
                    let bits = imported.binned.thermometer(imported.binned.bins($0.values))
                    return (imported.forest.score(thermometer: bits), transactions[$0.index].fraud)
                })
            let model = try ClearModel(
                version: new.version, binned: imported.binned, forest: imported.forest, calibration: calibration)
            try new.write(model)
        }
    }

    struct Deal: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Share a model to the parties through the log and switch to it.",
            discussion: "All three parties change at the same record. The dealer still knows the model.")

        @Option(help: ArgumentHelp("What `cordon model train` wrote.", valueName: "file"))
        var model: String

        @Flag(
            help:
                "Deal it alone, and switch to nothing: rows of its feature spec can be collected then (`cordon sync collect`)."
        )
        var later = false

        @OptionGroup var coordinator: CoordinatorOptions
        @OptionGroup var log: LogOptions

        func run() throws {
            let clear: ClearModel
            do { clear = try ClearModel(json: readFile(model)) } catch let error as ClearModelError {
                throw Failure("\(model) is not a model that can be dealt: \(error)")
            }
            let log = try log.open()
            let digest = try coordinator.audited(showing: log) { audit in
                try deal(
                    clear, roster: coordinator.roster(), coordinator: coordinator.keystore, log: log,
                    activates: !later, audit: audit)
            }
            print(
                "model \(clear.version) (\(digest)) is dealt; \(later ? "nothing is switched" : "it is in force from the next record on")"
            )
        }
    }

    package init() {}
}
