/// Which customers are known to be defrauded when a day of the test begins. Their transactions are left out of a test:
/// no model is needed to stop them (Le Borgne et al., chapter 4).
///
/// Frauds of the training days `F ... T` are known, and those of later days once the label's delay has passed: on day
/// `d` the frauds of days `F ... max(T, d - delay - 1)`.
///
/// Days are numbered as `EventTime.dayNumber` does.
package struct KnownDefrauded: Sendable {
    /// The days `F ... T` that the model is trained on.
    package let trainingDays: ClosedRange<Int>
    /// Days between a transaction and its confirmed outcome.
    package let labelDelayDays: Int
    private var firstFraud: [Card: Int] = [:]

    package init(trainingDays: ClosedRange<Int>, labelDelayDays: Int = 7) {
        self.trainingDays = trainingDays
        self.labelDelayDays = labelDelayDays
    }

    /// A fraud on a day, in any order of days; frauds before the training days do not count.
    package mutating func add(_ card: Card, fraudOn day: Int) {
        guard day >= trainingDays.lowerBound else { return }
        firstFraud[card] = min(day, firstFraud[card] ?? day)
    }

    /// Whether a fraud of the customer is known when the day begins.
    package func isKnown(_ card: Card, on day: Int) -> Bool {
        guard let first = firstFraud[card] else { return false }
        return first <= max(trainingDays.upperBound, day - labelDelayDays - 1)
    }
}
