/// How often the parties open something of the same rows. What is opened of a window cannot be closed again: the difference of what is
/// opened of two windows tells of the few rows by which they differ.
package struct OpeningBudget: Sendable, Hashable {
    /// The most validations on one window, and of one challenger, within `days`.
    package let most: Int
    /// How long an opening counts, in days of the log's time. Two validations within it have the same window, or windows without a
    /// record in common.
    package let days: Int
    /// By how many records at their ends two windows differ at least within `days`, where they overlap, are not the same and one of them is
    /// trained on: of a training the number of frauds is opened.
    package let apart: Int

    /// What holds where the roster says nothing.
    package static let standard = OpeningBudget(most: 16, days: 30, apart: 1_000)

    package init(most: Int, days: Int, apart: Int) {
        self.most = most
        self.days = days
        self.apart = apart
    }
}
