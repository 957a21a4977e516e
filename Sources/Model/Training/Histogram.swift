/// Sums of residuals and counts of rows for every node of a level and every bin of one feature.
///
/// Residuals are integers in units of 2^-fractionBits, so sums are exact in any order.
struct Histogram {
    /// Bins of the feature.
    private(set) var bins = 0
    /// Sum and count, alternating; row-major, node first.
    private var cells: [Int64] = []

    /// - Parameters:
    ///   - column: one bin a row, each below `bins`.
    ///   - nodes: one node of the level a row, each below `nodeCount`.
    ///   - residuals: one a row.
    mutating func fill(column: [UInt8], bins: Int, nodes: [UInt8], nodeCount: Int, residuals: [Int32]) {
        self.bins = bins
        let size = 2 * bins * nodeCount
        if cells.count == size {
            for index in cells.indices { cells[index] = 0 }
        } else {
            cells = [Int64](repeating: 0, count: size)
        }
        let column = column.span
        let nodes = nodes.span
        let residuals = residuals.span
        var cells = cells.mutableSpan
        for row in column.indices {
            let cell = 2 &* (Int(nodes[row]) &* bins &+ Int(column[row]))
            cells[cell] &+= Int64(residuals[row])
            cells[cell &+ 1] &+= 1
        }
    }

    /// The sum of the residuals of a node's rows in one bin, in units of 2^-fractionBits.
    func sum(node: Int, bin: Int) -> Int64 { cells[2 * (node * bins + bin)] }
    /// How many of a node's rows are in one bin.
    func count(node: Int, bin: Int) -> Int64 { cells[2 * (node * bins + bin) + 1] }
}
