/// What a probability of fraud alone leads to.
package struct ScoreBands: Sendable, Hashable {
    /// Probabilities from which on a transaction is challenged (nil: none is), reviewed, and declined.
    package let challenge: Double?
    package let review: Double
    package let decline: Double

    package enum Invalid: Error, Sendable, Hashable {
        case outOfRange, outOfOrder
    }

    package init(challenge: Double? = nil, review: Double, decline: Double) throws(Invalid) {
        let bounds = [challenge, review, decline].compactMap { $0 }
        guard bounds.allSatisfy({ (0...1).contains($0) }) else { throw .outOfRange }
        guard bounds == bounds.sorted() else { throw .outOfOrder }
        self.challenge = challenge
        self.review = review
        self.decline = decline
    }

    package func band(_ probability: Double) -> Band {
        if probability >= decline { return .decline }
        if probability >= review { return .review }
        if let challenge, probability >= challenge { return .challenge }
        return .approve
    }
}
