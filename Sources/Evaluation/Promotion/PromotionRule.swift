import Foundation
package import Records

/// What a member says of a challenger by its own counts, which nobody else has.
package struct MemberLoss: Sendable, Hashable {
    package var member: MemberID
    /// Whether the challenger does worse for it.
    package var isWorse: Bool
    /// By how much the champion's average precision is above the challenger's, where the member tells.
    package var loss: Double?

    package init(member: MemberID, isWorse: Bool, loss: Double? = nil) {
        self.member = member
        self.isWorse = isWorse
        self.loss = loss
    }
}

/// When a challenger takes the champion's place, as the consortium declares it beforehand.
package struct PromotionRule: Sendable, Hashable {
    /// Frauds among the transactions that both were scored on: 1 to 1,000,000.
    package let leastFrauds: Int
    /// Average precision that the challenger has more than the champion, at least: 0 to 1.
    package let leastGain: Double
    /// With this confidence it has more at all, one-sided: 0.5 to below 1. At 0.5 nothing beyond `leastGain` is asked for.
    package let confidence: Double
    /// Average precision that a member may lose, of those that told: 0 to 1.
    package let mostMemberLoss: Double
    /// Operators who have to approve: 0 to 100.
    package let approvals: Int

    /// The first number that is outside of its range.
    package enum Invalid: Error, Sendable, Hashable {
        case leastFrauds, leastGain, confidence, mostMemberLoss, approvals
    }

    /// - Throws: the first argument that is outside of its range.
    package init(
        leastFrauds: Int = 200, leastGain: Double = 0.002, confidence: Double = 0.9, mostMemberLoss: Double = 0.02,
        approvals: Int = 0
    ) throws(Invalid) {
        guard (1...1_000_000).contains(leastFrauds) else { throw .leastFrauds }
        guard (0...1).contains(leastGain) else { throw .leastGain }
        guard (0.5..<1).contains(confidence) else { throw .confidence }
        guard (0...1).contains(mostMemberLoss) else { throw .mostMemberLoss }
        guard (0...100).contains(approvals) else { throw .approvals }
        self.leastFrauds = leastFrauds
        self.leastGain = leastGain
        self.confidence = confidence
        self.mostMemberLoss = mostMemberLoss
        self.approvals = approvals
    }
}

extension PromotionRule {
    /// The one encoding, by which an agreement names the rule: frauds (4, big-endian), gain, confidence and a member's loss (8
    /// each, as IEEE 754 has them), approvals (4).
    package var encoded: [UInt8] {
        UInt32(leastFrauds).bigEndianBytes
            // A zero with a sign is the zero without.
            + [leastGain, confidence, mostMemberLoss].flatMap { ($0 + 0).bitPattern.bigEndianBytes }
            + UInt32(approvals).bigEndianBytes
    }

    /// Reads an encoding; nil for bytes that are none.
    package init?(encoded bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        func number(_ at: Int) -> Double { Double(bitPattern: UInt64(bigEndianBytes: bytes[at..<at + 8])) }
        try? self.init(
            leastFrauds: Int(UInt32(bigEndianBytes: bytes[..<4])), leastGain: number(4), confidence: number(12),
            mostMemberLoss: number(20), approvals: Int(UInt32(bigEndianBytes: bytes[28...])))
        guard encoded == bytes else { return nil }
    }

    /// The rule with as many approvals as somebody else wants, where that are more.
    package func wanting(approvals least: Int) -> PromotionRule {
        (try? PromotionRule(
            leastFrauds: leastFrauds, leastGain: leastGain, confidence: confidence, mostMemberLoss: mostMemberLoss,
            approvals: max(approvals, least))) ?? self
    }
}

