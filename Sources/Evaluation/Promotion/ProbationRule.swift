/// When a model that was promoted gives its place back to the one before it, by labels that mature after the promotion.
package struct ProbationRule: Sendable, Hashable {
    /// Frauds from which on it is judged: 1 to 1,000,000.
    package let leastFrauds: Int
    /// Average precision that it has less than the model before it, at least: 0 to 1.
    package let leastLoss: Double
    /// With this confidence it has less at all, one-sided: 0.5 to below 1. At 0.5 nothing beyond `leastLoss` is asked for.
    package let confidence: Double
    /// Frauds with which probation ends, where nothing speaks against the model: `leastFrauds` to 1,000,000.
    package let enoughFrauds: Int

    /// The first number that is outside of its range.
    package enum Invalid: Error, Sendable, Hashable {
        case leastFrauds, leastLoss, confidence, enoughFrauds
    }

    /// - Throws: the first argument that is outside of its range.
    package init(
        leastFrauds: Int = 100, leastLoss: Double = 0.01, confidence: Double = 0.9, enoughFrauds: Int = 800
    ) throws(Invalid) {
        guard (1...1_000_000).contains(leastFrauds) else { throw .leastFrauds }
        guard (0...1).contains(leastLoss) else { throw .leastLoss }
        guard (0.5..<1).contains(confidence) else { throw .confidence }
        guard (leastFrauds...1_000_000).contains(enoughFrauds) else { throw .enoughFrauds }
        self.leastFrauds = leastFrauds
        self.leastLoss = leastLoss
        self.confidence = confidence
        self.enoughFrauds = enoughFrauds
    }
}

/// What comes of a promoted model so far.
package enum ProbationVerdict: Sendable, Hashable {
    /// Too few labels have matured to say anything.
    case early(frauds: Int, least: Int)
    /// It is not worse by the rule, and more labels are to come.
    case goOn(gain: Double, frauds: Int, enough: Int)
    case passed(gain: Double)
    case rollBack(Estimate, confidence: Double, PairedHistograms.Basis)
}

extension ProbationRule {
    /// Judges a promoted model.
    ///
    /// - Parameter comparison: of transactions since the promotion; the champion is the model before, the challenger the promoted
    ///   one.
    package func judge(_ comparison: PairedHistograms) -> ProbationVerdict {
        let frauds = comparison.frauds
        guard frauds >= leastFrauds, let gain = comparison.gain(confidence: confidence) else {
            return .early(frauds: frauds, least: leastFrauds)
        }
        if gain.estimate.value <= -leastLoss, gain.estimate.value < 0, confidence == 0.5 || gain.estimate.high < 0 {
            return .rollBack(gain.estimate, confidence: confidence, gain.basis)
        }
        return frauds < enoughFrauds
            ? .goOn(gain: gain.estimate.value, frauds: frauds, enough: enoughFrauds)
            : .passed(gain: gain.estimate.value)
    }
}

extension ProbationVerdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .early(let frauds, let least): "\(frauds) frauds have matured, and the rule judges from \(least) on"
        case .goOn(let gain, let frauds, let enough):
            "its average precision is \(signed(gain)) beside the model before, by \(frauds) of \(enough) frauds"
        case .passed(let gain): "its average precision is \(signed(gain)) beside the model before: probation is over"
        case .rollBack(let gain, let confidence, let basis):
            "its average precision is \(signed(gain.value)) beside the model before, at \(percent(confidence)) confidence "
                + "\(signed(gain.high)) at best (\(basis))"
        }
    }
}

extension ProbationRule.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .leastFrauds: "the least number of frauds is 1 to 1,000,000"
        case .leastLoss: "the least loss of average precision is 0 to 1"
        case .confidence: "the confidence is 0.5 to below 1"
        case .enoughFrauds: "the frauds with which probation ends are the least number to 1,000,000"
        }
    }
}
