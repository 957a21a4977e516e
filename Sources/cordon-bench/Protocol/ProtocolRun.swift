import Foundation
import LocalConsortium
import PipelineFiles
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
        let folder = benchFolder("protocol")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let reports = try reports(folder)
        guard Set(reports.map(\.batches)).count == 1, let batches = reports.first?.batches, batches > 0 else {
            throw Failure("the parties did not finish the same batches: \(reports.map(\.batches))")
        }
        try compare(reports, cell, batches)
        return ProtocolFigures(reports, transactions: batches * shape.batch)
    }

    private func reports(_ folder: String) throws -> [BenchPartyCommand.Report] {
        let roster = try roster(folder)
        let relay = network.relay()
        defer { relay?.close() }
        let processes = try PartyID.allCases.map { party in
            let file = folder + "/roster-\(party).yaml"
            try writeFile(Array(roster.behind(relay, for: party).yaml.utf8), to: file)
            let command =
                network.command(for: party) + [
                    try ownProgram(), "party", "--party", party.name, "--roster", file, "--keys", folder + "/keys",
                    "--bits", "\(shape.bits)", "--trees", "\(shape.trees)", "--depth", "\(shape.depth)", "--batch",
                    "\(shape.batch)", "--steps", "\(steps)", "--window", "\(window)", "--seconds", "\(seconds)",
                ]
            let (process, output) = (Process(), Pipe())
            process.executableURL = URL(fileURLWithPath: command[0])
            process.arguments = Array(command.dropFirst())
            process.standardOutput = output
            try process.run()
            return (process: process, output: output)
        }
        return try processes.map { process, output in
            let said = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw Failure("a party ended early") }
            return try JSONDecoder().decode(BenchPartyCommand.Report.self, from: said)
        }
    }

    private func roster(_ folder: String) throws -> Roster {
        let ports = try freePorts(3)
        let file = folder + "/consortium.yaml"
        let parties = PartyID.allCases.map { party in
            "  - { name: \(party), host: \(network.host(of: party)), port: \(ports[party.rawValue]) }\n"
        }
        try writeFile(
            Array(("consortium: bench\nepoch: 1\nparties:\n" + parties.joined() + "members: [bank-a]\n").utf8), to: file
        )
        return try DevelopmentKeys(directory: folder + "/keys").make(ConsortiumPlan(file: file))
    }

    /// Every score of every batch, at once: shares add up to as many times the clear score, or to the rounded one's bits once a batch.
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
