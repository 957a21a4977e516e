package import Records

/// Our own form of a member's records, as `Mapping.canonical` reads it: what simulators and replays emit.
package enum CanonicalJSON {
    /// The amount is the one that the record gave, where it named a currency.
    package static func encode(_ transaction: Transaction) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(384)
        put("id", transaction.id, &out)
        put("time", transaction.time.rfc3339, &out)
        put("customer", transaction.customer, &out)
        put("terminal", transaction.terminal, &out)
        put("amount", transaction.original?.decimal ?? transaction.amount.decimal, &out)
        put("currency", transaction.original?.currency.code, &out)
        put("kind", transaction.kind?.rawValue, &out)
        put("channel", transaction.channel?.rawValue, &out)
        for entity in EntityKind.allCases { put(entity.rawValue, transaction.entities[entity], &out) }
        out.append(UInt8(ascii: "}"))
        return out
    }

    package static func encode(_ verdict: Verdict) -> [UInt8] {
        var out: [UInt8] = []
        put("type", "label", &out)
        put("transaction", verdict.transaction, &out)
        out += ",\"fraud\":\(verdict.fraud)}".utf8
        return out
    }

    /// A member of the object, the first one with its brace. A value that isn't there is left out.
    private static func put(_ name: String, _ value: String?, _ out: inout [UInt8]) {
        guard let value else { return }
        out.append(UInt8(ascii: out.isEmpty ? "{" : ","))
        quote(name, &out)
        out.append(UInt8(ascii: ":"))
        quote(value, &out)
    }

    /// RFC 8259, section 7.
    private static func quote(_ text: String, _ out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0..<32:
                out += "\\u00".utf8
                out += [hex(byte >> 4), hex(byte & 15)]
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func hex(_ digit: UInt8) -> UInt8 { digit < 10 ? digit + 48 : digit + 87 }
}
