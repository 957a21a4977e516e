/// How often the parties open score histograms of the same rows or of one model. What is opened of a window cannot be closed again: the
/// difference of two histograms over nearly the same rows tells of the few rows by which they differ.
package struct OpeningBudget: Sendable, Hashable {
    /// The most openings of one window, and of one model as challenger, within `days`.
    package let most: Int
    /// How long an opening counts, in days of the log's time. Windows that overlap without being the same are not both
    /// opened within it.
    package let days: Int

    /// What holds where the roster says nothing.
    package static let standard = OpeningBudget(most: 8, days: 30)

    package init(most: Int, days: Int) {
        self.most = most
        self.days = days
    }
}
