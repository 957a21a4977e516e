import Formats
import Records

extension Message {
    /// The record as the member's system writes it.
    var record: [UInt8] {
        switch self {
        case .payment: transaction.map(CanonicalJSON.encode) ?? []
        case .label(let id, let fraud): CanonicalJSON.encode(Verdict(transaction: "p\(id)", fraud: fraud))
        case .watermark(let minutes): CanonicalJSON.encode(watermark: Self.time(minutes))
        case .malformed: Array("{".utf8)
        }
    }

    var transaction: Transaction? {
        guard case .payment(let id, let minutes, let customer, let terminal, let device, let amount) = self else {
            return nil
        }
        return Transaction(
            id: "p\(id)", time: Self.time(minutes), customer: "c\(customer)", terminal: "t\(terminal)",
            amount: MinorUnits(Int64(amount) * 100), entities: device.map { [.device: "d\($0)"] } ?? [:])
    }

    static func time(_ minutes: Int) -> EventTime { EventTime(seconds: Terms.begin.seconds + Int64(minutes) * 60) }
}
