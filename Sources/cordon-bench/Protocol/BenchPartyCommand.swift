import ArgumentParser
import Foundation
import Records
import SecureScoring
import Stages
import TLSTransport
import Terminal
import ThreeParty

/// A party of `cordon-bench protocol`: runs batches until the leader has had enough, and reports as a line of JSON.
struct BenchPartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "party", abstract: "A party of `cordon-bench protocol`.", shouldDisplay: false)

    @Option var party: String
    @Option var roster: String
    @Option var keys: String
    @Option var bits: Int
    @Option var trees: Int
    @Option var depth: Int
    @Option var batch: Int
    @Option var steps: Int
    @Option var window: Int
    @Option var seconds: Double

    struct Report: Codable {
        var batches: Int
        var seconds: Double
        var sentBytes: Int
        /// Seconds of processor time, and the most memory, over the whole run.
        var processorSeconds: Double
        var peakMegabytes: Int
        var rounds: Int
        /// Of the leader: each batch from its proposal to its completion, in milliseconds, ascending.
        var milliseconds: [Double]
        /// This party's shares of each transaction's score, added up over all batches.
        var sums: [UInt64]
    }

    func run() throws {
        keepFreedMemory()
        let process = try PartyProcess(party: party, roster: roster, keys: keys)
        let transport = try process.transport()
        defer { transport.close() }
        let cell = try BenchCell(bits: bits, trees: trees, depth: depth, batch: batch, seed: 1, steps: steps)
        let exchange = CellExchange(
            transport: transport, keys: PairKeyring(try process.pairKeys()), stream: .scoring(0),
            firstBatch: process.party == CellBackend.leader ? UInt64(SystemClock().microseconds) : 0,
            patience: .seconds(30),
            clock: SystemClock())
        let report = try BenchBatches(
            cell: cell, model: cell.model(for: process.party), inputs: cell.shares(for: process.party),
            exchange: exchange,
            transport: transport, window: window
        ).run(for: .seconds(seconds))
        say(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }
}

/// The loop of one party.
struct BenchBatches {
    let cell: BenchCell
    let model: PreparedModel
    let inputs: BatchInputs
    let exchange: CellExchange
    let transport: any Transport
    /// Batches under way at once.
    let window: Int

    func run(for duration: Duration) throws -> BenchPartyCommand.Report {
        var sums = [UInt64](repeating: 0, count: inputs.count)
        var begun: [ContinuousClock.Instant] = []
        var milliseconds: [Double] = []
        let start = ContinuousClock.now
        while true {
            if exchange.leads {
                while ContinuousClock.now < start + duration, begun.count - milliseconds.count < window {
                    let plan = plan(Int64(begun.count))
                    begun.append(.now)
                    try exchange.propose(plan, decisions: 0)
                    try exchange.begin(plan, .score(model, inputs))
                }
                if begun.count == milliseconds.count { break }
            } else if !transport.connected.contains(CellBackend.leader) {
                break
            }
            switch try exchange.next(until: SystemClock().now + .milliseconds(100)) {
            case .proposed:
                let plan = plan(Int64(begun.count))
                begun.append(.now)
                try exchange.begin(plan, .score(model, inputs))
            case .computed(let result):
                add(result.scoreShares, to: &sums)
                guard !exchange.leads else { continue }
                exchange.complete()
                milliseconds.append((ContinuousClock.now - begun[milliseconds.count]) / .milliseconds(1))
            case .completed:
                milliseconds.append((ContinuousClock.now - begun[milliseconds.count]) / .milliseconds(1))
            case nil: continue
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return BenchPartyCommand.Report(
            batches: milliseconds.count, seconds: seconds, sentBytes: transport.sent.bytes,
            processorSeconds: PartyProcess.processorSeconds,
            peakMegabytes: residentMegabytes(peak: true), rounds: exchange.rounds,
            milliseconds: exchange.leads ? milliseconds.sorted() : [], sums: sums)
    }

    private func plan(_ number: Int64) -> BatchPlan {
        let count = Int64(inputs.count)
        return BatchPlan(
            partition: 0, range: number * count..<(number + 1) * count, repeats: [], records: [],
            model: Digest32(of: [Array("bench".utf8)]))
    }

    private func add(_ shares: [UInt8], to sums: inout [UInt64]) {
        if let rounding = cell.rounding {
            for index in sums.indices {
                let bits = (0..<rounding.bytes).reduce(UInt64(0)) {
                    $0 | UInt64(shares[index * rounding.bytes + $1]) << UInt64(8 * $1)
                }
                sums[index] = BenchCell.folded(sums[index], bits)
            }
            return
        }
        let width = cell.shape.ringBytes
        for index in sums.indices {
            for byte in 0..<width { sums[index] &+= UInt64(shares[index * width + byte]) << UInt64(8 * byte) }
        }
    }
}
