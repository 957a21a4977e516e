import ArgumentParser
import Foundation
import PipelineFiles
import Records
import Terminal

/// Which world is invented.
struct WorldOptions: ParsableArguments {
    @Option(
        name: .customLong("world"),
        help: ArgumentHelp(
            "The world's file, or the name of one under pipelines/worlds: consortium, handbook.", valueName: "file"))
    var file = "consortium"

    @Option(help: "Seed: equal seeds and options give equal worlds. Instead of the file's, as all that follow.")
    var seed: UInt64?

    @Option(help: "Customers of all banks together.")
    var customers: Int?

    @Option(help: "Terminals, which all banks share.")
    var terminals: Int?

    @Option(help: "Days.")
    var days: Int?

    @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD"))
    var start: String?

    func validate() throws {
        for (name, value, bounds) in [
            ("customers", customers, 1...10_000_000), ("terminals", terminals, 1...10_000_000),
            ("days", days, 1...3660),
        ] where !(value.map(bounds.contains) ?? true) {
            throw ValidationError("`--\(name)` is \(bounds.lowerBound) to \(bounds.upperBound)")
        }
    }

    func read() throws -> WorldFile {
        var changes = WorldFile.Changes(seed: seed, days: days, customers: customers, terminals: terminals)
        if let start {
            guard let day = EventTime(rfc3339: start), start.utf8.count == 10 else {
                throw Failure("`--start \(start)` is not a date such as 2026-03-01")
            }
            changes.start = day
        }
        return try WorldFile(file: path, changes: changes)
    }

    /// A name without a folder and an ending is one of the committed worlds.
    private var path: String {
        file.contains("/") || file.hasSuffix(".yaml") ? file : "pipelines/worlds/\(file).yaml"
    }

    /// How many threads invent and write.
    static var threads: Int { ProcessInfo.processInfo.activeProcessorCount }
}
