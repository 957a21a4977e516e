import Foundation

/// When a change of scores or features is told, and when it is enough to train anew.
package struct DriftRule: Sendable, Hashable {
    /// The index from which on a change is told: above 0.
    package let alert: Double
    /// The index from which on a model is trained anew: `alert` or more.
    package let trigger: Double
    /// Transactions of each window that a bin could be expected to have: 1 to 1,000,000.
    package let leastCount: Int
    /// How often chance alone may be told as a change, of the times that nothing has changed: above 0, at most 0.5.
    package let chance: Double

    /// The first number that is outside of its range.
    package enum Invalid: Error, Sendable, Hashable {
        case alert, trigger, leastCount, chance
    }

    /// - Throws: the first argument that is outside of its range.
    package init(
        alert: Double = 0.1, trigger: Double = 0.25, leastCount: Int = 20, chance: Double = 0.001
    ) throws(Invalid) {
        guard alert > 0, alert.isFinite else { throw .alert }
        guard trigger >= alert, trigger.isFinite else { throw .trigger }
        guard (1...1_000_000).contains(leastCount) else { throw .leastCount }
        guard chance > 0, chance <= 0.5 else { throw .chance }
        self.alert = alert
        self.trigger = trigger
        self.leastCount = leastCount
        self.chance = chance
    }
}

/// What comes of two histograms.
package enum DriftVerdict: Sendable, Hashable {
    /// They have other bins, or too few transactions to fill two of them.
    case unknown
    case stable(StabilityIndex)
    /// The index is over a band, and chance alone would bring that about more often than the rule allows.
    case chance(StabilityIndex, level: Double)
    case alert(StabilityIndex)
    /// Enough to train anew.
    case trigger(StabilityIndex)

    package var index: StabilityIndex? {
        switch self {
        case .unknown: nil
        case .stable(let index), .chance(let index, _), .alert(let index), .trigger(let index): index
        }
    }
}

extension DriftRule {
    /// Judges a window by an earlier one.
    ///
    /// - Parameters:
    ///   - reference: transactions a bin of the earlier window, such as the one that the model was validated on.
    ///   - current: transactions a bin of the later one.
    package func judge(reference: [Int], current: [Int]) -> DriftVerdict {
        guard let index = StabilityIndex(reference: reference, current: current, leastCount: leastCount) else {
            return .unknown
        }
        guard index.value >= alert else { return .stable(index) }
        let level = index.level(ofChance: chance)
        guard index.value > level else { return .chance(index, level: level) }
        return index.value >= trigger ? .trigger(index) : .alert(index)
    }

    /// The same of scores, of both classes together: no label is needed.
    package func judge(reference: ScoreHistogram, current: ScoreHistogram) -> DriftVerdict {
        reference.hasThresholds(of: current) ? judge(reference: reference.counts, current: current.counts) : .unknown
    }
}

extension DriftVerdict: CustomStringConvertible {
    package var description: String {
        func index(_ index: StabilityIndex) -> String {
            String(format: "PSI %.4f over %d bins (%.4f by chance)", index.value, index.bins, index.noise)
        }
        return switch self {
        case .unknown: "too few transactions, or other bins: nothing can be said"
        case .stable(let found): "\(index(found)): no change"
        case .chance(let found, let level):
            "\(index(found)): no more than chance may bring about with so few transactions (\(String(format: "%.4f", level)))"
        case .alert(let found): "\(index(found)): a change"
        case .trigger(let found): "\(index(found)): a change that calls for training anew"
        }
    }
}

extension DriftRule.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .alert: "the index from which on drift is told is above 0"
        case .trigger: "the index from which on a model is trained anew is not below the one that is told"
        case .leastCount: "the least count of a bin is 1 to 1,000,000"
        case .chance: "the chance of a false word is above 0 and at most 0.5"
        }
    }
}
