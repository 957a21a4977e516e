package import Records

/// Our own form of a member's records, as `Mapping.canonical` reads it: what simulators and replays emit.
package enum CanonicalJSON {
    /// One JSON object of a transaction, without a line end. Fields that it does not name are left out.
    ///
    /// The amount is a decimal string: the one that the record gave, where it named a currency, else the consortium's
    /// with two decimals. The transaction's time is RFC 3339 in UTC.
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

    /// One JSON object of a label: `type`, the earlier transaction's id, and whether it was a fraud.
    package static func encode(_ verdict: Verdict) -> [UInt8] {
        var out = JSONObjectWriter(capacity: 96)
        out.put("type", "label")
        out.put("transaction", verdict.transaction)
        out.put("fraud", verdict.fraud)
        return out.end()
    }
    /// One JSON object that says how far event time has come, in RFC 3339.
    package static func encode(watermark time: EventTime) -> [UInt8] {
        var out = JSONObjectWriter(capacity: 64)
        out.put("type", Mapping.watermarkType)
        out.put("time", time.rfc3339)
        return out.end()
    }
}
