package import ArgumentParser
import Evaluation
import Foundation
import Model
import PipelineFiles
import Records
import Terminal
import Worlds

package struct FeaturesCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Check feature specs, and learn their public bins.",
        discussion: """
            A spec (pipelines/features/*.yaml) says what is computed of a transaction; bins say where each feature is cut. \
            Both are public and one for all: members agree on them by one digest, which every sealed record carries and \
            the parties hold against the model's.
            """,
        subcommands: [Check.self, Fit.self, Show.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a spec and say what it computes; a mistake is told with its line.")

        @Argument(help: ArgumentHelp("The features.", valueName: "file"))
        var file: String

        func run() throws {
            let spec = try readFeatureSpec(file: file)
            let engine = FeatureEngine(spec: spec)
            say("\(file): \(spec.name), \(spec.features.count) features, reaching back \(span(engine.retention))")
        }
    }

    struct Fit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Learn a spec's bins from a sample of transactions.",
            discussion: """
                At most 32 bins a feature: quantiles, with more of them in both tails, where fraud is. The sample may be one \
                member's or invented: bins are published, so they should say nothing of anyone. `cordon model train \
                --bins` then trains on them.
                """)

        @Argument(help: ArgumentHelp("The features.", valueName: "file"))
        var file: String

        @OptionGroup var data: DataOptions

        @Option(
            help: ArgumentHelp("Days to learn from, both included; earlier ones fill windows.", valueName: "from..to"))
        var days: String

        @Option(help: ArgumentHelp("Where the bins go.", valueName: "file"))
        var out: String

        func run() throws {
            let spec = try readFeatureSpec(file: file)
            let range = try DayRange(days).days
            let rows = computeFeatures(
                try data.load(lastDay: range.upperBound), spec, progress: Progress.init, where: range.contains)
            guard !rows.isEmpty else { throw Failure("\(days) holds no transactions to learn bins from") }
            let binned = try BinnedSpec(fitting: spec, to: rows.map(\.values))
            try writeFile(binned.json(), to: out)
            say("\(out): \(describe(binned))")
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what bins hold: their digest, and where each feature is cut.")

        @Argument(
            help: ArgumentHelp("The bins, from `cordon features fit` or `cordon model train`.", valueName: "file"))
        var file: String

        func run() throws {
            let binned = try readBins(file)
            say("\(file): \(describe(binned))")
            let width = binned.spec.features.map(\.name.count).max() ?? 0
            for (feature, edges) in zip(binned.spec.features, binned.edges) {
                let first = edges.first.map { "\(decimals($0, 2)) ... \(decimals(edges.last, 2))" } ?? "always the same"
                say("  \(column(feature.name, width, left: true))  \(column("\(edges.count + 1)", 2)) bins  \(first)")
            }
        }
    }

    package init() {}
}

private func describe(_ binned: BinnedSpec) -> String {
    "\(binned.spec.name), \(binned.spec.features.count) features, \(binned.bits) bits, digest \(specDigest(binned.id))"
}

/// `37 days`, `2 hours`.
private func span(_ seconds: Int64) -> String {
    for (unit, name) in [(EventTime.day, "days"), (3600, "hours"), (60, "minutes")]
    where seconds >= unit && seconds % unit == 0 {
        return "\(seconds / unit) \(name)"
    }
    return "\(seconds) seconds"
}
