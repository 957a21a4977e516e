package import Records

/// Which of the days that a demo scores a challenger is trained on, and which it is held against the model in force on.
package struct DemoRetrainingDays: Sendable, Hashable {
    package let trained: ClosedRange<Int>
    package let validated: ClosedRange<Int>
    /// Transactions of each day that is scored, from the first on.
    private let counts: [Int]
    private let first: Int
    private let labelDelay: Int

    /// The first week, and all that has labels in the end behind it; nil where that is no day.
    package init?(_ data: DemoData) {
        let first = data.test.lowerBound
        self.init(data, trained: first...first + 6, from: first + 7)
    }

    /// - Parameter trained: what the challenger is validated on begins when their labels are known, as for a model that is put in
    ///   force then.
    /// - Returns: nil where these are no days that are scored, or nothing behind them has labels in the end.
    package init?(_ data: DemoData, trained: ClosedRange<Int>) {
        self.init(data, trained: trained, from: trained.upperBound + 1 + data.labelDelayDays)
    }

    private init?(_ data: DemoData, trained: ClosedRange<Int>, from begin: Int) {
        let end = data.test.upperBound - data.labelDelayDays
        guard data.test.contains(trained.lowerBound), trained.upperBound < begin, begin <= end else { return nil }
        (self.trained, validated, first) = (trained, begin...end, data.test.lowerBound)
        labelDelay = data.labelDelayDays
        var counts = [Int](repeating: 0, count: data.test.count)
        for labelled in data.transactions {
            let day = labelled.transaction.time.dayNumber
            if data.test.contains(day) { counts[day - first] += 1 }
        }
        self.counts = counts
    }

    /// The places that a range of days has among what is scored. Members' records may change places with their neighbours', and the
    /// log begins with the model's activation, so at its ends some are of other days.
    package func places(of days: ClosedRange<Int>) -> Range<Int64> {
        let begin = counts.prefix(days.lowerBound - first).reduce(0, +)
        return Int64(begin)..<Int64(begin + counts[(days.lowerBound - first)...(days.upperBound - first)].reduce(0, +))
    }

    /// The event time at which labels of the days that are trained on are all on the log: a quarter of a day behind the delay,
    /// since they leave at a bucket's end.
    package var labelled: EventTime {
        EventTime(seconds: Int64(trained.upperBound + 1 + labelDelay) * EventTime.day + EventTime.day / 4)
    }
}
