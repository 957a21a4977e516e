import EventLogs
import Foundation
import Manifests
import Model
import PipelineFiles
import Records
import SecureScoring
import Stages
import Telemetry
import Terminal
import ThreeParty

/// INSECURE: evaluates a model in the clear on plain transactions, batch by batch as the parties would, and writes plain
/// scores. The baseline of `cordon-bench pipeline`, and nothing else.
final class ClearWorker {
    static let group = "INSECURE-clear-worker"
    private let log: any EventLog
    private let partition = TopicPartition(Topics.sealed)
    private let reader: any LogReader
    private let model: ClearModel
    private let roster: Roster
    private let limits: BatchLimits
    private let metrics: Metrics
    private let clock = SystemClock()
    private var active: Digest32?

    init(log: any EventLog, model: ClearModel, roster: Roster, limits: BatchLimits, metrics: Metrics) throws {
        self.log = log
        self.model = model
        self.roster = roster
        self.limits = limits
        self.metrics = metrics
        // From the beginning, where the model is activated; agents drop what is scored again.
        reader = try log.reader(at: [Position(partition, 0)])
    }

    func run(until stop: () -> Bool) throws {
        while !stop() {
            let records = try reader.next(limit: limits.records, timeout: .milliseconds(200))
            guard let last = records.last else { continue }
            try log.append(try score(records))
            try log.commit([Position(partition, last.position.offset + 1)], group: Self.group)
            metrics.add(1, to: .batches)
            // As the leading party's batches do.
            if records.count < limits.records { clock.wait(for: limits.beat.wait(by: clock)) }
        }
    }

    private struct Scored {
        var sources: [SourcePosition] = []
        var scores: [UInt32] = []
    }

    /// One record a member.
    private func score(_ records: [LogRecord]) throws -> [NewRecord] {
        var scored: [MemberID: Scored] = [:]
        for record in records {
            let bytes = record.value ?? []
            if let plain = SealedTransaction(bytes) {
                let box = bytes[plain.boxes[0]]
                guard plain.header.featureSpec == model.binned.id, let member = plain.header.member,
                    let source = plain.header.source,
                    box.count == ClearForm.mark.count + (model.binned.bits + 7) / 8, box.starts(with: ClearForm.mark)
                else { throw Failure("\(record.position) is no transaction in the clear for model \(model.version)") }
                let score = model.score(thermometer: Array(box.dropFirst(ClearForm.mark.count)))
                scored[member, default: Scored()].sources.append(source)
                scored[member, default: Scored()].scores.append(UInt32(truncatingIfNeeded: score))
            } else if case .activation(let wire)? = WireSealedRecord(decoding: bytes)?.body {
                try activate(wire)
            } else {
                throw Failure("\(record.position) is unreadable")
            }
        }
        return try scored.sorted { $0.key < $1.key }.map { try self.record($0.key, $0.value) }
    }

    private func activate(_ wire: WireModelActivation) throws {
        let activation = try ModelActivation(
            verifying: wire, consortium: roster.consortium, partition: partition.partition,
            coordinator: roster.coordinator)
        guard activation.version == model.version else { throw Failure("the activated model is not \(model.version)") }
        active = activation.model
    }

    private func record(_ member: MemberID, _ scored: Scored) throws -> NewRecord {
        guard let active else { throw Failure("there are transactions before any model was activated") }
        var header = WireScoreHeader()
        header.schema = 1
        header.member = member.name
        header.modelDigest = Data(active.bytes)
        header.modelVersion = model.version
        header.ringBits = 32
        var shares = WireScoreShares()
        shares.header = Data(header.encoded(adding: scored.sources))
        shares.box = Data(ClearForm.mark + UInt32.pack(scored.scores))
        metrics.add(scored.sources.count, to: .transactionsScored)
        return NewRecord(TopicPartition(Topics.scores(member)), value: shares.encoded)
    }
}
