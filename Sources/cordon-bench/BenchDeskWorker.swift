import Desk
import EventLogs
import Formats
import Foundation
import LocalStore
import Policy
import Records
import Secrets
import Stages
import Synchronization
import Worlds

/// What somebody was told of something that they had asked for.
struct BenchDeskAnswer: Sendable {
    enum What: Sendable {
        /// An act under an id of its asker's: whether it was done.
        case act(ActID, isDone: Bool)
        /// The next alert was claimed.
        case claimed(ItemID)
    }

    var name: String
    var what: What
}

/// Somebody who works at a desk over HTTP, and asks again for as long as there is no answer.
final class BenchDeskWorker: Sendable {
    let name: String
    private let key: String
    private let port: Int

    private struct State {
        var random: SeededRandom
        var answers: [BenchDeskAnswer] = []
        var unanswered = 0
        var isAnswered = false
        var wantsEnd = false
        /// Alerts that were claimed, with or without a verdict by now, and cases that were opened.
        var mine: [ItemID] = []
        var judged: [ItemID] = []
        var files: [ItemID] = []
    }

    private let state: Mutex<State>

    init(name: String, key: String, port: Int, random: SeededRandom) {
        self.name = name
        self.key = key
        self.port = port
        state = Mutex(State(random: random))
    }

    var answers: [BenchDeskAnswer] { state.withLock { $0.answers } }
    var unanswered: Int { state.withLock { $0.unanswered } }

    /// Whether all was answered that is asked for; nothing more is asked for from the first call on.
    var isAnswered: Bool {
        state.withLock { state in
            state.wantsEnd = true
            return state.isAnswered
        }
    }

    func run(until stop: StopFlag) {
        while !stop.isSet {
            if state.withLock({ $0.wantsEnd }) { break }
            step(stop)
        }
        state.withLock { $0.isAnswered = true }
    }

    private func pick(_ below: Int) -> Int { state.withLock { Int.random(in: 0..<below, using: &$0.random) } }

    private func one(of list: [ItemID]) -> ItemID? { list.isEmpty ? nil : list[pick(list.count)] }

    private func step(_ stop: StopFlag) {
        let (mine, judged, files) = state.withLock { ($0.mine, $0.judged, $0.files) }
        switch pick(10) {
        case 0..<4: claimNext(stop)
        case 4..<7: if let item = one(of: mine) { judge(item, stop) }
        case 7: if let item = one(of: mine) { _ = ask("/alerts/\(item)/note", ["text": "looked at"], stop) }
        case 8: if let item = one(of: judged) { reopen(item, stop) }
        default: if let item = one(of: mine + judged) { put(item, into: one(of: files), stop) }
        }
    }

    private func claimNext(_ stop: StopFlag) {
        // A claim whose answer is lost is somebody's all the same, and its lease ends.
        guard let answer = call("/next", [:], stop), answer.status == 303 else { return }
        let parts = (answer.location ?? "").prefix { $0 != "?" }.split(separator: "/")
        guard parts.count == 2, let item = ItemID(parts[1]) else { return Thread.sleep(forTimeInterval: 0.01) }
        state.withLock { state in
            state.answers.append(BenchDeskAnswer(name: name, what: .claimed(item)))
            state.mine.append(item)
        }
    }

    private func judge(_ item: ItemID, _ stop: StopFlag) {
        guard let version = version(of: item, stop) else { return }
        let finding = Finding.allCases[pick(Finding.allCases.count)]
        let isDone = ask("/alerts/\(item)/verdict", ["finding": finding.rawValue, "version": version], stop)
        state.withLock { state in
            state.mine.removeAll { $0 == item }
            if isDone == true { state.judged.append(item) }
        }
    }

    private func reopen(_ item: ItemID, _ stop: StopFlag) {
        guard ask("/alerts/\(item)/reopen", [:], stop) != nil else { return }
        state.withLock { state in
            state.judged.removeAll { $0 == item }
            state.mine.append(item)
        }
    }

