import Foundation
import LocalConsortium

/// What `--json` writes.
struct PipelineFigures: Codable {
    typealias Latency = BenchLogCommand.Figures.Latency

    struct Machine: Codable {
        var cpu: String
        var cores: Int
    }

    struct Alone: Codable {
        var tx_per_s: Double
    }

    struct Role: Codable {
        /// Of the agent whose transaction it is; of each party, as all three work on it; of the clear worker.
        var cpu_us_per_tx: Double
        /// What the processes' clocks go up by at once: no less than this can be seen of a short run.
        var cpu_step_us_per_tx: Double
        /// The same of a thread's clock, by which stages are measured.
        var stage_step_us_per_tx: Double
        /// The processor's time by stage; together they are the whole.
        var stages: [String: Double]
        /// Calls of the allocator; counted in a run of its own.
        var allocations_per_tx: Double?
        /// Of the largest process of the role, over its whole run.
        var peak_mb: Double
    }

    struct Point: Codable {
        var rate: Int
        var p50: Double
        var p99: Double
        var p999: Double
        var max: Double
        var generator_late_ms_p99: Double
    }

    struct Pipeline: Codable {
        var tx_per_s: Double
        /// Seconds that this was measured for.
        var closed_loop_s: Double
        /// At `latency_rate` transactions a second, from when each was due until its decision was visible.
        var latency_ms: Latency
        var latency_rate: Int
        /// Of the secure pipeline alone.
        var latency_curve: [Point]?
        var generator_late_ms_p99: Double
        var single_ms: Double
        var agent: Role
        var party: Role?
        var worker: Role?
    }

    var machine: Machine
    /// Transactions of the closed loop on their way at once.
    var window: Int
    /// What the log survives: the end of a `process`, or a `power` cut.
    var log_durability: String
    var pipeline: Pipeline
    /// Absent where the secure pipeline alone was measured, as are the ratios.
    var `protocol`: Alone?
    var clear: Pipeline?
    var secure_to_clear: Double?
    var protocol_to_clear: Double?
    var single_ms: Double
    var rounds: Double
    var transactions_per_batch: Double
    var sent_bytes_per_tx_party: Double
    /// Of a record on `consortium.sealed`, key and headers included.
    var record_bytes: Double
    var clear_record_bytes: Double?
    /// Whether each decision of both pipelines had the clear model's score on offline features; nothing is reported otherwise.
    var equal_to_clear: Bool
    /// Decisions held against it, of both pipelines.
    var compared: Int

    init(secure: PipelineBench.Outcome, window: Int, durability: String) {
        machine = .this
        self.window = window
        log_durability = durability
        pipeline = secure.figures
        single_ms = secure.figures.single_ms
        rounds = secure.costs.rounds ?? 0
        transactions_per_batch = secure.costs.transactionsPerBatch ?? 0
        sent_bytes_per_tx_party = secure.costs.sentBytesPerTransactionAndParty ?? 0
        record_bytes = secure.recordBytes
        equal_to_clear = true
        compared = secure.compared
    }

    mutating func add(clear: PipelineBench.Outcome, _ alone: Alone) {
        self.clear = clear.figures
        self.protocol = alone
        secure_to_clear = pipeline.tx_per_s / clear.figures.tx_per_s
        protocol_to_clear = alone.tx_per_s / clear.figures.tx_per_s
        clear_record_bytes = clear.recordBytes
        compared += clear.compared
    }

    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }
}

extension PipelineFigures.Machine {
    static var this: Self {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        return Self(cpu: name ?? "unknown", cores: ProcessInfo.processInfo.activeProcessorCount)
    }
}
