import Foundation
package import Records
import Terminal
package import Worlds

/// Loads a folder or file with progress, and says on standard error what became of rows that were not taken.
package func loadTransactions(_ path: String, source: ReplaySource, lastDay: Int) throws -> [LabelledTransaction] {
    let progress = Progress("reading \(path)")
    let (transactions, account) = try source.load(path, lastDay: lastDay) { file, count in
        progress.show("\(file), \(count) transactions")
    }
    progress.done("\(transactions.count) transactions")
    for line in account.lines { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    return transactions
}
