package import Records

/// What a member's core system emits, in order.
package enum ScheduledEvent: Sendable {
    case transaction(LabelledTransaction)
    case verdict(MemberID, Verdict, at: EventTime)

    package var time: EventTime {
        switch self {
        case .transaction(let labelled): labelled.transaction.time
        case .verdict(_, _, let time): time
        }
    }

    package var member: MemberID {
        switch self {
        case .transaction(let labelled): labelled.member
        case .verdict(let member, _, _): member
        }
    }
}

/// The events of some days: their transactions, and the verdicts on frauds that fall due in them, a fixed delay after
/// each. A verdict comes before a transaction of the same second.
///
/// - Parameter transactions: by time; those before `days` only matter for their verdicts.
package func eventSchedule(
    _ transactions: [LabelledTransaction], days: ClosedRange<Int>, labelDelayDays: Int = 7
) -> [ScheduledEvent] {
    var out: [ScheduledEvent] = []
    for labelled in transactions {
        if days.contains(labelled.transaction.time.dayNumber) { out.append(.transaction(labelled)) }
        let due = EventTime(seconds: labelled.transaction.time.seconds + Int64(labelDelayDays) * EventTime.day)
        if labelled.fraud, days.contains(due.dayNumber) {
            out.append(.verdict(labelled.member, Verdict(transaction: labelled.transaction.id, fraud: true), at: due))
        }
    }
    func rank(_ event: ScheduledEvent) -> Int { if case .verdict = event { 0 } else { 1 } }
    return out.enumerated().sorted {
        ($0.element.time, rank($0.element), $0.offset) < ($1.element.time, rank($1.element), $1.offset)
    }.map(\.element)
}
