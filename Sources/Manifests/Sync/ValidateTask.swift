import Foundation
package import Records

/// Which models' scores of which window's rows are counted by bins.
package struct ValidateTask: Sendable, Hashable {
    /// A model that is held against the champion.
    package enum Challenger: Sendable, Hashable {
        /// One that is trained and not dealt: the digest of the order to train it.
        case candidate(Digest32)
        /// One that has a manifest: its digest.
        case model(Digest32)
    }

    /// Where bins of a model's scores begin: bin 0 is below the first threshold, bin n has scores from the nth on.
    package struct Thresholds: Sendable, Hashable {
        /// Scores are whole numbers of 2^-`fraction`: 0 to 30.
        package let fraction: Int
        /// Ascending.
        package let scores: [Int64]

        /// - Throws: `thresholds` unless 1 to 1,024 ascend strictly, each within 32 bits.
        package init(fraction: Int, scores: [Int64]) throws(SyncMistake) {
            guard (0...30).contains(fraction), (1...SyncBounds.mostThresholds).contains(scores.count),
                zip(scores, scores.dropFirst()).allSatisfy(<), scores.allSatisfy({ Int32(exactly: $0) != nil })
            else { throw .thresholds }
            self.fraction = fraction
            self.scores = scores
        }

        init(_ wire: WireScoreThresholds) throws(SyncMistake) {
            try self.init(fraction: Int(wire.fractionBits), scores: wire.scores)
        }

        var wire: WireScoreThresholds {
            var wire = WireScoreThresholds()
            wire.fractionBits = UInt32(fraction)
            wire.scores = scores
            return wire
        }

        package var bins: Int { scores.count + 1 }
    }

    /// Nil where the champion is looked at alone.
    package let challenger: Challenger?
    /// The digest of the champion's manifest.
    package let champion: Digest32
    package let window: SyncWindow
    /// Nil without a challenger.
    package let challengerThresholds: Thresholds?
    package let championThresholds: Thresholds
    /// Fewer rows of a class, and nothing but the number of frauds is opened.
    package let leastFrauds: Int
    package let leastLegitimate: Int

    /// - Throws: `sameModel`, `thresholds` where they are of a challenger that is not there, or missing; `least`.
    package init(
        challenger: Challenger?, champion: Digest32, window: SyncWindow, challengerThresholds: Thresholds?,
        championThresholds: Thresholds, leastFrauds: Int, leastLegitimate: Int
    ) throws(SyncMistake) {
        guard challenger != .model(champion) else { throw .sameModel }
        guard (challenger == nil) == (challengerThresholds == nil) else { throw .thresholds }
        let rows = 1...SyncBounds.mostRows
        guard rows.contains(leastFrauds), rows.contains(leastLegitimate) else { throw .least }
        self.challenger = challenger
        self.champion = champion
        self.window = window
        self.challengerThresholds = challengerThresholds
        self.championThresholds = championThresholds
        self.leastFrauds = leastFrauds
        self.leastLegitimate = leastLegitimate
    }

    init(_ wire: WireValidateTask) throws(SyncMistake) {
        let challenger: Challenger? =
            switch wire.challenger {
            case .candidate(let digest): .candidate(try SyncBounds.digest(digest))
            case .model(let digest): .model(try SyncBounds.digest(digest))
            case nil: nil
            }
        try self.init(
            challenger: challenger, champion: SyncBounds.digest(wire.champion), window: SyncWindow(wire.window),
            challengerThresholds: wire.hasChallengerThresholds ? Thresholds(wire.challengerThresholds) : nil,
            championThresholds: Thresholds(wire.championThresholds), leastFrauds: Int(wire.leastFrauds),
            leastLegitimate: Int(wire.leastLegitimate))
    }

    var wire: WireValidateTask {
        var wire = WireValidateTask()
        switch challenger {
        case .candidate(let digest): wire.candidate = Data(digest.bytes)
        case .model(let digest): wire.model = Data(digest.bytes)
        case nil: break
        }
        wire.champion = Data(champion.bytes)
        wire.window = window.wire
        if let challengerThresholds { wire.challengerThresholds = challengerThresholds.wire }
        wire.championThresholds = championThresholds.wire
        wire.leastFrauds = UInt32(leastFrauds)
        wire.leastLegitimate = UInt32(leastLegitimate)
        return wire
    }
}
