import Model
package import Records
import Terminal
package import Worlds

/// Loads a folder with progress.
package func loadTransactions(_ directory: String, source: ReplaySource, lastDay: Int) throws -> [LabelledTransaction] {
    let progress = Progress("reading \(directory)")
    let transactions = try source.load(directory: directory, lastDay: lastDay) { file, count in
        progress.show("\(file), \(count) transactions")
    }
    progress.done("\(transactions.count) transactions")
    return transactions
}
