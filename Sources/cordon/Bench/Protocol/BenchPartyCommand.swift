import ArgumentParser
import Configuration
import Foundation
import Keys
import Logging
import Records
import SecureScoring
import TLSTransport
import ThreeParty

/// A party of `cordon bench protocol`: runs batches until the leader has had enough, and reports as a line of JSON.
struct BenchPartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "party", abstract: "A party of `cordon bench protocol`.", shouldDisplay: false)

    @Option var party: String
    @Option var roster: String
    @Option var keys: String
    @Option var bits: Int
    @Option var trees: Int
    @Option var depth: Int
    @Option var batch: Int
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
        let folder = DevelopmentKeys(directory: keys)
        guard let party = PartyID.allCases.first(where: { $0.name == self.party }) else {
            throw Failure("no such party")
        }
        let roster = try Roster(file: self.roster)
        var logger = Logger(label: "cordon.bench")
        logger.logLevel = .error
        let own = folder.folder(party)
        let transport = try TLSTransport(
            TLSIdentity(
                party: party, certificate: own + "/tls.pem", key: own + "/tls.key", authority: folder.authorityFile,
                pins: roster.parties.mapValues(\.certificate)),
            endpoints: roster.parties.mapValues { Endpoint(host: $0.host, port: $0.port) }, logger: logger)
        defer { transport.close() }
        let cell = try BenchCell(bits: bits, trees: trees, depth: depth, batch: batch, seed: 1)
        let backend = CellBackend(
            transport: transport, keys: try pairKeys(party, roster, FileKeystore(directory: own)), stream: 0,
            firstBatch: party == CellBackend.leader ? UInt64(SystemClock().microseconds) : 0, patience: .seconds(30))
        let report = try BenchBatches(
            cell: cell, model: cell.model(for: party), inputs: cell.shares(for: party), backend: backend,
            transport: transport
        ).run(for: .seconds(seconds))
        say(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }
}

/// The loop of one party.
struct BenchBatches {
    let cell: BenchCell
    let model: PreparedModel
    let inputs: [BatchInput]
    let backend: CellBackend
    let transport: any Transport

    func run(for duration: Duration) throws -> BenchPartyCommand.Report {
        let deadline = ContinuousClock.now + .seconds(60)
        while transport.connected.count < 2 {
            guard ContinuousClock.now < deadline else { throw Failure("the parties did not find each other") }
            Thread.sleep(forTimeInterval: 0.01)
        }
        var sums = [UInt64](repeating: 0, count: inputs.count)
        var milliseconds: [Double] = []
        var batches = 0
        let start = ContinuousClock.now
        while backend.leads ? ContinuousClock.now < start + duration : isLeaderThere {
            let begin = ContinuousClock.now
            guard let plan = try next(Int64(batches)) else { continue }
            let result = try backend.run(plan, model: model, inputs: inputs)
            if backend.leads { try backend.awaitCompletion(result) } else { backend.complete(result) }
            batches += 1
            milliseconds.append((ContinuousClock.now - begin) / .milliseconds(1))
            add(result.scoreShares, to: &sums)
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func time(_ value: timeval) -> Double { Double(value.tv_sec) + Double(value.tv_usec) / 1_000_000 }
        return BenchPartyCommand.Report(
            batches: batches, seconds: seconds, sentBytes: transport.sent.bytes,
            processorSeconds: time(usage.ru_utime) + time(usage.ru_stime),
            peakMegabytes: residentMegabytes(peak: true), rounds: backend.rounds,
            milliseconds: backend.leads ? milliseconds.sorted() : [], sums: sums)
    }

    private var isLeaderThere: Bool { transport.connected.contains(CellBackend.leader) }

    /// The next plan: the leader's own, or what it proposed; nil where nothing came.
    private func next(_ number: Int64) throws -> Digest32? {
        guard backend.leads else { return try backend.nextProposal(timeout: .milliseconds(100))?.digest }
        let count = Int64(inputs.count)
        let plan = BatchPlan(
            partition: 0, range: number * count..<(number + 1) * count, repeats: [], records: [],
            model: Digest32(of: [Array("bench".utf8)]))
        try backend.propose(plan)
        return plan.digest
    }

    private func add(_ shares: [UInt8], to sums: inout [UInt64]) {
        let width = cell.shape.ringBytes
        for index in sums.indices {
            for byte in 0..<width { sums[index] &+= UInt64(shares[index * width + byte]) << UInt64(8 * byte) }
        }
    }
}
