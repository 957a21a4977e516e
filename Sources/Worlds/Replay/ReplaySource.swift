package import Formats
import Foundation
package import Records

/// Files of transactions with outcomes, read by a mapping: whose customer is whose, and where the outcomes are.
///
/// A row that can't be used is rejected with its reason, as an agent does, and the others are read, as long as no more than
/// one row of a file in `ReplayAccount.share` is. Text that is not in the mapping's encoding stops the reading: it is the
/// file's fault, and identifiers of different people would look alike.
package struct ReplaySource: Sendable {
    /// What the records say. Outcomes come from its `outcome`, or from `truth`.
    package var mapping: Mapping
    package var members: ReplayMembers
    package var truth: ReplayTruth?

    package init(mapping: Mapping, members: ReplayMembers, truth: ReplayTruth? = nil) {
        self.mapping = mapping
        self.members = members
        self.truth = truth
    }

    /// Every transaction up to the end of `lastDay`, by time, then id, and what became of all rows.
    ///
    /// - Parameter path: a folder, or one file.
    package func load(
        _ path: String, lastDay: Int, progress: (String, Int) -> Void
    ) throws(ReplayError) -> (transactions: [LabelledTransaction], account: ReplayAccount) {
        let (directory, files) = try files(path)
        var reading = ReplayReading(self, lastDay: lastDay, frauds: try truth?.frauds(in: directory))
        for file in files {
            try reading.read(directory + "/" + file, name: file)
            progress(file, reading.transactions.count)
        }
        guard reading.account.rows > 0 else { throw .noRows(path) }
        return (reading.sorted, reading.account)
    }

    private func files(_ path: String) throws(ReplayError) -> (directory: String, files: [String]) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { throw .noFolder(path) }
        guard isDirectory.boolValue else {
            let path = path as NSString
            let directory = path.deletingLastPathComponent
            return (directory.isEmpty ? "." : directory, [path.lastPathComponent])
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let files = names.filter { Self.isData($0.lowercased()) && $0 != truth?.file }.sorted()
        guard !files.isEmpty else { throw .noFiles(path) }
        return (path, files)
    }

    private static func isData(_ name: String) -> Bool {
        [".csv", ".csv.gz", ".tsv", ".tsv.gz"].contains { name.hasSuffix($0) }
    }
}
