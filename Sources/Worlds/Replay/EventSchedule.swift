package import Records

/// What a member's core system emits, in order.
package enum ScheduledEvent: Sendable {
    case transaction(LabelledTransaction)
    case verdict(MemberID, Verdict, at: EventTime)
    /// Nothing older follows.
    case watermark(MemberID, at: EventTime)

    package var time: EventTime {
        switch self {
        case .transaction(let labelled): labelled.transaction.time
        case .verdict(_, _, let time), .watermark(_, let time): time
        }
    }

    package var member: MemberID {
        switch self {
        case .transaction(let labelled): labelled.member
        case .verdict(let member, _, _), .watermark(let member, _): member
        }
    }
}

/// The events of some days: their transactions, and the verdicts on frauds that fall due in them, a fixed delay after
/// each. A verdict comes before a transaction of the same second.
///
/// - Parameters:
///   - transactions: by time; those before `days` only matter for their verdicts.
///   - watermarks: seconds of event time after which each member says, again and again from the first midnight on and until the
///     last, that what was before is over; nil where none says so. Labels leave in time with a bucket's length.
package func eventSchedule(
    _ transactions: [LabelledTransaction], days: ClosedRange<Int>, labelDelayDays: Int = 7, watermarks: Int64? = nil
) -> [ScheduledEvent] {
    var out: [ScheduledEvent] = []
    if let watermarks {
        let members = Set(transactions.map(\.member)).sorted()
        let (first, end) = (Int64(days.lowerBound) * EventTime.day, Int64(days.upperBound + 1) * EventTime.day)
        for time in stride(from: first + watermarks, to: end, by: Int(watermarks)) {
            out += members.map { .watermark($0, at: EventTime(seconds: time)) }
        }
    }
    for labelled in transactions {
        if days.contains(labelled.transaction.time.dayNumber) { out.append(.transaction(labelled)) }
        let due = EventTime(seconds: labelled.transaction.time.seconds + Int64(labelDelayDays) * EventTime.day)
        if labelled.fraud, days.contains(due.dayNumber) {
            out.append(.verdict(labelled.member, Verdict(transaction: labelled.transaction.id, fraud: true), at: due))
        }
    }
    func rank(_ event: ScheduledEvent) -> Int {
        switch event {
        case .watermark: 0
        case .verdict: 1
        case .transaction: 2
        }
    }
    return out.enumerated().sorted {
        ($0.element.time, rank($0.element), $0.offset) < ($1.element.time, rank($1.element), $1.offset)
    }.map(\.element)
}
