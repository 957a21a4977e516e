import EventLogs
import Foundation
import LocalStore
import Records
import Roles
import Support
import Testing

@Suite("Places of the log for a training's window")
struct LogWindowsTests {
    private let folder: TemporaryFolder
    private let clock = ManualClock()
    private let log: SQLiteEventLog
    private let windows: LogWindows

    init() throws {
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: clock)
        try log.create([TopicSettings(name: Topics.sealed), TopicSettings(name: Topics.batches)])
        windows = LogWindows(log)
    }

    private func decide(_ range: Range<Int64>, labels: Range<Int64>, partition: UInt32 = 0) throws {
        var decision = WireBatchDecision()
        (decision.first, decision.end, decision.partition) = (range.lowerBound, range.upperBound, partition)
        (decision.labelsFirst, decision.labelsEnd) = (labels.lowerBound, labels.upperBound)
        decision.modelDigest = Data(Digest32.zero.bytes)
        try log.append([NewRecord(TopicPartition(Topics.batches), value: decision.encoded)])
    }

    @Test("end before the last batch, which not all parties may know to be decided")
    func decided() throws {
        #expect(try windows.standing() == nil && windows.firstBatch() == nil)
        try decide(7..<8, labels: 0..<0, partition: 1)
        try decide(0..<10, labels: 0..<0)
        #expect(try windows.standing()?.sealed == 0)
        try decide(10..<25, labels: 0..<3)
        try decide(25..<40, labels: 3..<9)
        try decide(40..<99, labels: 0..<99, partition: 1)
        try log.append([
            NewRecord(TopicPartition(Topics.batches), value: [0xFF]), .init(.init(Topics.batches), value: nil),
        ])
        let place = try #require(try windows.standing())
        #expect(try windows.firstBatch() == 0)
        #expect(place.sealed == 25 && place.labels == 3 && place.end == 40 && place.model == .zero)
    }

    @Test("are found by the log's time, as a look at each record finds them")
    func times() throws {
        let begin = clock.microseconds / 1_000_000
        #expect(try windows.offset(at: EventTime(seconds: begin)) == 0)
        var times: [Int64] = []
        for (gap, count) in [(0, 1), (3, 5), (0, 2), (1, 1), (60, 7)] {
            clock.advance(.seconds(gap))
            try log.append((0..<count).map { _ in NewRecord(TopicPartition(Topics.sealed), value: [1]) })
            times += [Int64](repeating: clock.microseconds / 1_000_000, count: count)
        }
        for time in begin - 1...begin + 66 {
            let first = times.firstIndex { $0 >= time } ?? times.count
            #expect(try windows.offset(at: EventTime(seconds: time)) == Int64(first), "\(time - begin)")
        }
    }
}
