import Records
import Terminal
import ThreeParty

/// One run of the scoring protocol by three processes of this program, over mutual TLS.
struct ProtocolRun {
    struct Shape: Codable, Hashable {
        var trees = 100
        var depth = 4
        var bits = 590
        /// Transactions of a batch.
        var batch = 128
    }

    var shape: Shape
    /// Steps that scores are rounded to; 0 where they are exact.
    var steps = 0
    /// Batches under way at once.
    var window = 4
    var seconds: Double
    var network = ProtocolNetwork.loopback(roundTrip: .zero)

    /// What the run gave. Throws where one score of one batch differs from the clear model's.
    func figures() throws -> ProtocolFigures {
        let cell = try BenchCell(
            bits: shape.bits, trees: shape.trees, depth: shape.depth, batch: shape.batch, seed: 1, steps: steps)
        let reports: [BenchPartyCommand.Report] = try PartyProcesses(command: "party", network: network).reports([
            "--bits", "\(shape.bits)", "--trees", "\(shape.trees)", "--depth", "\(shape.depth)", "--batch",
            "\(shape.batch)", "--steps", "\(steps)", "--window", "\(window)", "--seconds", "\(seconds)",
        ])
        guard Set(reports.map(\.batches)).count == 1, let batches = reports.first?.batches, batches > 0 else {
            throw Failure("the parties did not finish the same batches: \(reports.map(\.batches))")
        }
        try compare(reports, cell, batches)
        return ProtocolFigures(reports, transactions: batches * shape.batch)
    }

    /// Every score of every batch, at once: shares add up to as many times the clear score, or to the rounded one's bits once a
    /// batch.
    private func compare(_ reports: [BenchPartyCommand.Report], _ cell: BenchCell, _ batches: Int) throws {
        if let rounding = cell.rounding {
            for (index, score) in cell.scores.enumerated() {
                let reached = rounding.thresholds.count { score >= $0 }
                let bits: UInt64 = reached == 0 ? 0 : .max >> UInt64(64 - reached)
                let expected = (0..<batches).reduce(UInt64(0)) { sum, _ in BenchCell.folded(sum, bits) }
                guard reports.reduce(0 as UInt64, { $0 ^ $1.sums[index] }) == expected else {
                    throw Failure("a rounded score differs from the clear model's: nothing is reported")
                }
            }
            return
        }
        let mask: UInt64 = cell.shape.ringBits == 16 ? 0xFFFF : 0xFFFF_FFFF
        for (index, score) in cell.scores.enumerated() {
            let opened = reports.reduce(0 as UInt64) { $0 &+ $1.sums[index] } & mask
            guard opened == (UInt64(bitPattern: score) &* UInt64(batches)) & mask else {
                throw Failure("a score differs from the clear model's: nothing is reported")
            }
        }
    }
}
