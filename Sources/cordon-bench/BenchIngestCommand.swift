import ArgumentParser
import EventLogs
import Formats
import Foundation
import Ingest
import Keys
import LocalStore
import Model
import PipelineFiles
import Records
import Secrets
import Stages
import Telemetry
import Terminal

/// `cordon-bench ingest`: how many records a second one agent takes from its topic to sealed records.
struct BenchIngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Measure an agent: records to sealed records, windows of three entities included.",
        discussion: """
            Parses, checks, drops repeats, keeps windows of customer, terminal and payee, quantises, shares and seals, from \
            the embedded log to the embedded log, in this process. Each format has a log and a state of its own, in a \
            folder that goes afterwards.
            """)

    @Option(help: "Records of each format.")
    var records = 100_000

    @Option(help: "Customers, and as many terminals and payees as a tenth of them.")
    var customers = 20_000

    func run() throws {
        let formats: [(String, String, (Int, Int) -> String)] = [
            ("JSON", "canonical", BenchSamples.json(_:customers:)),
            ("pacs.008", "iso20022", BenchSamples.creditTransfer(_:customers:)),
        ]
        for (name, mapping, make) in formats {
            let folder = benchFolder(mapping)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let seconds = try measure(folder, mapping, make)
            print("\(name): \(Int(Double(records) / seconds)) records/s from \(records), 29 features")
        }
    }

    private func measure(_ folder: String, _ mappingName: String, _ make: (Int, Int) -> String) throws -> Double {
        guard let member = MemberID("bank-a") else { throw Failure("no member") }
        let log = try SQLiteEventLog(directory: folder + "/log", clock: SystemClock())
        let source = TopicPartition(Topics.transactions(member))
        try log.create([source.topic, Topics.sealed, Topics.rejected(member)].map { TopicSettings(name: $0) })
        for start in stride(from: 0, to: records, by: 1000) {
            try log.append(
                (start..<min(start + 1000, records)).map { NewRecord(source, value: Array(make($0, customers).utf8)) })
        }
        var mapping = try readMapping(file: "pipelines/mappings/\(mappingName).yaml")
        mapping.rates = try readRates(file: "pipelines/rates.yaml")
        let spec = try readFeatureSpec(file: "pipelines/features/payments.yaml")
        let edges = (0..<20).map { Double($0 * $0) }
        let state = try AgentState(
            spec: spec, hasher: EntityHasher(k0: 1, k1: 2), transactions: source,
            store: SQLiteStateStore(path: folder + "/state.sqlite", takingOver: true))
        let pipeline = try IngestPipeline(
            member: member, log: log, state: state, mapping: mapping, rules: ValidationRules(),
            sealer: TransactionSealer(
                member: member, epoch: 1, sessions: try BenchSamples.sessions(member),
                spec: BinnedSpec(spec: spec, edges: spec.features.map { _ in edges }),
                idKey: SecretKey(bytes: randomBytes(32)), random: randomBytes),
            recipient: { HPKEPrivateKey().publicKey }, clock: SystemClock(), metrics: Metrics())
        let start = ContinuousClock.now
        while state.ingested != Int64(records) {
            _ = try pipeline.turn(until: SystemClock().now + StageThread.patience)
        }
        try pipeline.finish()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let sealed = try log.end(of: TopicPartition(Topics.sealed))
        guard sealed == Int64(records) else { throw Failure("only \(sealed) of \(records) records were sealed") }
        return seconds
    }
}

/// A new folder that a bench may fill.
func benchFolder(_ name: String) -> String {
    FileManager.default.temporaryDirectory.path + "/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)-\(name)"
}
