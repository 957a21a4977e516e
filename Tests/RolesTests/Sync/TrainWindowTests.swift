import EventLogs
import Foundation
import LocalStore
import Manifests
import Records
import Roles
import Support
import Testing

/// Windows that operators ask for, on a log whose record N came N hours after its first.
@Suite("The window that a training is asked to have")
struct TrainWindowTests {
    private let folder: TemporaryFolder
    private let clock = ManualClock()
    private let log: SQLiteEventLog
    private let windows: LogWindows
    /// Records in all, and what is decided of them.
    private static let count: Int64 = 120
    private static let first: Int64 = 7
    private static let decided: Int64 = 100

    init() throws {
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: clock, durability: .process)
        try log.create([TopicSettings(name: Topics.sealed), TopicSettings(name: Topics.batches)])
        windows = LogWindows(log)
        for number in 0..<Self.count {
            if number > 0 { clock.advance(.seconds(3_600)) }
            try log.append([NewRecord(TopicPartition(Topics.sealed), value: [1])])
        }
    }

    private func decide() throws {
        for (first, end) in [(Self.first, 50), (50, Self.decided), (Self.decided, 110)] {
            var decision = WireBatchDecision()
            (decision.first, decision.end, decision.labelsFirst) = (first, end, 9)
            decision.modelDigest = Data(Digest32.zero.bytes)
            try log.append([NewRecord(TopicPartition(Topics.batches), value: decision.encoded)])
        }
    }

    private var now: Int64 { clock.microseconds / 1_000_000 }

    /// The window's offsets, or why there is none.
    private func range(_ asked: TrainWindow) throws -> Result<Range<Int64>, TrainFault> {
        do { return .success(try windows.window(asked, now: now).range) } catch let fault as TrainFault {
            return .failure(fault)
        }
    }

    @Test("is from the oldest batch to what is decided, with the labels that are counted by then")
    func byDefault() throws {
        #expect(try range(TrainWindow()) == .failure(.nothingScored))
        try decide()
        let window = try windows.window(TrainWindow(), now: now)
        #expect(window == (try SyncWindow(Self.first..<Self.decided, labels: 9)))
        // Where nothing is left for the validation, no clock says where it ends.
        #expect(try windows.window(TrainWindow(), now: now - 100 * 3_600) == window)
    }

    @Test("has the offsets that were asked for, as far as they are decided")
    func offsets() throws {
        try decide()
        for (from, until, wanted) in [
            (20, nil, 20..<100), (nil, 30, 7..<30), (20, 30, 20..<30), (20, 21, 20..<21), (0, 5, 0..<5),
            (20, 100, 20..<100), (20, 101, 20..<100), (20, .max, 20..<100), (99, nil, 99..<100),
        ] as [(Int64?, Int64?, Range<Int64>)] {
            #expect(try range(TrainWindow(from: from, until: until)) == .success(wanted))
        }
        for (from, until, last) in [
            (30, 30, 30), (31, 30, 30), (100, nil, 100), (100, 120, 100), (5_000, 6_000, 100), (.max, .max, 100),
            (nil, 7, 7),
            (nil, -1, -1), (0, .min, .min),
        ] as [(Int64?, Int64?, Int64)] {
            #expect(
                try range(TrainWindow(from: from, until: until))
                    == .failure(.empty(from: from ?? Self.first, until: last)))
        }
        #expect(throws: SyncMistake.window) { try windows.window(TrainWindow(from: -1), now: now) }
    }

    @Test(
        "has the days before its end, and leaves the newest ones, by the log's clock, as a look at each record finds them"
    )
    func days() throws {
        try decide()
        let begin = now - (Self.count - 1) * 3_600
        for days in [nil, 1, 2, 3, 4, 5, 6, 36_500] as [Int?] {
            for leave in [0, 0.25, 0.5, 1, 1.5, 3, 4.9, 5, 100, 36_500] {
                let end = now - Int64(leave * 86_400)
                let isWithin = { (offset: Int64) in
                    let time = begin + offset * 3_600
                    return (leave == 0 || time < end) && (days.map { time >= end - Int64($0) * 86_400 } ?? true)
                }
                let wanted = (Self.first..<Self.decided).filter(isWithin)
                switch try range(TrainWindow(days: days, leave: leave)) {
                case .success(let found): #expect(Array(found) == wanted, "\(String(describing: days)) \(leave)")
                case .failure(.empty): #expect(wanted.isEmpty, "\(String(describing: days)) \(leave)")
                case .failure(let fault): Issue.record("\(fault)")
                }
            }
        }
        // Days narrow what offsets say, and leave it where they say less.
        #expect(try range(TrainWindow(from: 98, days: 2)) == .success(98..<100))
        #expect(try range(TrainWindow(from: 1, days: 2)) == .success(71..<100))
        #expect(try range(TrainWindow(until: 90, days: 2)) == .success(71..<90))
        // An end that is named is no end that days are left from.
        #expect(try range(TrainWindow(until: 90, leave: 3)) == .success(7..<90))
    }

    @Test(
        "with days that are none, or more than a hundred years, is refused by the option's name, before anything is read"
    )
    func refused() throws {
        for days in [0, -1, 36_501, .max, .min] {
            #expect(try range(TrainWindow(days: days)) == .failure(.days))
        }
        for leave in [-0.1, 36_500.1, .infinity, -.infinity, .nan, 1e300] {
            #expect(try range(TrainWindow(leave: leave)) == .failure(.leave))
        }
        #expect("\(TrainFault.days)" == "`--days` is 1 to 36500" && "\(TrainFault.leave)" == "`--leave` is 0 to 36500")
    }
}
