package import Records

/// Of how many rows of a window each thermometer bit is set, over all members: what parties open of features.
package struct FeatureCounts: Sendable, Hashable {
    /// The window's rows that have a label.
    package let rows: Int
    /// By bit.
    package let ones: [UInt32]

    /// - Throws: `counts` unless there are 1 to 16,384 bits, none of them set in more than all rows, of which there are at most
    ///   16,777,215.
    package init(rows: Int, ones: [UInt32]) throws(SyncMistake) {
        guard (1...SyncBounds.mostRows).contains(rows), (1...16_384).contains(ones.count),
            ones.allSatisfy({ $0 <= rows })
        else { throw .counts }
        self.rows = rows
        self.ones = ones
    }

    init(_ wire: WireFeatureCounts) throws(SyncMistake) { try self.init(rows: Int(wire.rows), ones: wire.ones) }

    var wire: WireFeatureCounts {
        var wire = WireFeatureCounts()
        wire.rows = UInt32(rows)
        wire.ones = ones
        return wire
    }

    /// How often each bit is set, to the nearest millionth.
    package var frequencies: BitFrequencies? { BitFrequencies(ones: ones.map { Int($0) }, rows: rows) }
}

extension SyncHistory {
    /// How often each bit is set in the newest rows of so many bits of which the parties opened it; nil where there are none.
    package func openedFrequencies(bits: Int) -> BitFrequencies? {
        jobs.lazy.reversed().compactMap { job -> FeatureCounts? in
            switch job.outcome {
            case .trained(let report): report.features
            case .validated(let opened): opened.features
            case .sealed, nil: nil
            }
        }.first { $0.ones.count == bits }?.frequencies
    }
}