    private func put(_ item: ItemID, into file: ItemID?, _ stop: StopFlag) {
        if let file, pick(3) > 0 {
            _ = ask("/alerts/\(item)/case", ["case": "\(file)"], stop)
        } else {
            let act = newAct()
            guard ask("/cases/open", ["title": "a case of \(name)"], stop, act: act) == true, let id = ItemID(act.hex)
            else {
                return
            }
            state.withLock { $0.files.append(id) }
        }
    }

    private func newAct() -> ActID {
        ActID(random: state.withLock { state in (0..<16).map { _ in UInt8(truncatingIfNeeded: state.random.next()) } })
    }

    /// Asks for an act until there is an answer.
    ///
    /// - Returns: whether it was done; nil where what it is about is not there, or this ends before.
    private func ask(_ path: String, _ form: [String: String], _ stop: StopFlag, act: ActID? = nil) -> Bool? {
        let act = act ?? newAct()
        guard let answer = call(path, form.merging(["act": act.hex]) { $1 }, stop), [303, 409].contains(answer.status)
        else {
            return nil
        }
        let isDone = answer.status == 303
        state.withLock { $0.answers.append(BenchDeskAnswer(name: name, what: .act(act, isDone: isDone))) }
        return isDone
    }

    private func version(of item: ItemID, _ stop: StopFlag) -> String? {
        call("/alerts/\(item)", nil, stop)?.body.firstMatch(of: #/name="version" value="(\d+)"/#).map { String($0.1) }
    }

    /// The answer to a request, which is sent again where none comes: 503 is none, for the act may be done.
    private func call(_ path: String, _ form: [String: String]?, _ stop: StopFlag) -> BenchSocket.Answer? {
        while !stop.isSet {
            if let answer = BenchSocket.call(port: port, path, key: key, form: form), answer.status < 500 {
                return answer
            }
            state.withLock { $0.unanswered += 1 }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return nil
    }
}

/// Alerts that come at a steady rate, as an agent writes them.
final class BenchAlertFeed: Sendable {
    private let log: any EventLog
    private let rate: Int
    private let written = Mutex(0)

    init(log: any EventLog, rate: Int) {
        self.log = log
        self.rate = rate
    }

    /// How many there are.
    var count: Int { written.withLock { $0 } }

    func run(until stop: StopFlag) throws {
        while !stop.isSet {
            let number = count
            try log.append(BenchAlert(number: number, at: SystemClock().microseconds).records)
            written.withLock { $0 = number + 1 }
            Thread.sleep(forTimeInterval: 1 / Double(rate))
        }
    }
}

/// A payment with its decision and alert.
struct BenchAlert {
    var number: Int
    /// Microseconds since 1970.
    var at: Int64

    /// Sixteen bytes of a number, spread as keyed hashes are.
    static func name(_ number: Int, stream: UInt64) -> String {
        var random = SeededRandom(seed: UInt64(number), stream: stream)
        return hexadecimal((0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    private static func id(_ number: Int) -> String { name(number, stream: 1) }

    static func item(_ number: Int) -> ItemID { ItemID(id(number))! }

    var records: [NewRecord] {
        let member = BenchDesk.member
        let payment = Transaction(
            id: "t-\(number)", time: EventTime(seconds: at / 1_000_000), customer: "c-\(number % 5000)",
            terminal: "x-\(number % 500)", amount: MinorUnits(Int64(100 + number % 90_000)))
        func event(_ type: String) -> [UInt8] {
            CloudEvent(
                id: Self.id(number), member: member, type: type, time: payment.time,
                data: .init(
                    transaction: payment.id, decision: "review", rules: nil, rawScore: 1, score: 0.5, probability: 0.5,
                    modelVersion: "1", source: .init(SourcePosition(offset: Int64(number))),
                    transactionTime: payment.time.rfc3339, receivedAt: at, decidedAt: at, customer: payment.customer,
                    terminal: payment.terminal, amount: payment.amount.decimal)
            ).json
        }
        return [
            NewRecord(TopicPartition(Topics.transactions(member)), value: CanonicalJSON.encode(payment)),
            NewRecord(TopicPartition(Topics.decisions(member)), value: event(CloudEvent.decision)),
            NewRecord(TopicPartition(Topics.alerts(member)), value: event(CloudEvent.alert)),
        ]
    }
}
