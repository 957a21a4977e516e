package import Records

/// Binned transactions with their outcomes, a column a feature: what the trainer in the clear reads.
package struct TrainingSet: Sendable {
    /// The features and edges that the bins are of.
    package let spec: BinnedSpec
    /// One list a feature of the spec, one bin a row, each in `0 ... edges[feature].count`.
    package private(set) var columns: [[UInt8]]
    /// One outcome a row.
    package private(set) var fraud: [Bool]

    /// Why rows don't fit the spec; rows are numbered from 0.
    package enum Invalid: Error, Sendable, Hashable {
        /// A row has another number of features than the spec.
        case featureCount(row: Int)
        /// A bin lies past the feature's last edge.
        case bin(row: Int, feature: Int)
        /// Rows and outcomes differ in number.
        case outcomeCount
    }

    /// An empty set.
    package init(spec: BinnedSpec) {
        self.spec = spec
        columns = Array(repeating: [], count: spec.edges.count)
        fraud = []
    }

    /// - Parameter rows: the bins of one transaction each, as `BinnedSpec.bins` gives them.
    package init(spec: BinnedSpec, rows: some Collection<[UInt8]>, fraud: [Bool]) throws(Invalid) {
        self.init(spec: spec)
        guard rows.count == fraud.count else { throw .outcomeCount }
        reserve(rows.count)
        for (bins, outcome) in zip(rows, fraud) { try append(bins, fraud: outcome) }
    }

    /// Rows.
    package var count: Int { fraud.count }

    /// In which part of the rows each thermometer bit is set; nil without rows.
    package var frequencies: BitFrequencies? {
        var ones: [Int] = []
        for (column, edges) in zip(columns, spec.edges) {
            var rows = [Int](repeating: 0, count: edges.count + 1)
            for bin in column { rows[Int(bin)] += 1 }
            // A bit is set in its edge's bin and all above.
            var above = count
            for edge in edges.indices {
                above -= rows[edge]
                ones.append(above)
            }
        }
        return BitFrequencies(ones: ones, rows: count)
    }

    /// Makes room for so many rows in all.
    package mutating func reserve(_ rows: Int) {
        for feature in columns.indices { columns[feature].reserveCapacity(rows) }
        fraud.reserveCapacity(rows)
    }

    /// Adds a row, or nothing where the row does not fit the spec.
    package mutating func append(_ bins: [UInt8], fraud outcome: Bool) throws(Invalid) {
        guard bins.count == columns.count else { throw .featureCount(row: count) }
        for feature in bins.indices where Int(bins[feature]) > spec.edges[feature].count {
            throw .bin(row: count, feature: feature)
        }
        for feature in bins.indices { columns[feature].append(bins[feature]) }
        fraud.append(outcome)
    }
}

extension TrainingSet.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .featureCount(let row): "row \(row) has another number of features than the spec"
        case .bin(let row, let feature): "row \(row) has a bin past the last edge of feature \(feature)"
        case .outcomeCount: "there is not one outcome a row"
        }
    }
}
