import EventLogs
import Stages

/// A reader of a simulated log.
final class SimulatedReader: LogReader {
    private let log: SimulatedLog
    private var positions: [Position]

    init(_ positions: [Position], log: SimulatedLog) throws(LogError) {
        self.log = log
        self.positions = positions
        for position in positions { try check(position) }
    }

    private func check(_ position: Position) throws(LogError) {
        guard (0...(try log.end(of: position.partition))).contains(position.offset) else {
            throw .offsetOutOfRange(position, earliest: 0)
        }
    }

    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        let records = try read(limit: limit) { partition throws(LogError) in try log.visible(partition) }
        // Nobody appends while this process waits: it would wait for nothing.
        if records.isEmpty, limit > 0 { log.clock.wait(for: timeout) }
        return records
    }

    func available(limit: Int) throws(LogError) -> [LogRecord] {
        try read(limit: limit) { partition throws(LogError) in try log.end(of: partition) }
    }

    /// - Parameter end: of what is to be seen of a partition.
    private func read(
        limit: Int, end: (TopicPartition) throws(LogError) -> Int64
    ) throws(LogError) -> [LogRecord] {
        try log.beginRead()
        var out: [LogRecord] = []
        for index in positions.indices where out.count < limit {
            let position = positions[index]
            try check(position)
            let end = try end(position.partition)
            guard position.offset < end else { continue }
            let upper = min(end, position.offset + Int64(limit - out.count))
            out += log.broker.records(of: position.partition)[Int(position.offset)..<Int(upper)]
            positions[index].offset = upper
        }
        return out
    }

    func seek(to position: Position) throws(LogError) {
        guard let index = positions.firstIndex(where: { $0.partition == position.partition }) else {
            throw .unknownPartition(position.partition)
        }
        positions[index] = position
    }
}
