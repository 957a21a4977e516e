package import Formats
package import Records

/// What an undisturbed agent makes of a member's records, in the order of their topic: computed in the clear by loops over all of
/// them, and sharing no code with the product.
package struct ExpectedMember {
    package struct Payment: Sendable, Hashable {
        package var transaction: Transaction
        /// The features that the member computes, in the order of the spec.
        package var own: [Double]
    }

    package struct Label: Sendable, Hashable {
        package var id: String
        package var fraud: Bool

        package init(id: String, fraud: Bool) {
            self.id = id
            self.fraud = fraud
        }
    }

    /// By offset.
    package private(set) var accepted: [Int64: Payment] = [:]
    /// The codes of rejected records, by offset.
    package private(set) var rejected: [Int64: RejectionReason] = [:]
    /// The labels that leave for the parties, by the offset of the record that has them leave.
    package private(set) var labels: [Int64: Set<Label>] = [:]

    private static let bucket: Int64 = 3600
    private static let delay: Int64 = 2 * 3600

    private var known: [String: Transaction] = [:]
    private var verdicts: [String: Bool] = [:]
    /// Event time, and the ids whose labels have not left.
    private var time: Int64?
    private var waiting: Set<String> = []
    private var late: Set<String> = []

    package init(_ messages: [Message]) {
        for (offset, message) in messages.enumerated() { apply(message, Int64(offset)) }
    }

    private mutating func apply(_ message: Message, _ offset: Int64) {
        switch message {
        case .payment: message.transaction.map { pay($0, offset) }
        case .label(let id, let fraud): label("p\(id)", fraud, offset)
        case .watermark(let minutes): advance(to: Message.time(minutes).seconds, offset)
        case .malformed: rejected[offset] = .malformedJSON
        }
    }

    private mutating func pay(_ transaction: Transaction, _ offset: Int64) {
        if let before = known[transaction.id] {
            if before != transaction { rejected[offset] = .idConflict }
            return
        }
        known[transaction.id] = transaction
        let day = known.values.filter {
            $0.customer == transaction.customer && $0.time <= transaction.time
                && transaction.time.seconds - $0.time.seconds < EventTime.day
        }
        accepted[offset] = Payment(
            transaction: transaction,
            own: [
                Double(transaction.amount.value) / 100, Double(day.count),
                Double(day.reduce(0) { $0 + $1.amount.value }) / 100,
            ])
        advance(to: transaction.time.seconds, offset)
        if hasPassed(transaction) { late.insert(transaction.id) } else { waiting.insert(transaction.id) }
    }

    /// Whether the labels of a transaction's bucket have left: event time has come to the bucket's end and the delay after it.
    private func hasPassed(_ transaction: Transaction) -> Bool {
        guard let time else { return false }
        return (transaction.time.seconds / Self.bucket + 1) * Self.bucket + Self.delay <= time
    }

    private mutating func advance(to time: Int64, _ offset: Int64) {
        guard time > self.time ?? .min else { return }
        let before = self.time.map { ($0 - Self.delay) / Self.bucket }
        self.time = time
        // Late ones leave with the next bucket's.
        guard (time - Self.delay) / Self.bucket > before ?? .min else { return }
        let leaving = late.union(waiting.filter { id in known[id].map(hasPassed) ?? false })
        late = []
        waiting.subtract(leaving)
        for id in leaving { labels[offset, default: []].insert(Label(id: id, fraud: verdicts[id] ?? false)) }
    }

    private mutating func label(_ id: String, _ fraud: Bool, _ offset: Int64) {
        guard known[id] != nil else {
            rejected[offset] = .unknownTransaction
            return
        }
        let before = verdicts[id]
        guard fraud || before != false else {
            rejected[offset] = .reversalRepeated
            return
        }
        verdicts[id] = fraud
        if (before ?? false) != fraud, !waiting.contains(id), !late.contains(id) {
            labels[offset, default: []].insert(Label(id: id, fraud: fraud))
        }
    }
}
