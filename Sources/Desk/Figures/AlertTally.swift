/// Alerts of one group, counted: how they stand, and what was found. A verdict counts while it stands.
package struct AlertTally: Hashable, Sendable {
    package var alerts: Int64 = 0
    package var open: Int64 = 0
    package var fraud: Int64 = 0
    package var legitimate: Int64 = 0
    package var suspicious: Int64 = 0
    package var undecidable: Int64 = 0
    /// Amounts in hundredths of the consortium's currency: of all, of frauds, of legitimate ones, and what came back.
    package var sum: Int64 = 0
    package var fraudSum: Int64 = 0
    package var legitimateSum: Int64 = 0
    package var recovered: Int64 = 0
    /// How often one was opened again.
    package var reopens: Int64 = 0
    /// Those that a rule's snooze keeps back; none of them is open.
    package var kept: Int64 = 0

    package init() {}

    package static func += (left: inout AlertTally, right: AlertTally) {
        for part in parts { left[keyPath: part] += right[keyPath: part] }
    }

    /// The counts in the order in which an index keeps them.
    package static var parts: [WritableKeyPath<AlertTally, Int64>] {
        [
            \.alerts, \.open, \.fraud, \.legitimate, \.suspicious, \.undecidable, \.sum, \.fraudSum, \.legitimateSum,
            \.recovered, \.reopens, \.kept,
        ]
    }

    /// Those with a verdict that says yes or no.
    package var judged: Int64 { fraud + legitimate }
    /// The part of frauds among those judged; nil where none is.
    package var precision: Double? { judged == 0 ? nil : Double(fraud) / Double(judged) }
    /// The same of amounts.
    package var valuePrecision: Double? {
        fraudSum + legitimateSum == 0 ? nil : Double(fraudSum) / Double(fraudSum + legitimateSum)
    }
    /// The part without a verdict that says yes or no.
    package var unjudged: Double? { alerts == 0 ? nil : Double(alerts - judged) / Double(alerts) }
}
