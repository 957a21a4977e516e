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
    /// What the partition scores of each member, by its number.
    private var budgets: [QueryBudget] = []
    private var numbers: [MemberID: UInt8] = [:]
    /// Those that asked last, with their numbers, which stay.
    private var latest: [(member: MemberID, number: UInt8)] = []
    private static let latestMost = 8
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
        let members = limits.members.entries
        budgets = members.map { limits.budget(of: $0) }
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
        guard case .transactions = batch.content else { return [:] }
        lookUp()
        asked.begin(batch.plan.range)
        var refused: [Int: Refusal] = [:]
        for place in batch.marks.indices where isUsable(place) {
            let mark = batch.marks[place]
            guard let claim = mark.claim, let event = event(of: mark) else { continue }
            let refusal = take(event, of: claim, mark, isCounted(claim.member, event.id), &asked)
            if let refusal { refused[place] = refusal }
        }
        return refused
    }

    /// Takes an event, where no limit is against it; else why it is refused.
    ///
    /// - Parameter asked: this one's, lent: read through the object it would be copied at each use.
    private func take(
        _ event: AskedEvent, of claim: SourceClaim, _ mark: RecordMark, _ isCounted: Bool, _ asked: inout AskedEvents
    ) -> Refusal? {
        if let refusal = limits.refusal(of: mark.time, arrival: mark.arrival) { return refusal }
        if taken.hasForgotten(claim) { return .tooManyGaps }
        let isOver =
            switch budgets[Int(event.member)] {
            case .daily(let most): asked.count(event.member, on: event.day) >= most
            case .unlimited: false
            }
        return asked.take(event) { known in
            if let known { return known == event.source ? .repeated : .idConflict }
            if isCounted { return .idConflict }
            return isOver ? .overBudget : nil
        }
    }

    /// Notes what the parties agreed to take of a batch.
    package func settle(_ batch: SealedBatch, _ agreement: Agreement) {
        guard case .transactions = batch.content else { return }
        let offsets = batch.marks.indices.lazy.filter { agreement.refusals[$0] == nil }.map { batch.marks[$0].offset }
        // Other parties refuse little that this one would take.
        guard !asked.settle(batch.plan.range, as: offsets) else { return }
        lookUp()
        asked.settle(
            batch.plan.range,
            zip(batch.marks, agreement.refusals).compactMap { mark, refusal in refusal == nil ? event(of: mark) : nil })
    }

    /// The changes that the kept state lacks, until `areCommitted`.
    package var changes: [StateWrite] { store.writes(asked) }

    package func areCommitted() { asked.areStored() }

    /// What a record asks about; nil where it names no member, id or source.
    private func event(of mark: RecordMark) -> AskedEvent? {
        guard let claim = mark.claim, let id = mark.event, let number = number(of: claim.member) else { return nil }
        let day = mark.arrival / (1_000_000 * EventTime.day)
        return AskedEvent(
            member: number, id: id, day: Int32(truncatingIfNeeded: day), offset: mark.offset, source: claim.source)
    }

    /// The number of a member; nil for whoever is none. Members ask many times in a batch, and are few: of those that asked last,
    /// no name is hashed.
    private func number(of member: MemberID) -> UInt8? {
        if let known = latest.first(where: { $0.member == member }) { return known.number }
        guard let number = numbers[member] else { return nil }
        if latest.count == Self.latestMost { latest.removeAll(keepingCapacity: true) }
        latest.append((member, number))
        return number
    }
}
