package import Records

/// What a transaction must be beyond its form, as data: `pipelines/validation.yaml`.
///
/// The rules look at one transaction and the log's clock alone, so a record that is read again is let in or rejected
/// alike.
package struct ValidationRules: Sendable, Hashable {
    /// Seconds behind the newest event time of the partition from which on a transaction is marked late.
    package var late: Int64 = 3600
    /// Seconds ahead of the log's clock above which a transaction is marked.
    package var ahead: Int64 = 300
    /// Seconds ahead of the log's clock above which a transaction or watermark is rejected.
    package var tooFarAhead: Int64 = EventTime.day
    /// Amounts that are let in, both ends among them, in hundredths of the consortium's currency.
    package var amounts: ClosedRange<MinorUnits> = MinorUnits(0)...MinorUnits(MinorUnits.limit)
    /// Fields beside the five of every transaction that all must have, and those of one payment kind.
    package var required: [PaymentKind?: [Mapping.Extra]] = [:]
    /// Values that a field may have, where it is there.
    package var allowed: [Mapping.Extra: Set<String>] = [:]
    /// Fields that are left out, with a mark, where what a record says of them can't be. Of the others such a value rejects
    /// it: cards and accounts are what lists and windows go by, and nobody may get past those by a wrong one.
    package var leftOut: Set<Mapping.Extra> = Self.leftOutByDefault

    private static let leftOutByDefault: Set<Mapping.Extra> = [
        .kind, .channel, .entity(.merchant), .entity(.merchantCategory), .entity(.device), .entity(.ip),
        .entity(.country),
    ]

    package init() {}

    /// What is unusual; lateness aside, which windows know.
    ///
    /// Rules are asked in the order fields that can't be, amount, required fields, allowed values, time, and the first that is
    /// broken is the rejection. Which of several values that are not allowed it names is not fixed.
    ///
    /// - Parameters:
    ///   - faults: what the record says of fields that the transaction is without.
    ///   - received: when the log took it, in microseconds since 1970.
    /// - Throws: why it can't be scored.
    package func check(
        _ transaction: Transaction, faults: [FieldFault], received: Int64
    ) throws(Rejection) -> [Mark] {
        for fault in faults where !isLeftOut(fault.extra, of: transaction) { throw fault.rejection }
        guard amounts.contains(transaction.amount) else { throw Rejection(reason: .amountOutOfRange, field: "amount") }
        for kind in kinds(of: transaction) {
            for extra in required[kind] ?? [] where transaction.value(of: extra) == nil {
                throw Rejection(reason: .missingField, field: extra.name)
            }
        }
        for (extra, values) in allowed {
            guard let value = transaction.value(of: extra) else { continue }
            guard values.contains(value) else { throw Rejection(reason: .valueNotAllowed, field: extra.name) }
        }
        let marks = faults.map { Mark.leftOut($0.extra) }
        return try lead(transaction.time, received) > ahead ? [.clockSkew] + marks : marks
    }

    /// Keys of `required` that bind a transaction.
    private func kinds(of transaction: Transaction) -> [PaymentKind?] {
        transaction.kind == nil ? [nil] : [nil, transaction.kind]
    }

    /// A field that has to be there is not left out.
    private func isLeftOut(_ extra: Mapping.Extra, of transaction: Transaction) -> Bool {
        leftOut.contains(extra) && !kinds(of: transaction).contains { required[$0]?.contains(extra) ?? false }
    }

    /// - Throws: `timeAhead` for a watermark that is as far ahead of the log's clock as no transaction may be.
    package func check(watermark: EventTime, received: Int64) throws(Rejection) { _ = try lead(watermark, received) }

    private func lead(_ time: EventTime, _ received: Int64) throws(Rejection) -> Int64 {
        let lead = time.seconds - received / 1_000_000
        guard lead <= tooFarAhead else { throw Rejection(reason: .timeAhead, field: "time") }
        return lead
    }
}

extension RecordPart {
    /// The part with its marks, or its rejection where the rules don't let its transaction in.
    ///
    /// - Parameter received: when the log took the record, in microseconds since 1970.
    package func checked(by rules: ValidationRules, received: Int64) -> RecordPart {
        guard let valid else { return self }
        var part = self
        do throws(Rejection) {
            part.marks = try rules.check(valid.transaction, faults: valid.faults, received: received)
        } catch { part.result = .failure(error) }
        return part
    }
}

extension Transaction {
    /// What it says of a field that not every transaction has. A currency is there only where the record named one.
    package func value(of extra: Mapping.Extra) -> String? {
        switch extra {
        case .currency: original?.currency.code
        case .kind: kind?.rawValue
        case .channel: channel?.rawValue
        case .entity(let entity): entities[entity]
        }
    }
}
