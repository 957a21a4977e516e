package import Records

/// Tokens from two parties' answers, and what is wrong with others that were looked at.
package struct Combination: Sendable, Hashable {
    /// In the order of the blinded elements.
    package let tokens: [EntityToken]
    package let used: [PartyID]
    package let faults: [PartyID: TokenError]
}

extension TokenPublicKey {
    /// Checks answers in their order until two are good, and unblinds what those two give.
    ///
    /// - Parameters:
    ///   - answers: of two or three parties.
    ///   - blinds: what `blinded` was blinded by.
    /// - Throws: where less than two are good: the first fault (`proofInvalid` names its party; `staleEpoch`,
    ///   `wrongBatchSize`), or `tooFewParties` where there is none. `malformed` for two answers of one party.
    /// - Cost: four thirds of a multiplication an element for the proofs, and one to unblind.
    package func combine(
        _ answers: [PartialEvaluation], of blinded: [GroupElement], blinds: borrowing TokenScalars,
        in context: TokenContext
    ) throws(TokenError) -> Combination {
        guard Set(answers.map(\.party)).count == answers.count else { throw .malformed }
        guard blinded.count == blinds.count else { throw .wrongBatchSize }
        var good: [PartialEvaluation] = []
        var faults: [PartyID: TokenError] = [:]
        var firstFault: TokenError?
        for answer in answers where good.count < 2 {
            do throws(TokenError) {
                try answer.check(of: blinded, key: self, in: context)
                good.append(answer)
            } catch {
                faults[answer.party] = error
                firstFault = firstFault ?? error
            }
        }
        guard good.count == 2 else { throw firstFault ?? .tooFewParties }
        good.sort { $0.party < $1.party }
        return Combination(
            tokens: try Self.unblind(good[0], good[1], blinds: blinds), used: good.map(\.party), faults: faults)
    }

    /// Of two checked answers, the lower party's first.
    static func unblind(
        _ a: PartialEvaluation, _ b: PartialEvaluation, blinds: borrowing TokenScalars
    ) throws(TokenError) -> [EntityToken] {
        let line = Interpolation(a.party, b.party)
        let points = zip(a.elements, b.elements).map { line.combine($0, $1) }
        let factors = blinds.inverted(times: Scalar(UInt64(line.divisor)))
        // Where proofs hold, each point is a multiple of the whole key, which is not zero.
        guard let elements = GroupElement.multiply(points, byEach: factors) else { throw .pointIsIdentity }
        return elements.map(EntityToken.init)
    }
}
