/// When a member says by itself that a challenger does worse for it, by its own transactions alone.
package struct MemberRule: Sendable, Hashable {
    /// Frauds of its own from which on it says anything: 1 to 1,000,000.
    package let leastFrauds: Int
    /// Average precision that the challenger has less than the champion, at least: 0 to 1.
    package let leastLoss: Double
    /// With this confidence it has less at all, one-sided: 0.5 to below 1. At 0.5 nothing beyond `leastLoss` is asked for.
    package let confidence: Double

    /// The first number that is outside of its range.
    package enum Invalid: Error, Sendable, Hashable {
        case leastFrauds, leastLoss, confidence
    }

    /// What an agent goes by.
    package static let standard = MemberRule(unchecked: 50, 0.02, 0.9)

    /// - Throws: the first argument that is outside of its range.
    package init(
        leastFrauds: Int = standard.leastFrauds, leastLoss: Double = standard.leastLoss,
        confidence: Double = standard.confidence
    ) throws(Invalid) {
        guard (1...1_000_000).contains(leastFrauds) else { throw .leastFrauds }
        guard (0...1).contains(leastLoss) else { throw .leastLoss }
        guard (0.5..<1).contains(confidence) else { throw .confidence }
        self.init(unchecked: leastFrauds, leastLoss, confidence)
    }

    private init(unchecked leastFrauds: Int, _ leastLoss: Double, _ confidence: Double) {
        self.leastFrauds = leastFrauds
        self.leastLoss = leastLoss
        self.confidence = confidence
    }
}

/// What a member's own transactions say of a challenger.
package enum MemberOpinion: Sendable, Hashable {
    /// Too little to say anything.
    case few(frauds: Int, least: Int)
    /// The challenger's average precision less the champion's.
    case noWorse(gain: Estimate, PairedHistograms.Basis)
    case worse(gain: Estimate, PairedHistograms.Basis)
}

extension MemberRule {
    /// Judges a challenger for a member.
    ///
    /// - Parameter comparison: of the member's own transactions.
    package func judge(_ comparison: PairedHistograms) -> MemberOpinion {
        guard comparison.frauds >= leastFrauds, let gain = comparison.gain(confidence: confidence) else {
            return .few(frauds: comparison.frauds, least: leastFrauds)
        }
        let estimate = gain.estimate
        let isWorse = estimate.value <= -leastLoss && estimate.value < 0 && (confidence == 0.5 || estimate.high < 0)
        return isWorse ? .worse(gain: estimate, gain.basis) : .noWorse(gain: estimate, gain.basis)
    }
}

extension MemberOpinion: CustomStringConvertible {
    package var description: String {
        switch self {
        case .few(let frauds, let least): "there are \(frauds) frauds, and the rule says something from \(least) on"
        case .noWorse(let gain, let basis): "no worse: average precision is \(Self.text(gain)) (\(basis))"
        case .worse(let gain, let basis): "worse: average precision is \(Self.text(gain)) (\(basis))"
        }
    }

    private static func text(_ gain: Estimate) -> String {
        "\(signed(gain.value)) beside the champion's, between \(signed(gain.low)) and \(signed(gain.high))"
    }
}

extension MemberRule.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .leastFrauds: "the least number of frauds is 1 to 1,000,000"
        case .leastLoss: "the least loss of average precision is 0 to 1"
        case .confidence: "the confidence is 0.5 to below 1"
        }
    }
}
