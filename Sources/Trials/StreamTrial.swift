package import Formats
import Ingest
package import Model
import Records

/// What an agent that starts empty makes of records, one after the other, by the agent's own memory: repeats and conflicts
/// of ids, labels on what came before, and the windows of a policy. Nothing is sent or stored.
package struct StreamTrial {
    /// A part of a record as the agent sees it.
    package struct Taken {
        /// The part; rejected where what came before says so. It is noted what would be rejected by an agent that knows
        /// no more than these records: transactions long behind the newest, and labels on what never came.
        package var part: RecordPart
        /// Whether the same transaction came before: the agent passes over it.
        package var isRepeat = false
        /// The policy's windows of a transaction, by name.
        package var windows: [String: Double] = [:]

        /// Why an agent that knows no more than these records would not take the part.
        package var rejection: Rejection? {
            part.rejection ?? (part.notes.contains(.tooLate) ? Rejection(reason: .tooLate, field: "time") : nil)
        }
    }

    private let hasher = EntityHasher()
    private var memory: AgentMemory
    private var rows: [UInt64: StateBlock.Row] = [:]
    private var count: Int64 = 0

    /// - Parameter windows: of the policy.
    package init(windows: [Feature] = []) {
        memory = AgentMemory(spec: FeatureSpec(name: "trial", features: []), own: windows, hasher: hasher)
    }

    package mutating func take(_ part: RecordPart) -> Taken {
        if let transaction = part.transaction { return observe(transaction, part) }
        guard let verdict = part.verdict ?? part.outcome.flatMap(Self.verdict) else { return Taken(part: part) }
        guard let row = rows[hasher.id(of: verdict.transaction)] else {
            return Taken(part: part.noting(.unknownTransaction))
        }
        _ = memory.apply(verdict: verdict.fraud, on: row)
        return Taken(part: part)
    }

    private mutating func observe(_ transaction: Transaction, _ part: RecordPart) -> Taken {
        var part = part
        let row = hasher.row(of: transaction)
        let position = SourcePosition(offset: count)
        count += 1
        do throws(Rejection) {
            let arrival = AgentMemory.Arrival(
                transaction: transaction, row: row, position: position, event: Self.event, received: 0)
            guard let effects = try memory.apply(arrival) else { return Taken(part: part, isRepeat: true) }
            if effects.isLate { part.marks.append(.late) }
        } catch {
            guard error.reason != .tooLate else { return Taken(part: part.noting(.tooLate)) }
            part.result = .failure(error)
            return Taken(part: part)
        }
        rows[row.id] = row
        defer { memory.decide([position], []) }
        return Taken(part: part, windows: memory.pending[position]?.windows ?? [:])
    }

    private static func verdict(_ outcome: PaymentOutcome) -> Verdict? {
        outcome.tellsFraud ? Verdict(transaction: outcome.transaction, fraud: true) : nil
    }

    /// An id that stands in every event: nothing is sealed here.
    private static let event = EventID([UInt8](repeating: 0, count: 16))!
}

extension RecordPart {
    fileprivate func noting(_ reason: RejectionReason) -> RecordPart {
        var part = self
        part.notes.append(reason)
        return part
    }
}
