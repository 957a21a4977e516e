/// What a probability of fraud alone leads to: a band from its bound on, up to the next.
package struct ScoreBands: Sendable, Hashable {
    /// The probability from which on a transaction is challenged; nil where none is.
    package let challenge: Double?
    /// The probability from which on it is reviewed.
    package let review: Double
    /// The probability from which on it is declined.
    package let decline: Double

    /// Why bounds are none: one is not within 0 to 1 (NaN neither), or a milder band begins above a more severe one.
    package enum Invalid: Error, Sendable, Hashable {
        case outOfRange, outOfOrder
    }

    /// Bounds that are equal leave the milder band out.
    ///
    /// - Throws: `outOfRange`, else `outOfOrder`.
    package init(challenge: Double? = nil, review: Double, decline: Double) throws(Invalid) {
        let bounds = [challenge, review, decline].compactMap { $0 }
        guard bounds.allSatisfy({ (0...1).contains($0) }) else { throw .outOfRange }
        guard bounds == bounds.sorted() else { throw .outOfOrder }
        self.challenge = challenge
        self.review = review
        self.decline = decline
    }

    /// The most severe band whose bound the probability has reached; `approve` below all.
    package func band(_ probability: Double) -> Band {
        if probability >= decline { return .decline }
        if probability >= review { return .review }
        if let challenge, probability >= challenge { return .challenge }
        return .approve
    }
}

extension ScoreBands.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .outOfRange: "a bound is not within 0 to 1"
        case .outOfOrder: "a milder band begins above a more severe one"
        }
    }
}
