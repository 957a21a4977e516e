import ArgumentParser
import Terminal

/// `cordon-bench growth`: how the protocol's cost grows with the model and the batch.
struct BenchGrowthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth", abstract: "Measure how the scoring protocol's cost grows with the model and the batch.",
        discussion: """
            Runs `cordon-bench protocol` over trees, depth, bits and batch, one varied at a time around 100 trees of depth 4 \
            over 590 bits in batches of 128, four under way at once. Every score of every point is held against the model in the clear: where one \
            differs, nothing is reported.
            """)

    @Option(help: "Seconds of each point.") var seconds = 3.0
    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file")) var json: String?
    @Option(help: ArgumentHelp("Draw the figures, too.", valueName: "file")) var svg: String?

    func validate() throws {
        guard seconds > 0 else { throw ValidationError("seconds are more than none") }
    }

    func run() throws {
        var measured: [ProtocolRun.Shape: ProtocolFigures] = [:]
        let shapes = GrowthSeries.Variable.allCases.flatMap { variable in variable.values.map(variable.shape) }
        let progress = Progress("growth")
        for (number, shape) in shapes.enumerated() where measured[shape] == nil {
            progress.show("\(number) of \(shapes.count) points")
            do { measured[shape] = try ProtocolRun(shape: shape, seconds: seconds).figures() } catch {
                throw Failure(
                    "\(shape.trees) trees of depth \(shape.depth) over \(shape.bits) bits in batches of \(shape.batch): \(error)"
                )
            }
        }
        progress.done("\(measured.count) points")
        let series = GrowthSeries.Variable.allCases.map { variable in
            GrowthSeries(
                variable: variable,
                points: variable.values.compactMap { value in
                    measured[variable.shape(value)].map { .init(value: value, figures: $0) }
                })
        }
        say(series.table)
        if let json { try writeFigures(series, to: json) }
        if let svg { try writeFile(Array(series.picture.utf8), to: svg) }
    }
}
