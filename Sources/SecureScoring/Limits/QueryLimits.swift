package import Records
import Sealing

/// The limits on what members may ask of the model, on one partition: the same at all three parties, by the roster.
package struct QueryLimits: Sendable {
    /// The members in the roster's order, which numbers them, each with its budget on the partition.
    let members: [(id: MemberID, budget: QueryBudget)]
    /// Nil where events may have any time.
    let eventTime: EventTimeLimits?
    /// The least number of scored events whose ids are known: of the partition, the latest ones.
    let known: Int

    package init(
        members: [(id: MemberID, budget: QueryBudget)], eventTime: EventTimeLimits?, known: Int = 131_072
    ) {
        self.members = members
        self.eventTime = eventTime
        self.known = known
    }

    /// Why an event of this time can't be asked about in a record that came at `arrival`; nil where it can.
    ///
    /// - Parameter arrival: in the log's time, microseconds since 1970.
    func refusal(of time: EventTime, arrival: Int64) -> Refusal? {
        guard let eventTime else { return nil }
        let seconds = arrival / 1_000_000
        if time.seconds > seconds + eventTime.ahead { return .timeAhead }
        return time.seconds < seconds - eventTime.late ? .tooLate : nil
    }
}
