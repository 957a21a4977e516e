package import Records

/// What a member does with a transaction whose score does not come in time: by amount alone. Answers by it are marked
/// as degraded (docs/REST.md).
package struct FallbackPolicy: Sendable, Hashable {
    /// One step: a band for the amounts above the step before it.
    package struct Step: Sendable, Hashable {
        /// Amounts up to this one, itself included, in the consortium's currency.
        package var upTo: MinorUnits
        package var band: Band

        package init(upTo: MinorUnits, band: Band) {
            self.upTo = upTo
            self.band = band
        }
    }

    /// Why steps are no policy.
    package enum Invalid: Error, Sendable, Hashable {
        /// The limit of this step, counted from 0, is not above the one before it.
        case outOfOrder(Int)
    }

    private let steps: [Step]
    private let otherwise: Band

    /// Whoever says nothing has a person look.
    package static let review = FallbackPolicy(otherwise: .review)

    private init(otherwise: Band) {
        steps = []
        self.otherwise = otherwise
    }

    /// - Parameters:
    ///   - steps: by rising limit; bands may come in any order, and there may be no step at all.
    ///   - otherwise: for amounts above all limits.
    /// - Throws: `outOfOrder`, of the first step that does not rise.
    package init(steps: [Step], otherwise: Band) throws(Invalid) {
        for index in steps.indices.dropFirst() where steps[index].upTo <= steps[index - 1].upTo {
            throw .outOfOrder(index)
        }
        self.steps = steps
        self.otherwise = otherwise
    }

    /// The band of the first step whose limit the amount does not exceed.
    package func band(_ amount: MinorUnits) -> Band {
        steps.first { amount <= $0.upTo }?.band ?? otherwise
    }
}

extension FallbackPolicy.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outOfOrder(let step): "the limit of step \(step + 1) is not above the one before it"
        }
    }
}
