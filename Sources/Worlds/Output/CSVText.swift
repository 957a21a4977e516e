import Records

/// A world's transactions as CSV (RFC 4180) with a header line; `pipelines/mappings/simulated.yaml` names the columns.
enum CSVText {
    static let columns =
        ["id", "member", "time", "customer", "terminal", "amount", "currency", "kind", "channel"]
        + entities.map(\.rawValue)
    private static let entities = EntityKind.allCases

    static func write(_ transactions: [LabelledTransaction]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(transactions.count * 220)
        out += columns.joined(separator: ",").utf8
        out.append(10)
        for labelled in transactions {
            let transaction = labelled.transaction
            append(transaction.id, to: &out)
            append(labelled.member.name, to: &out)
            append(transaction.time.rfc3339, to: &out)
            append(transaction.customer, to: &out)
            append(transaction.terminal, to: &out)
            append(transaction.original?.decimal ?? transaction.amount.decimal, to: &out)
            append(transaction.original?.currency.code ?? "", to: &out)
            append(transaction.kind?.rawValue ?? "", to: &out)
            append(transaction.channel?.rawValue ?? "", to: &out)
            for entity in entities { append(transaction.entities[entity] ?? "", to: &out) }
            out[out.count - 1] = 10
        }
        return out
    }

    /// A field and the comma behind it. A world's names never need quotes.
    private static func append(_ text: String, to out: inout [UInt8]) {
        out.append(contentsOf: text.utf8)
        out.append(UInt8(ascii: ","))
    }
}
