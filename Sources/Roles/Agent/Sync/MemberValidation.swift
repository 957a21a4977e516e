package import Evaluation
import Keys
package import Manifests
package import Model
import ModelSync
package import Records

/// A version's validations against one champion, as one member alone sees them: by its own transactions.
package struct MemberValidation: Sendable {
    /// The digest of the champion's manifest.
    package let champion: Digest32
    /// The member's own transactions of all windows that it has any in.
    package let comparison: PairedHistograms
    /// What the challenger's scores are worth: as it is sealed, or else as all members' transactions have it; nil without any.
    package let calibration: Calibration?

    /// - Parameter key: the member's own of an order's epoch of keys; nil for the roster's.
    /// - Throws: `MemberSyncError`, or `MemberCountsError` where the boxes of a window can't be used.
    init(
        _ version: SyncVersion, of member: MemberID, in history: SyncHistory, key: (KeyEpoch?) throws -> HPKEPrivateKey
    ) throws {
        guard let all = SyncFigures(version, in: history) else {
            throw MemberSyncError.notValidated(version.task.version)
        }
        var windows: [HistogramPair] = []
        for job in all.newest {
            guard case .validate(let task) = job.order.task else { continue }
            let key = try key(job.order.epoch)
            do throws(MemberCountsError) {
                let own = try MemberCounts(of: member, from: job, key: key)
                guard let pair = SyncFigures.pair(own.opened, task) else { throw .otherRows }
                windows.append(pair)
            } catch .noRows {}
        }
        guard !windows.isEmpty else { throw MemberSyncError.noRows(member, version.task.version) }
        champion = all.champion
        comparison = try PairedHistograms(windows)
        let sealed = version.sealed.flatMap { WireModelHeader(decoding: $0.header) }.flatMap { header in
            try? Calibration(
                points: header.calibration.map { .init(score: $0.score, probability: $0.probability) })
        }
        calibration = sealed ?? (try? all.comparison.challenger.calibration())
    }

    /// By how much the member's average precision is less by the challenger, as its verdict may tell; nil without a fraud.
    ///
    /// - Parameter confidence: one-sided, 0.5 to below 1.
    package func loss(confidence: Double) -> SyncFigure? {
        guard let gain = comparison.gain(confidence: confidence)?.estimate else { return nil }
        return try? SyncFigure(SyncFigures.lossName, -gain.value, low: -gain.high, high: -gain.low)
    }
}
