import EventLogs
import Support
import Testing

@Suite("what every log does: appending") struct EventLogAppendTests {
    private let fixtures = Fixtures()

    @Test("offsets are dense from 0 and follow the order of appending", arguments: LogKind.present)
    func denseOffsets(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let partition = TopicPartition(try fixture.topic())
        var positions: [Position] = []
        for batch in 0..<5 {
            positions += try fixture.log.append((0..<batch * 3).map { NewRecord(partition, "\(batch).\($0)") })
        }
        #expect(positions == (0..<30).map { Position(partition, $0) })
        #expect(try fixture.log.end(of: partition) == 30)

        let records = try fixture.log.reader(at: [Position(partition, 0)]).read(30)
        #expect(records.map(\.position) == positions)
        #expect(records.map(\.text) == (0..<5).flatMap { batch in (0..<batch * 3).map { "\(batch).\($0)" } })
    }

    @Test("keys, values, headers and tombstones come back as they were", arguments: LogKind.present)
    func roundTrip(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let partition = TopicPartition(try fixture.topic())
        let batch = [
            NewRecord(partition, key: nil, value: nil),
            NewRecord(partition, key: [], value: []),
            NewRecord(partition, key: [1, 0, 2], value: nil, headers: [Header("kind", [7])]),
            NewRecord(
                partition, key: nil, value: [0], headers: [Header("a", []), Header("a", [0, 255]), Header("ü", [1])]),
            NewRecord(partition, key: Array(0...255), value: Array((0...255).reversed())),
        ]
        try fixture.log.append(batch)
        let records = try fixture.log.reader(at: [Position(partition, 0)]).read(batch.count)
        #expect(records.map(\.key) == batch.map(\.key))
        #expect(records.map(\.value) == batch.map(\.value))
        #expect(records.map(\.headers) == batch.map(\.headers))
    }

    @Test("an empty value and one of a megabyte pass", arguments: LogKind.present)
    func sizes(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let partition = TopicPartition(try fixture.topic())
        let large = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        try fixture.log.append([NewRecord(partition, value: large), NewRecord(partition, value: [])])
        let records = try fixture.log.reader(at: [Position(partition, 0)]).read(2)
        #expect(records.map(\.value) == [large, []])
    }

    @Test("one batch may go to several partitions and topics", arguments: LogKind.present)
    func severalPartitions(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let (first, second) = (try fixture.topic(partitions: 3), try fixture.topic())
        let partitions = (0..<3).map { TopicPartition(first, $0) } + [TopicPartition(second)]
        #expect(try fixture.log.partitions(of: first) == 3)
        #expect(try fixture.log.partitions(of: second) == 1)

        let batch = (0..<40).map { NewRecord(partitions[$0 % 4], "\($0)") }
        let positions = try fixture.log.append(batch)
        #expect(positions == (0..<40).map { Position(partitions[$0 % 4], Int64($0 / 4)) })

        let records = try fixture.log.reader(at: partitions.map { Position($0, 0) }).read(40)
        for (index, partition) in partitions.enumerated() {
            let texts = records.filter { $0.position.partition == partition }.map(\.text)
            #expect(texts == stride(from: index, to: 40, by: 4).map { "\($0)" })
        }
    }

    @Test("an empty batch changes nothing", arguments: LogKind.present)
    func emptyBatch(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let partition = TopicPartition(try fixture.topic())
        #expect(try fixture.log.append([]).isEmpty)
        #expect(try fixture.log.end(of: partition) == 0)
    }

    @Test("appends of several threads each keep their order and lose nothing", arguments: LogKind.present)
    func concurrentAppends(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let partition = TopicPartition(try fixture.topic())
        let writers = (0..<4).map { writer in
            Worker {
                for batch in 0..<10 {
                    try fixture.log.append((0..<5).map { NewRecord(partition, "\(writer) \(batch * 5 + $0)") })
                }
            }
        }
        for writer in writers { try writer.value() }
        let records = try fixture.log.reader(at: [Position(partition, 0)]).read(200)
        #expect(records.map(\.position.offset) == Array(0..<200))
        for writer in 0..<4 {
            #expect(
                records.map(\.text).filter { $0.hasPrefix("\(writer) ") } == (0..<50).map { "\(writer) \($0)" })
        }
    }

    @Test("a topic or partition that is not there is named in the error", arguments: LogKind.present)
    func unknownPlaces(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let topic = try fixture.topic(partitions: 2)
        let log = fixture.log
        for partition in [TopicPartition(topic, 2), TopicPartition(topic, -1), TopicPartition(topic, .max)] {
            #expect(throws: LogError.unknownPartition(partition)) { try log.append([NewRecord(partition, "x")]) }
            #expect(throws: LogError.unknownPartition(partition)) { try log.reader(at: [Position(partition, 0)]) }
            #expect(throws: LogError.unknownPartition(partition)) { try log.end(of: partition) }
            #expect(throws: LogError.unknownPartition(partition)) { try log.committed(partition, group: "g") }
        }
        let missing = TopicPartition(fixture.missingTopic())
        #expect(throws: LogError.unknownTopic(missing.topic)) { try log.partitions(of: missing.topic) }
        #expect(throws: LogError.unknownTopic(missing.topic)) { try log.append([NewRecord(missing, "x")]) }
        #expect(throws: LogError.unknownTopic(missing.topic)) { try log.reader(at: [Position(missing, 0)]) }
        #expect(throws: LogError.unknownTopic(missing.topic)) { try log.commit([Position(missing, 0)], group: "g") }
    }
}
