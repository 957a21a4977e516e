import Records
import Terminal
import Worlds

/// Writes a world's days to files, and counts them; several threads may.
struct WorldWriter {
    /// Nil only counts.
    let directory: String?
    let format: OutputFormat

    struct Day: Sendable {
        var statistics: WorldStatistics
        /// Lines of the ground truth.
        var truth: String
        /// Transactions that the format can't have.
        var left: Int
    }

    func write(_ world: any SimulatedWorld, day: Int) throws -> Day {
        let transactions = world.transactions(day: day)
        var result = Day(statistics: WorldStatistics(), truth: "", left: 0)
        for one in transactions { result.statistics.add(one) }
        guard let directory else { return result }
        let date = EventTime(seconds: Int64(world.firstDay + day) * EventTime.day).rfc3339.prefix(10)
        for file in format.files(of: transactions.map(\.labelled), day: String(date)) {
            try writeFile(file.bytes, to: "\(directory)/\(file.path)")
        }
        result.truth = TruthText.lines(transactions)
        result.left = transactions.count { !format.takes($0.labelled.transaction) }
        return result
    }
}
