import Evaluation
import Foundation
package import Model
import PipelineFiles
import Records
import Terminal

/// The demo's model, and what it says in the clear about every transaction of the test days.
package struct DemoModel {
    package let model: ClearModel
    /// By place in the data's transactions: the score in ring units.
    package let clearScores: [Int: Int64]

    /// Trains, or takes the folder's model where it was trained on the same data by the same features.
    package init(data: DemoData, spec: FeatureSpec, folder: DemoFolder) throws {
        let rows = computeFeatures(data.transactions, spec, progress: Progress.init) {
            data.train.contains($0) || data.test.contains($0)
        }
        let version = "demo-\(Digest32(of: [Array(data.origin.utf8), Array("\(spec)".utf8)]))"
        if let known = FileManager.default.contents(atPath: folder.model),
            let model = try? ClearModel(json: Array(known)), model.version == version
        {
            self.model = model
            Progress("model").done("\(folder.model) fits the data and is used again")
        } else {
            model = try trainModel(
                version: version, spec: spec,
                rows: rows.filter { data.train.contains(data.transactions[$0.index].transaction.time.dayNumber) },
                transactions: data.transactions, progress: Progress.init)
            try writeModel(model, to: (folder.model as NSString).deletingLastPathComponent)
        }
        var scores: [Int: Int64] = [:]
        for row in rows where data.test.contains(data.transactions[row.index].transaction.time.dayNumber) {
            scores[row.index] = model.score(values: row.values)
        }
        clearScores = scores
    }

    /// What members are to get of those scores.
    ///
    /// - Parameter rounded: whether they get the calibration's steps, as the scores that these begin at.
    package func clearScores(rounded: Bool) -> [Int: Int64] {
        rounded ? clearScores.mapValues(model.calibration.step) : clearScores
    }
}
