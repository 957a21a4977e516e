/// What a risk team finds that looks at so many of a window's transactions, those with the highest scores.
///
/// The window's highest are looked at, not each day's: a histogram of days together has no days.
package struct AlertFigures: Sendable, Hashable, Codable {
    /// Transactions that are looked at.
    package var alerts: Int
    /// Frauds among them. The last bin that is looked at may be looked at in part; only there it is not exact.
    package var found: Binned
    /// The part of all frauds that is found.
    package var recall: Binned
    /// The part of alerts that are frauds.
    package var precision: Binned
}

extension ScoreHistogram {
    /// What is found by a number of alerts over the whole window; nil without alerts, or without a fraud.
    ///
    /// - Parameter alerts: as many as are asked for; more than there are transactions means all of them.
    package func found(by alerts: Int) -> AlertFigures? {
        let (alerts, frauds) = (min(alerts, rows), fraudRows)
        guard alerts > 0, frauds > 0 else { return nil }
        var (left, found) = (alerts, Binned(value: 0, least: 0, most: 0))
        for bin in (0..<bins).reversed() where left > 0 {
            let (legitimate, frauds) = (self.legitimate[bin], self.frauds[bin])
            let taken = min(left, legitimate + frauds)
            if taken > 0 {
                found.value += Double(taken) * Double(frauds) / Double(legitimate + frauds)
                found.least += Double(max(0, taken - legitimate))
                found.most += Double(min(taken, frauds))
            }
            left -= taken
        }
        return AlertFigures(
            alerts: alerts, found: found, recall: found / Double(frauds), precision: found / Double(alerts))
    }

    /// The part of transactions that are frauds, with Wilson's interval; nil without a transaction.
    package func baseRate(confidence: Double) -> Estimate? {
        Estimate.share(fraudRows, of: rows, confidence: confidence)
    }
}
