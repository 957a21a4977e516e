import Foundation
package import Records

/// Our own form of a member's records, as `Mapping.canonical` reads it: what simulators and replays emit.
package enum CanonicalJSON {
    private struct TransactionRecord: Encodable {
        var id: String
        var time: String
        var customer: String
        var terminal: String
        var amount: String
        var currency: String?
        var kind: String?
        var channel: String?
        var account: String?
        var card: String?
        var payee: String?
        var merchant: String?
        var merchant_category: String?
        var device: String?
        var ip: String?
        var country: String?
    }

    private struct LabelRecord: Encodable {
        var type = "label"
        var transaction: String
        var fraud: Bool
    }

    /// The amount is the one that the record gave, where it named a currency.
    package static func encode(_ transaction: Transaction) -> [UInt8] {
        let entities = transaction.entities
        return json(
            TransactionRecord(
                id: transaction.id, time: transaction.time.rfc3339, customer: transaction.customer,
                terminal: transaction.terminal, amount: transaction.original?.decimal ?? transaction.amount.decimal,
                currency: transaction.original?.currency.code, kind: transaction.kind?.rawValue,
                channel: transaction.channel?.rawValue, account: entities[.account], card: entities[.card],
                payee: entities[.payee], merchant: entities[.merchant],
                merchant_category: entities[.merchantCategory], device: entities[.device], ip: entities[.ip],
                country: entities[.country]))
    }

    package static func encode(_ verdict: Verdict) -> [UInt8] {
        json(LabelRecord(transaction: verdict.transaction, fraud: verdict.fraud))
    }

    private static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // Strings and booleans always encode.
        return Array((try? encoder.encode(value)) ?? Data())
    }
}
