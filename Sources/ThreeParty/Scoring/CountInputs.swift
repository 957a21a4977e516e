/// The consortium's counts of a batch's transactions as they enter it at one party, taken before the batch: its shares of the
/// secret counts, and the bits of those that are public among the parties.
package struct CountInputs: Sendable {
    /// Nil where nothing is secret.
    package private(set) var queries: CountQueries?
    /// Bits of the public counts; a row of `openBytes` for each transaction, least significant bit first.
    private(set) var open: [UInt8] = []
    /// Bits of one transaction's public counts.
    package let openBits: Int

    /// Bytes of one transaction's row in `open`.
    var openBytes: Int { (openBits + 7) / 8 }
    /// Thermometer bits of a transaction's secret counts.
    package var secretBits: Int { queries?.shape.bits ?? 0 }

    /// - Parameters:
    ///   - shape: of the lookups of secret counts; nil where nothing is secret.
    ///   - openBits: bits of the public counts of one transaction.
    package init(shape: CountShape?, openBits: Int) {
        queries = shape.map { CountQueries(shape: $0) }
        self.openBits = openBits
    }

    /// - Parameters:
    ///   - shares: this party's share of each lookup's count.
    ///   - events: of which each lookup's count is a part; the same at all three parties.
    ///   - thresholds: from which count on each secret bit is set; the same at all three parties.
    package mutating func append(
        _ shares: some Collection<CountShare>, of events: some Collection<Int>, thresholds: some Collection<UInt16>
    ) {
        queries?.append(shares, of: events, thresholds: thresholds)
        open += repeatElement(0, count: openBytes)
    }

    /// Sets a bit of the last transaction's public counts, all of which are zero at first.
    ///
    /// - Parameter bit: below `openBits`.
    package mutating func setOpen(_ bit: Int) {
        precondition((0..<openBits).contains(bit), "a bit of the public counts")
        open[open.count - openBytes + (bit >> 3)] |= 1 << UInt8(bit & 7)
    }

    /// A transaction that this party can't use.
    ///
    /// - Parameter code: why, 1 to 255.
    package mutating func append(refused code: UInt8) {
        queries?.append(refused: code)
        open += repeatElement(0, count: openBytes)
    }
}