/// What comes of a rule: all that speaks against the challenger, not the first of it.
package enum PromotionVerdict: Sendable, Hashable {
    case promote
    /// The figures are as the rule wants them; people have still to approve.
    case wait(approvals: Int, of: Int)
    case refuse([Reason])

    package enum Reason: Sendable, Hashable {
        case frauds(Int, least: Int)
        case gain(Double, least: Double)
        /// The gain's interval reaches down to nothing.
        case uncertain(Estimate, confidence: Double, PairedHistograms.Basis)
        /// The member loses more than it may; nil where it says that it does worse, and not by how much.
        case member(MemberID, loss: Double?, most: Double)
    }
}

extension PromotionRule {
    /// Judges a challenger.
    ///
    /// - Parameters:
    ///   - members: of those that told, the last that each said.
    ///   - approvals: the operators who approved this very challenger.
    package func judge(
        _ comparison: PairedHistograms, members: [MemberLoss] = [], approvals: Set<String> = []
    ) -> PromotionVerdict {
        var reasons: [PromotionVerdict.Reason] = []
        if comparison.frauds < leastFrauds { reasons.append(.frauds(comparison.frauds, least: leastFrauds)) }
        if let gain = comparison.gain(confidence: confidence) {
            if gain.estimate.value < leastGain {
                reasons.append(.gain(gain.estimate.value, least: leastGain))
            } else if confidence > 0.5, gain.estimate.low <= 0 {
                reasons.append(.uncertain(gain.estimate, confidence: confidence, gain.basis))
            }
        }
        for told in members.sorted(by: { $0.member < $1.member }) {
            // Whoever says that it does worse, and not by how much, loses more than it may. So does one that tells what is no
            // number.
            let isBearable = told.loss.map { $0 <= mostMemberLoss } ?? !told.isWorse
            if !isBearable { reasons.append(.member(told.member, loss: told.loss, most: mostMemberLoss)) }
        }
        guard reasons.isEmpty else { return .refuse(reasons) }
        return approvals.count < self.approvals ? .wait(approvals: approvals.count, of: self.approvals) : .promote
    }
}

extension PromotionVerdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .promote: "the challenger is better by the rule"
        case .wait(let given, let wanted):
            "the challenger is better by the rule; \(given) of \(wanted) operators have approved"
        case .refuse(let reasons): reasons.map(\.description).joined(separator: "; ")
        }
    }
}

extension PromotionVerdict.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .frauds(let frauds, let least):
            "the windows have \(frauds) frauds, and the rule wants \(least): wait for more labels"
        case .gain(let gain, let least):
            "its average precision is \(signed(gain)) beside the champion's, and the rule wants \(signed(least))"
        case .uncertain(let gain, let confidence, let basis):
            "its average precision is \(signed(gain.value)) beside the champion's, but at \(percent(confidence)) confidence "
                + "it could be \(signed(gain.low)) (\(basis))"
        case .member(let member, let loss?, let most):
            "\(member) loses \(decimal(loss, 4)) of average precision, and the rule allows \(decimal(most, 4))"
        case .member(let member, nil, _): "\(member) says that it does worse, and not by how much"
        }
    }
}

extension PairedHistograms.Basis: CustomStringConvertible {
    package var description: String {
        switch self {
        case .windows(let count): "\(count) windows, each left out once"
        case .independent:
            "from both models' histograms alone; \(PairedHistograms.leastWindows) windows with frauds would tell more"
        }
    }
}

extension PromotionRule.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .leastFrauds: "the least number of frauds is 1 to 1,000,000"
        case .leastGain: "the least gain of average precision is 0 to 1"
        case .confidence: "the confidence is 0.5 to below 1"
        case .mostMemberLoss: "the average precision that a member may lose is 0 to 1"
        case .approvals: "the approvals are 0 to 100"
        }
    }
}

/// `+0.0123`.
func signed(_ value: Double) -> String { String(format: "%+.4f", value) }

/// `90 %`, `99.5 %`.
func percent(_ part: Double) -> String { String(format: "%g %%", (part * 1_000_000).rounded() / 10_000) }
