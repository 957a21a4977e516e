import Desk
import LocalStore
package import Policy
package import Records

/// A payment that somebody looks for.
package struct FoundPayment: Sendable {
    package var payment: KnownPayment
    /// Whether it stands in the desk's lists, so that it has a page of its own there.
    package var isListed: Bool
}

/// What payments are found by. A raw value stands in addresses.
package enum PaymentName: String, Sendable, Hashable, CaseIterable {
    /// The member's own id of it.
    case transaction
    case customer, account, card

    /// A name in the one spelling that payments have.
    package func canonical(_ name: String) -> String {
        switch self {
        case .transaction: name
        case .customer: LinkKind.customer.spelling.canonical(name)
        case .account: LinkKind.account.spelling.canonical(name)
        case .card: LinkKind.card.spelling.canonical(name)
        }
    }

    fileprivate var column: String { self == .transaction ? "tx" : rawValue }
    fileprivate var index: String { self == .transaction ? "payments_by_id" : "payments_by_\(rawValue)" }
}

extension DeskIndex {
    /// Payments of a name, the latest first.
    ///
    /// - Parameters:
    ///   - before: seconds since 1970 that the list goes on below; nil for its beginning.
    /// - Returns: up to `limit` payments, and where the list goes on; nil at its end. Payments of one second are not parted from
    ///   each other by a page's end as long as there are fewer than `limit` of them.
    package func payments(
        by kind: PaymentName, _ name: String, before: Int64? = nil, limit: Int = pageSize
    ) throws -> (rows: [FoundPayment], next: Int64?) {
        try read { db in
            var rows = try db.statement(
                """
                SELECT \(SQLiteStatement.paymentColumns) FROM payments INDEXED BY \(kind.index)
                WHERE \(kind.column) = ? AND paid < ? ORDER BY paid DESC LIMIT ?
                """, kind.canonical(name), before ?? Int64.max, limit + 1
            ).all { $0.payment(0) }
            var next: Int64?
            if rows.count > limit, let last = rows.last?.transaction?.time.seconds {
                let whole = rows.filter { $0.transaction?.time.seconds != last }
                rows = whole.isEmpty ? Array(rows.prefix(limit)) : whole
                next = rows.last?.transaction?.time.seconds
            }
            return (try rows.map { FoundPayment(payment: $0, isListed: try db.isListed($0)) }, next)
        }
    }

    /// What was decided of payments at a place and behind it, in the order of their places.
    package func decisions(
        from source: SourcePosition, limit: Int
    ) throws -> [(source: SourcePosition, probability: Double, band: Band)] {
        try read { db in
            try db.statement(
                """
                SELECT partition, offset, part, probability, band FROM payments
                WHERE (partition, offset, part) >= (?, ?, ?) AND band IS NOT NULL ORDER BY partition, offset, part LIMIT ?
                """, source.partition, source.offset, source.index, limit
            ).all { row in
                DeskCodes.word(row.integer(4), DeskCodes.bands).map { (row.source(0), row.real(3), $0) }
            }.compactMap { $0 }
        }
    }

    /// The payment at a place of the member's topic; nil where there is none.
    package func payment(at source: SourcePosition) throws -> FoundPayment? {
        try read { db in
            try db.payment(at: source).map { FoundPayment(payment: $0, isListed: try db.isListed($0)) }
        }
    }
}

extension SQLiteConnection {
    fileprivate func isListed(_ payment: KnownPayment) throws -> Bool {
        guard let item = payment.decided?.item else { return false }
        return try statement("SELECT 1 FROM alerts WHERE item = ? AND rank IS NOT NULL", item.bytes).first { _ in true }
            ?? false
    }
}
