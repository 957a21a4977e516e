/// How much the parties open of the same rows. What is opened of a window cannot be closed again: the difference of what is opened
/// of two windows tells of the few rows by which they differ, and that of two models on one window of the rows that they tell
/// apart.
package struct OpeningLimits: Sendable, Hashable {
    /// The most histograms of one window within `days`: of different models, or by different thresholds. One that was opened before
    /// costs nothing again.
    package let histograms: Int
    /// The most windows that one challenger is validated on within `days`.
    package let windows: Int
    /// How long an opening counts, in days of the log's time. Two validations within it have the same window, or windows without a
    /// record in common.
    package let days: Int
    /// By how many records at their ends two windows differ at least within `days`, where they overlap, are not the same and one of
    /// them is trained on: of a training the number of frauds is opened.
    package let apart: Int
    /// The fewest rows of a window of which it is opened how often each input bit is set.
    package let featureRows: Int
    /// What is opened to members of what features added to their own scores; nil where nothing is.
    package let reasons: ReasonLimits?

    /// What holds where the roster says nothing: a champion and some challengers on a window, as many windows as come in the time
    /// that rows are kept.
    package static let standard = OpeningLimits(histograms: 8, windows: 256, days: 90, apart: 1_000)

    package init(
        histograms: Int, windows: Int, days: Int, apart: Int, featureRows: Int = 1_000, reasons: ReasonLimits? = nil
    ) {
        self.histograms = histograms
        self.windows = windows
        self.days = days
        self.apart = apart
        self.featureRows = featureRows
        self.reasons = reasons
    }
}

/// How much of what features added to scores is opened to a member: of its own transactions, to it alone.
package struct ReasonLimits: Sendable, Hashable {
    /// The most choices of a member that are answered in a day of the log (UTC).
    package let daily: Int
    /// The fewest members that know a token before anything of its counts is shown.
    package let members: Int

    package static let dailyRange = 1...10_000_000
    package static let membersRange = 1...64

    package init(daily: Int, members: Int = 3) {
        self.daily = daily
        self.members = members
    }
}
