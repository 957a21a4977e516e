package import Desk
import LocalStore
package import Policy
package import Records

/// A payment as the desk knows it.
package struct KnownPayment: Hashable, Sendable {
    package var source: SourcePosition
    /// Nil where its record can't be read, or did not come yet.
    package var transaction: Transaction?
    /// Nil before it is decided: repeats of a transaction never are.
    package var decided: Decided?

    package struct Decided: Hashable, Sendable {
        package var item: ItemID
        package var band: Band
        package var probability: Double
    }
}

extension SQLiteStatement {
    static let paymentColumns = """
        partition, offset, part, item, band, probability, tx, paid, customer, terminal, amount, currency, units, kind, channel,
        account, card, payee, merchant, category, device, ip, country
        """

    /// The payment in columns from `first` on.
    func payment(_ first: Int32) -> KnownPayment {
        var decided: KnownPayment.Decided?
        if let bytes = blob(first + 3), let item = ItemID(bytes: bytes),
            let band = DeskCodes.word(optionalInteger(first + 4), DeskCodes.bands)
        {
            decided = .init(item: item, band: band, probability: real(first + 5))
        }
        return KnownPayment(source: source(first), transaction: transaction(first + 6), decided: decided)
    }

    private func transaction(_ first: Int32) -> Transaction? {
        guard let id = optionalText(first) else { return nil }
        var original: Money?
        if let code = optionalText(first + 5), let currency = Currency(code) {
            original = Money(units: integer(first + 6), currency: currency)
        }
        let entities: [EntityKind] = [.account, .card, .payee, .merchant, .merchantCategory, .device, .ip, .country]
        var names: [EntityKind: String] = [:]
        for (column, kind) in zip((first + 9)..., entities) { names[kind] = optionalText(column) }
        return Transaction(
            id: id, time: EventTime(seconds: integer(first + 1)), customer: text(first + 2), terminal: text(first + 3),
            amount: MinorUnits(integer(first + 4)), original: original,
            kind: DeskCodes.word(optionalInteger(first + 7), DeskCodes.kinds),
            channel: DeskCodes.word(optionalInteger(first + 8), DeskCodes.channels), entities: Entities(names))
    }
}
