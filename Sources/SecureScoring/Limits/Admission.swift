package import EventLogs
package import Records
package import Sealing
package import ThreeParty

/// The admission of a partition's transactions at this party: refuses what could be scored, but breaks a limit on what its member
/// may ask. Used by the partition's thread.
///
/// All parties refuse alike, since all go by the same records, the records' times in the log, and what all agreed to take
/// before. While the batch before is under way, what this party would take of it counts in place of what was agreed. A party
/// that lost its state refuses less for a while; the others still refuse, and a record that one party refuses is refused.
package final class Admission {
    private let limits: QueryLimits
    /// The members with their budgets on the partition; a member's place is its number.
    private var members: [MemberEntry] = []
    private var numbers: [MemberID: UInt8] = [:]
    private var store: AskedEventStore
    private let taken: TakenRecords
    private var asked: AskedEvents

    /// - Parameters:
    ///   - taken: what the parties took before.
    ///   - state: where the party keeps how far it is.
    package init(
        _ limits: QueryLimits, taken: TakenRecords, partition: TopicPartition, state: any StateStore
    ) throws {
        self.limits = limits
        self.taken = taken
        store = AskedEventStore(partition: partition.partition, members: limits.members.entries.map(\.id))
        asked = try store.load(state, limit: limits.known)
        lookUp()
    }

    /// Takes the members as they are now. Whoever has come since is behind the others, so that numbers stay.
    private func lookUp() {
        members = limits.members.entries
        guard members.count != numbers.count else { return }
        for (number, member) in members.enumerated() { numbers[member.id] = UInt8(truncatingIfNeeded: number) }
        store.members = members.map(\.id)
    }

    /// Admits the transactions of the next batch; all of them or none of an earlier run count from there on.
    ///
    /// - Parameters:
    ///   - isUsable: whether this party could use the record at that place.
    ///   - isCounted: whether the counts that the model reads have a member's event; false where it reads none.
    /// - Returns: why a record is refused that could be used, by its place in the batch.
    package func admit(
        _ batch: SealedBatch, isUsable: (Int) -> Bool, isCounted: (MemberID, EventID) -> Bool
    ) -> [Int: Refusal] {
        guard case .transactions(let records) = batch.content else { return [:] }
        lookUp()
        asked.begin(batch.plan.range)
        var refused: [Int: Refusal] = [:]
        for (place, record) in records.enumerated() where isUsable(place) {
            guard let header = record.header, let claim = record.claim, let event = event(of: record) else {
                continue
            }
            if let refusal = refusal(
                of: event, claim, at: header.time, record.record, isCounted(claim.member, event.id), &asked)
            {
                refused[place] = refusal
            } else {
                asked.take(event)
            }
        }
        return refused
    }

    /// - Parameter asked: this one's, lent: read through the object it would be copied at each use.
    private func refusal(
        of event: AskedEvent, _ claim: SourceClaim, at time: EventTime, _ record: LogRecord, _ isCounted: Bool,
        _ asked: inout AskedEvents
    ) -> Refusal? {
        if let refusal = limits.refusal(of: time, arrival: record.timestamp) { return refusal }
        if taken.hasForgotten(claim) { return .tooManyGaps }
        if let source = asked.source(of: event.id, event.member) {
            return source == event.source ? .repeated : .idConflict
        }
        if isCounted { return .idConflict }
        guard case .daily(let most) = limits.budget(of: members[Int(event.member)]) else { return nil }
        return asked.count(event.member, on: event.day) < most ? nil : .overBudget
    }

    /// Notes what the parties agreed to take of a batch.
    package func settle(_ batch: SealedBatch, _ agreement: Agreement) {
        guard case .transactions(let records) = batch.content else { return }
        let agreed = zip(records, agreement.refusals).lazy.filter { $1 == nil }.map(\.0)
        // Other parties refuse little that this one would take.
        guard !asked.settle(batch.plan.range, as: agreed.map(\.offset)) else { return }
        lookUp()
        asked.settle(batch.plan.range, agreed.compactMap { event(of: $0) })
    }

    /// The changes that the kept state lacks, until `areCommitted`.
    package var changes: [StateWrite] { store.writes(asked) }

    package func areCommitted() { asked.areStored() }

    private func event(of record: SealedRecord) -> AskedEvent? {
        guard let header = record.header, let number = header.member.flatMap({ numbers[$0] }), let id = header.event,
            let source = header.source
        else { return nil }
        let day = record.record.timestamp / (1_000_000 * EventTime.day)
        return AskedEvent(
            member: number, id: id, day: Int32(truncatingIfNeeded: day), offset: record.offset, source: source)
    }
}
