import Records
import ThreeParty

/// An event and what was said of it, as a store keeps it.
///
/// A row, little-endian: time (4), the label's components (2 each), mark of their generation (1), tokens' numbers (4 each).
package struct EventRow: Sendable {
    /// What the row is stored under; it is no part of the bytes.
    package let key: EventKey
    let event: LabelLedger.Event

    /// When the event was, in seconds since 1970.
    package var time: UInt32 { event.time }

    /// The row: 9 bytes, and 4 for each token. The label's components are this party's shares and stay secret.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.fixedBytes + 4 * LabelLedger.tokens)
        write(to: &out)
        return out
    }

    package func write(to out: inout [UInt8]) {
        withUnsafeBytes(of: event.time.littleEndian) { out.append(contentsOf: $0) }
        withUnsafeBytes(of: event.label.first.littleEndian) { out.append(contentsOf: $0) }
        withUnsafeBytes(of: event.label.second.littleEndian) { out.append(contentsOf: $0) }
        out.append(event.mark)
        for place in event.tokens.indices where event.tokens[place] != .max {
            withUnsafeBytes(of: event.tokens[place].littleEndian) { out.append(contentsOf: $0) }
        }
    }

    private static let fixedBytes = 9

    /// Nil for bytes that are no event's.
    static func decode(_ row: [UInt8]) -> LabelLedger.Event? {
        let rest = row.count - fixedBytes
        guard rest >= 0, rest % 4 == 0, rest / 4 <= LabelLedger.tokens else { return nil }
        let label = UInt16.unpack(Array(row[4..<8]))
        var numbers = SIMD4<UInt32>(repeating: .max)
        for (at, number) in UInt32.unpack(Array(row[fixedBytes...])).enumerated() { numbers[at] = number }
        return LabelLedger.Event(
            time: UInt32.unpack(Array(row[..<4]))[0], label: CountShare(first: label[0], second: label[1]),
            tokens: numbers, mark: row[8])
    }
}
