package import Records

/// What a member does with a transaction whose score does not come in time: by amount alone.
package struct FallbackPolicy: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        /// Amounts up to this one, itself included, in the consortium's currency.
        package var upTo: MinorUnits
        package var band: Band

        package init(upTo: MinorUnits, band: Band) {
            self.upTo = upTo
            self.band = band
        }
    }

    package enum Invalid: Error, Sendable, Hashable {
        /// The limit of this step is not above the one before it.
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
    ///   - steps: by rising limit.
    ///   - otherwise: for amounts above all limits.
    package init(steps: [Step], otherwise: Band) throws(Invalid) {
        for index in steps.indices.dropFirst() where steps[index].upTo <= steps[index - 1].upTo {
            throw .outOfOrder(index)
        }
        self.steps = steps
        self.otherwise = otherwise
    }

    package func band(_ amount: MinorUnits) -> Band {
        steps.first { amount <= $0.upTo }?.band ?? otherwise
    }
}
