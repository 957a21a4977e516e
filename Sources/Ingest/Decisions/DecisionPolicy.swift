/// A member's own answer to a probability of fraud.
package struct DecisionPolicy: Sendable, Hashable {
    package enum Band: String, Sendable, Hashable, CaseIterable {
        case approve, review, decline
    }

    /// Probabilities from which on a transaction is reviewed, and declined.
    package let review: Double
    package let decline: Double

    package enum Invalid: Error, Sendable, Hashable {
        case outOfRange, outOfOrder
    }

    package init(review: Double, decline: Double) throws(Invalid) {
        guard (0...1).contains(review), (0...1).contains(decline) else { throw .outOfRange }
        guard review <= decline else { throw .outOfOrder }
        self.review = review
        self.decline = decline
    }

    package func band(_ probability: Double) -> Band {
        probability >= decline ? .decline : probability >= review ? .review : .approve
    }
}
