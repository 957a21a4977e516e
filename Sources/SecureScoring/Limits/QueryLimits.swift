package import Records
import Sealing

/// The limits on what members may ask of the model, on one partition: the same at all three parties, by the roster and the
/// agreement.
package struct QueryLimits: Sendable {
    /// Its order numbers members, and stays.
    let members: any MemberDirectory
    /// So many partitions have a part of each member's budget.
    private let partitions: Int
    /// Nil where events may have any time.
    let eventTime: EventTimeLimits?
    /// The least number of scored events whose ids are known: of the partition, the latest ones.
    let known: Int

    package init(
        members: any MemberDirectory, partitions: Int, eventTime: EventTimeLimits?, known: Int = 131_072
    ) {
        self.members = members
        self.partitions = partitions
        self.eventTime = eventTime
        self.known = known
    }

    /// Limits of members that stay, each with its budget on the partition.
    package init(
        members: [(id: MemberID, budget: QueryBudget)], eventTime: EventTimeLimits?, known: Int = 131_072
    ) {
        let entries = members.map { MemberEntry(id: $0.id, budget: $0.budget, hpke: nil) }
        self.init(members: FixedMembers(entries), partitions: 1, eventTime: eventTime, known: known)
    }

    /// What the partition scores of a member, by its entry.
    func budget(of member: MemberEntry) -> QueryBudget { member.budget.share(of: partitions) }

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
