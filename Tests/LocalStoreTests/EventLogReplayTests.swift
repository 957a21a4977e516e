import EventLogs
import LocalStore
import Records
import Support
import Testing

/// The embedded log beside plain arrays of the same records.
@Suite("The embedded log beside one in memory")
struct EventLogReplayTests {
    private let folder = try! TemporaryFolder()
    private let clock = ManualClock()

    /// A partition that is plain to see.
    private struct SlowPartition {
        var isCompacted: Bool
        var records: [LogRecord] = []
        var next: Int64 = 0

        mutating func append(_ record: NewRecord, at timestamp: Int64) {
            if isCompacted, let key = record.key { records.removeAll { $0.key == key } }
            records.append(
                LogRecord(
                    position: Position(record.partition, next), key: record.key, value: record.value,
                    headers: record.headers, timestamp: timestamp))
            next += 1
        }

        /// What is left once records of an age and of more than so many bytes went, but for the newest one.
        mutating func clean(olderThan age: Int64?, keeping limit: Int?, now: Int64) {
            func size(_ record: LogRecord) -> Int { (record.key?.count ?? 0) + (record.value?.count ?? 0) }
            var left = records.reduce(0) { $0 + size($1) }
            while records.count > 1, let oldest = records.first {
                let isOld = age.map { oldest.timestamp < now - $0 } ?? false
                let isTooMuch = limit.map { left - size(oldest) >= $0 } ?? false
                guard isOld || isTooMuch else { return }
                left -= size(oldest)
                records.removeFirst()
            }
        }
    }

    private static func record(_ partition: TopicPartition, _ random: inout SplitMix64) -> NewRecord {
        let key = random.bytes(Int.random(in: 0...1, using: &random)).map { $0 % 6 }
        let headers = (0..<Int.random(in: 0...3, using: &random)).map { number in
            Header(["", "a", "name-ä", "a"][number], random.bytes(Int.random(in: 0...5, using: &random)))
        }
        return NewRecord(
            partition, key: Int.random(in: 0..<4, using: &random) == 0 ? nil : key,
            value: Int.random(in: 0..<5, using: &random) == 0
                ? nil : random.bytes(Int.random(in: 0...9, using: &random)),
            headers: headers)
    }

    private func text(_ record: LogRecord) -> String {
        let headers = record.headers.map { "\($0.name)=\($0.value)" }
        return
            "\(record.position) \(String(describing: record.key)) \(String(describing: record.value)) \(headers) \(record.timestamp)"
    }

    @Test(
        "has the same records, ends and positions after whatever was done, from any place on, over restarts",
        arguments: 1...4 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let directory = folder.path("log-\(seed)")
        var log = try SQLiteEventLog(directory: directory, clock: clock)
        let topics = [
            TopicSettings(name: "a.plain", partitions: 2),
            TopicSettings(name: "a.keys", partitions: 2, cleanup: .compact),
            TopicSettings(name: "b.plain"),
        ]
        try log.create(topics)
        var slow: [TopicPartition: SlowPartition] = [:]
        for topic in topics {
            for number in 0..<topic.partitions {
                slow[TopicPartition(topic.name, number)] = SlowPartition(isCompacted: topic.cleanup == .compact)
            }
        }
        let partitions = slow.keys.sorted()
        var commits: [String: Int64] = [:]
        for step in 0..<60 {
            clock.advance(.microseconds(Int.random(in: 0...50_000, using: &random)))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: log = try SQLiteEventLog(directory: directory, clock: clock)
            case 1:
                let position = Position(
                    partitions.randomElement(using: &random)!, Int64.random(in: 0...9, using: &random))
                let group = ["g", "h"].randomElement(using: &random)!
                try log.commit([position], group: group)
                commits["\(group) \(position.partition)"] = position.offset
            default:
                let batch = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    Self.record(partitions.randomElement(using: &random)!, &random)
                }
                let positions = try log.append(batch)
                #expect(
                    positions
                        == batch.map { record in
                            slow[record.partition]!.append(record, at: clock.microseconds)
                            return Position(record.partition, slow[record.partition]!.next - 1)
                        })
            }
            let partition = partitions.randomElement(using: &random)!
            let plain = slow[partition]!
            #expect(
                try log.end(of: partition) == plain.next
                    && log.earliest(of: partition) == plain.records.first?.position.offset ?? plain.next)
            for group in ["g", "h"] {
                #expect(try log.committed(partition, group: group) == commits["\(group) \(partition)"])
            }
            let from = Int64.random(in: 0...plain.next, using: &random)
            let expected = plain.records.filter { $0.position.offset >= from }.map(text)
            let limit = Int.random(in: 1...5, using: &random)
            let reader = try log.reader(at: [Position(partition, from)])
            var found: [String] = []
            while true {
                let records = try reader.available(limit: limit)
                #expect(records.count <= limit)
                found += records.map(text)
                // Of a compacted partition a part may be shorter than asked for, and is empty at the end alone.
                if records.isEmpty { break }
            }
            #expect(found == expected, "step \(step)")
            #expect(
                throws: LogError.offsetOutOfRange(
                    Position(partition, plain.next + 1), earliest: plain.records.first?.position.offset ?? plain.next)
            ) {
                try log.reader(at: [Position(partition, plain.next + 1)])
            }
        }
    }

    @Test(
        "keeps what retention keeps, by age to the microsecond and by size to the byte, and always the newest",
        arguments: 1...3 as ClosedRange<UInt64>)
    func retention(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let log = try SQLiteEventLog(directory: folder.path("kept-\(seed)"), clock: clock)
        let settings: [(age: Duration?, bytes: Int?)] = [
            (.seconds(60), nil), (nil, 40), (.seconds(45), 25), (.zero, nil), (nil, 0),
        ]
        var slow: [(partition: TopicPartition, plain: SlowPartition)] = []
        for (number, setting) in settings.enumerated() {
            try log.create([TopicSettings(name: "a.t\(number)", retention: setting.age, retentionBytes: setting.bytes)])
            slow.append((TopicPartition("a.t\(number)"), SlowPartition(isCompacted: false)))
        }
        for step in 0..<40 {
            // Appenders clean at most once in ten seconds; here each step may.
            clock.advance(.seconds([11, 15, 45, 60].randomElement(using: &random)!))
            var batch: [NewRecord] = []
            for place in slow.indices {
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let record = Self.record(slow[place].partition, &random)
                    batch.append(record)
                    slow[place].plain.append(record, at: clock.microseconds)
                }
            }
            try log.append(batch)
            for (place, setting) in settings.enumerated() {
                slow[place].plain.clean(
                    olderThan: setting.age.map { Int64($0 / .microseconds(1)) }, keeping: setting.bytes,
                    now: clock.microseconds)
                let (partition, plain) = slow[place]
                let earliest = try log.earliest(of: partition)
                #expect(earliest == plain.records.first?.position.offset, "step \(step) of \(partition)")
                let found = try log.reader(at: [Position(partition, earliest)]).available(limit: 1000)
                #expect(found.map(text) == plain.records.map(text))
            }
        }
    }
}
