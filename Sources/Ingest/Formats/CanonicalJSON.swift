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
    }

    private struct LabelRecord: Encodable {
        var type = "label"
        var transaction: String
        var fraud: Bool
    }

    package static func encode(_ transaction: Transaction) -> [UInt8] {
        json(
            TransactionRecord(
                id: transaction.id, time: transaction.time.rfc3339, customer: transaction.customer,
                terminal: transaction.terminal, amount: transaction.amount.decimal))
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
