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
    /// How often each bit is set in the newest rows of a form of which the parties opened it; nil where there are none.
    ///
    /// - Parameters:
    ///   - bits: of a row.
    ///   - isOfForm: of a model, whether it reads rows of the form.
    package func openedFrequencies(bits: Int, isOfForm: (Digest32) throws -> Bool) rethrows -> BitFrequencies? {
        for job in jobs.reversed() {
            let counts: FeatureCounts? =
                switch job.outcome {
                case .trained(let report): report.features
                case .validated(let opened): opened.features
                case .sealed, nil: nil
                }
            guard let counts, counts.ones.count == bits, let model = job.order.task.rowModel, try isOfForm(model) else {
                continue
            }
            return counts.frequencies
        }
        return nil
    }
}

extension SyncOrder.Task {
    /// The model by whose form the rows are read of which a task opens how often bits are set; nil where it opens nothing.
    package var rowModel: Digest32? {
        switch self {
        case .train(let task): task.formModel
        case .validate(let task): task.champion
        case .seal: nil
        }
    }
}
