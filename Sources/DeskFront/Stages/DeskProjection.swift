package import DeskStore
package import EventLogs
package import Stages
package import Telemetry

/// The stage that keeps an index up to date:
///
///     read the member's topics → take in → commit with the positions → tell who waits
package final class DeskProjection: Stage {
    /// Records of a turn.
    static let batch = 2048
    private let index: DeskIndex
    private let intake: DeskIntake
    private let reader: any LogReader
    private let clock: any StageClock
    private let metrics: Metrics
    private let told: @Sendable ([SettledAct]) -> Void
    private var positions: [TopicPartition: Int64]

    /// Begins where the index is; where it has nothing of a partition, with the oldest record that is kept.
    ///
    /// - Parameter told: called behind each commit with what became of acts.
    /// - Throws: where the log does not have what comes next: `offsetOutOfRange`.
    package init(
        index: DeskIndex, intake: DeskIntake, log: any EventLog, clock: any StageClock, metrics: Metrics,
        told: @escaping @Sendable ([SettledAct]) -> Void
    ) throws {
        self.index = index
        self.intake = intake
        self.clock = clock
        self.metrics = metrics
        self.told = told
        var positions: [TopicPartition: Int64] = [:]
        let optional = try intake.optionalTopics.filter { topic in
            do { return try log.partitions(of: topic) > 0 } catch LogError.unknownTopic { return false }
        }
        for topic in intake.topics + optional {
            for partition in (0..<(try log.partitions(of: topic))).map({ TopicPartition(topic, $0) }) {
                positions[partition] = try index.position(partition) ?? log.earliest(of: partition)
            }
        }
        self.positions = positions
        // Where each partition begins is kept before anything of it is.
        _ = try index.apply(DeskBatch(inputs: [], positions: positions.map { Position($0.key, $0.value) }))
        reader = try log.reader(at: positions.map { Position($0.key, $0.value) })
    }

    package func turn(until moment: Moment) throws -> Turn {
        try take(try reader.next(limit: Self.batch, timeout: clock.left(until: moment)))
    }

    /// Takes in what is in the log now.
    package func catchUp() throws {
        while try take(try reader.available(limit: Self.batch)) == .worked {}
    }

    private func take(_ records: [LogRecord]) throws -> Turn {
        guard !records.isEmpty else { return .idle }
        var batch = DeskBatch(inputs: [], positions: [])
        var ends: [TopicPartition: Int64] = [:]
        for record in records {
            let (inputs, isUnreadable) = intake.inputs(record)
            batch.inputs += inputs
            if isUnreadable { metrics.add(1, to: .deskRecordsUnreadable) }
            ends[record.position.partition] = record.position.offset + 1
        }
        batch.positions = ends.map { Position($0.key, $0.value) }
        let settled = try index.apply(batch)
        positions.merge(ends) { $1 }
        told(settled)
        return .worked
    }
}
