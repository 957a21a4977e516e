package import EventLogs
package import Formats
package import Policy
package import Records

/// A member's past as its topics still have it.
package struct PolicyPast {
    private let member: MemberID
    private let log: any EventLog
    private let parser: RecordParser
    /// Records that are read at once.
    private static let step = 4096

    /// What a transaction was decided by.
    package typealias Decision = (probability: Double, band: Band)

    /// - Parameter mapping: of the member's records, as its agent has it.
    package init(member: MemberID, mapping: Mapping, log: any EventLog) {
        self.member = member
        self.log = log
        parser = RecordParser(mapping: mapping)
    }

    /// Reads all transactions, labels and outcomes, partition by partition.
    ///
    /// - Parameters:
    ///   - progress: told how many records of how many are read; false ends it.
    ///   - body: gets each part at its place.
    /// - Returns: whether all was read.
    package func read(
        progress: (_ done: Int, _ of: Int) -> Bool, _ body: (RecordPart, SourcePosition) throws -> Void
    ) throws -> Bool {
        let topic = Topics.transactions(member)
        let partitions = (0..<(try log.partitions(of: topic))).map { TopicPartition(topic, $0) }
        let ranges = try partitions.map { (first: try log.earliest(of: $0), end: try log.end(of: $0)) }
        let all = ranges.reduce(0) { $0 + Int($1.end - $1.first) }
        var count = 0
        for (partition, range) in zip(partitions, ranges) {
            let reader = try log.reader(at: [Position(partition, range.first)])
            while case let records = try reader.available(limit: Self.step), !records.isEmpty {
                for record in records {
                    let position = record.position
                    let place =
                        parser.needsPlaces ? RecordPlace("\(topic)/\(partition.partition)/\(position.offset)") : nil
                    for part in parser.parts(record.value ?? [], at: place) {
                        try body(
                            part,
                            SourcePosition(
                                partition: partition.partition, offset: position.offset, index: part.index))
                    }
                }
                count += records.count
                guard progress(min(count, all), all) else { return false }
            }
        }
        return true
    }

    /// What the topic of decisions says of all transactions.
    package func decisions() throws -> [SourcePosition: Decision] {
        let topic = Topics.decisions(member)
        var found: [SourcePosition: Decision] = [:]
        for partition in 0..<(try log.partitions(of: topic)) {
            let partition = TopicPartition(topic, partition)
            let reader = try log.reader(at: [Position(partition, try log.earliest(of: partition))])
            while case let records = try reader.available(limit: Self.step), !records.isEmpty {
                for record in records {
                    guard let event = record.value.flatMap({ CloudEvent(json: $0) }), event.type == CloudEvent.decision,
                        let band = Band(rawValue: event.data.decision), (0...1).contains(event.data.probability)
                    else { continue }
                    found[event.data.source.position] = (event.data.probability, band)
                }
            }
        }
        return found
    }
}
