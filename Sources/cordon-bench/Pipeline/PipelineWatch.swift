import EventLogs
import Foundation
import Records
import Roles
import Sealing
import Stages
import Synchronization
import Terminal

/// Reads every member's decisions, as its risk team would, and keeps when each became visible and what its score was.
final class PipelineWatch: Sendable {
    struct Answers: Sendable {
        /// By transaction: nanoseconds of the monotonic clock, 0 where there is no decision.
        var seen: [UInt64]
        var scores: [Int64]
        /// Second decisions, decisions on nothing that was sent, and records that were rejected.
        var doubled = 0
        var foreign = 0
        var rejected = 0
        /// Records that came behind their epoch's closing: their transactions are sealed again, and wait.
        var late = 0

        /// Throws unless each of the first `sent` transactions has one decision, and no other has.
        func checkOnce(sent: Int) throws {
            let lost = seen[..<sent].count { $0 == 0 }
            let early = seen[sent...].count { $0 != 0 }
            guard lost == 0, early == 0, doubled == 0, foreign == 0, rejected == 0 else {
                throw Failure(
                    "of \(sent) transactions \(lost) were lost and \(rejected) rejected; \(doubled) decisions came twice, "
                        + "\(foreign + early) were on nothing that was sent: nothing is reported")
            }
        }
    }

    private let log: any EventLog
    private let load: PipelineLoad
    private let members: [String: MemberID]
    private let positions: [Position]
    private let state: Mutex<Answers>
    private let count = Tally()

    init(log: any EventLog, members: [MemberID], load: PipelineLoad) {
        self.log = log
        self.load = load
        positions = members.flatMap { member in
            [Topics.decisions(member), Topics.rejected(member)].map { Position(TopicPartition($0), 0) }
        }
        self.members = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0) })
        let all = load.transactions
        state = Mutex(
            Answers(seen: [UInt64](repeating: 0, count: all), scores: [Int64](repeating: 0, count: all)))
    }

    var answers: Answers { state.withLock { $0 } }
    /// Transactions decided or rejected so far.
    var answered: Int { count.count }
    /// When a transaction's decision became visible; 0 where there is none.
    func seen(_ transaction: Int) -> UInt64 { state.withLock { $0.seen[transaction] } }

    /// Watches on a thread of its own while `body` runs.
    ///
    /// - Throws: what `body` throws, or what stopped the watch, where that is why nothing came.
    func watching<R>(stop: StopFlag, _ body: () throws -> R) throws -> R {
        let ended = StopFlag()
        var stages = StageThreads()
        stages.add("watch") { try self.run(until: { ended.isSet }) }
        let running = stages.start(stop: stop)
        let result: R
        do {
            defer { ended.stop() }
            result = try body()
            // A second decision on anything would come right behind the first.
            Thread.sleep(forTimeInterval: 0.5)
        } catch {
            try running.wait()
            throw error
        }
        try running.wait()
        return result
    }

    private func run(until stop: () -> Bool) throws {
        let reader = try log.reader(at: positions)
        while !stop() {
            let records = try reader.next(limit: 1024, timeout: .milliseconds(100))
            let now = BenchStamp.now
            guard !records.isEmpty else { continue }
            let decisions = records.map { decision($0) }
            state.withLock { state in
                for decision in decisions { Self.take(decision, at: now, &state) }
            }
            count.add(decisions.count { $0 != .late })
        }
    }

    private enum Decision: Equatable {
        case rejected
        case late
        case foreign
        case score(transaction: Int, Int64)
    }

    private func decision(_ record: LogRecord) -> Decision {
        let topic = record.position.partition.topic
        if topic.hasSuffix(".rejected") {
            return WireRejected(decoding: record.value ?? [])?.reason == Self.epochClosed ? .late : .rejected
        }
        guard let member = members[String(topic.prefix { $0 != "." })], let key = record.key,
            let number = load.number(of: String(decoding: key, as: UTF8.self), member),
            let score = Self.rawScore(record.value ?? [])
        else { return .foreign }
        return .score(transaction: number, score)
    }

    private static func take(_ decision: Decision, at now: UInt64, _ state: inout Answers) {
        switch decision {
        case .rejected: state.rejected += 1
        case .late: state.late += 1
        case .foreign: state.foreign += 1
        case .score(let transaction, let score):
            if state.seen[transaction] != 0 { state.doubled += 1 }
            state.seen[transaction] = now
            state.scores[transaction] = score
        }
    }

    private static let epochClosed = Refusal.epochClosed.code
    private static let field = Array("\"rawScore\":".utf8)

    /// The score in a decision's JSON: found, not parsed, so that watching costs the pipelines little. Inside of a string
    /// the quotes would be escaped.
    private static func rawScore(_ json: [UInt8]) -> Int64? {
        json.withUnsafeBufferPointer { json in
            var at = 0
            while at + field.count < json.count {
                guard json[at] == field[0], json[at..<at + field.count].elementsEqual(field) else {
                    at += 1
                    continue
                }
                let digits = json[(at + field.count)...].prefix { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
                return Int64(String(decoding: digits, as: UTF8.self))
            }
            return nil
        }
    }
}
