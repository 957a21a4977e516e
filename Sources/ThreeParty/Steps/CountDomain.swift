/// The size of the table of a count lookup: 64, 128, ..., 8,192, the least that is above the events that the count is of. How many
/// these are is public among the parties. A count is at most that, so it never wraps.
package struct CountDomain: Hashable, Sendable {
    /// The binary logarithm of the size, as frames have it.
    let exponent: UInt8

    private static let exponents: ClosedRange<UInt8> = 6...13
    /// The most events that a count may be of.
    package static let mostEvents = 1 << Int(exponents.upperBound) - 1

    /// The smallest one that holds every count of so many events, 0 ... `mostEvents`.
    package init(events: Int) {
        precondition((0...Self.mostEvents).contains(events), "a window is read up to what a table holds")
        exponent = max(Self.exponents.lowerBound, UInt8(Int.bitWidth - events.leadingZeroBitCount))
    }

    /// Nil for what is no domain's exponent.
    init?(exponent: UInt8) {
        guard Self.exponents.contains(exponent) else { return nil }
        self.exponent = exponent
    }

    /// Places of the table: counts are read modulo this.
    package var size: Int { 1 << Int(exponent) }
    /// Bytes of a share of a one-hot.
    package var oneHotBytes: Int { size / 8 }
}
