package import Records

/// Our own form of a member's records, as `Mapping.canonical` reads it: what simulators and replays emit.
package enum CanonicalJSON {
    /// The amount is the one that the record gave, where it named a currency.
    package static func encode(_ transaction: Transaction) -> [UInt8] {
        var out = JSONObjectWriter(capacity: 384)
        out.put("id", transaction.id)
        out.put("time", transaction.time.rfc3339)
        out.put("customer", transaction.customer)
        out.put("terminal", transaction.terminal)
        out.put("amount", transaction.original?.decimal ?? transaction.amount.decimal)
        out.put("currency", transaction.original?.currency.code)
        out.put("kind", transaction.kind?.rawValue)
        out.put("channel", transaction.channel?.rawValue)
        for entity in EntityKind.allCases { out.put(named: entity.rawValue, transaction.entities[entity]) }
        return out.end()
    }

    package static func encode(_ verdict: Verdict) -> [UInt8] {
        var out = JSONObjectWriter(capacity: 96)
        out.put("type", "label")
        out.put("transaction", verdict.transaction)
        out.put("fraud", verdict.fraud)
        return out.end()
    }
    package static func encode(watermark time: EventTime) -> [UInt8] {
        var out = JSONObjectWriter(capacity: 64)
        out.put("type", Mapping.watermarkType)
        out.put("time", time.rfc3339)
        return out.end()
    }
}
