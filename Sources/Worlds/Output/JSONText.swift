import Formats
import Records

/// A member's transactions as canonical records, one a line.
enum JSONText {
    static func write(_ transactions: [Transaction]) -> [UInt8] {
        var out: [UInt8] = []
        for transaction in transactions {
            out += CanonicalJSON.encode(transaction)
            out.append(10)
        }
        return out
    }
}
