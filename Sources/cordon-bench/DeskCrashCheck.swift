import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import Foundation
import LocalStore
import Records
import Stages
import Telemetry
import Terminal

/// What has to hold after a desk was killed: the log's acts in their order say what is so, answers and indexes have to agree.
struct DeskCrashCheck {
    private let log: any EventLog
    private let answers: [BenchDeskAnswer]
    private let alerts: Int
    private let ledger: DeskLedger
    /// Claims that took effect, by who made them.
    private let claims: Set<Claim>
    /// Labels of each payment that follow from verdicts, in order.
    private let labels: [String: [Bool]]
    private let acts: Int

    private struct Claim: Hashable {
        var name: String
        var item: ItemID
    }

    private static var member: MemberID { BenchDesk.member }

    /// - Parameter alerts: how many were appended.
    init(log: any EventLog, answers: [BenchDeskAnswer], alerts: Int) throws {
        self.log = log
        self.answers = answers
        self.alerts = alerts
        var (ledger, claims) = (DeskLedger(), Set<Claim>())
        var labels: [String: [Bool]] = [:]
        let payments = Dictionary(uniqueKeysWithValues: (0..<alerts).map { (BenchAlert.item($0), "t-\($0)") })
        var acts = 0
        try Self.each(Topics.cases(Self.member), log) { record in
            guard let act = record.value.flatMap({ DeskRecord(json: $0) }) else {
                throw Failure("an act can't be read")
            }
            acts += 1
            let isFirst = ledger.outcomes[act.id] == nil
            guard case .done = ledger.take(act, timestamp: record.timestamp), isFirst else { return }
            if case .claim = act.act { claims.insert(Claim(name: act.actor.name, item: act.item)) }
            if case .judge(let judgement) = act.act, let label = judgement.finding.label,
                let payment = payments[act.item],
                labels[payment]?.last != label
            {
                labels[payment, default: []].append(label)
            }
        }
        (self.ledger, self.claims, self.labels, self.acts) = (ledger, claims, labels, acts)
    }

    var summary: String {
        let claimed = answers.count { if case .claimed = $0.what { true } else { false } }
        let verdicts = ledger.items.values.count { $0.state == .closed }
        return "\(alerts) alerts; \(answers.count) answers, \(claimed) of them claims; \(acts) acts in the log; "
            + "\(verdicts) alerts with a verdict, \(ledger.files.count) cases, \(labels.values.map(\.count).reduce(0, +)) labels"
    }

    /// Returns once the desk has written as many labels as verdicts ask for; throws where it does not within a minute.
    func waitForLabels() throws {
        let due = labels.values.map(\.count).reduce(0, +)
        let deadline = ContinuousClock.now + .seconds(60)
        while try writtenLabels().values.map(\.count).reduce(0, +) < due {
            guard ContinuousClock.now < deadline else { throw Failure("labels are missing") }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// What is lost, or there twice: in answers, in labels, in the killed desk's index, in one that is made anew.
    func faults(index: String, fresh: String) throws -> [String] {
        var faults: [String] = []
        for answer in answers {
            switch answer.what {
            case .claimed(let item):
                if !claims.contains(Claim(name: answer.name, item: item)) {
                    faults.append("\(answer.name) was told of a claim that is not in the log")
                }
            case .act(let id, let isDone):
                let found = ledger.outcomes[id].map { if case .done = $0 { true } else { false } }
                if found != isDone {
                    faults.append(
                        "\(answer.name) was told \(isDone ? "that an act is done" : "why an act is refused"): the log has it otherwise"
                    )
                }
            }
        }
        if try writtenLabels() != labels { faults.append("labels on the topic are others than verdicts ask for") }
        for (name, path) in [("the killed desk's index", index), ("an index that is made anew", fresh)] {
            faults += try self.faults(in: DeskIndex(path: path, member: Self.member)).map { "\(name): \($0)" }
        }
        return faults
    }

    private func faults(in index: DeskIndex) throws -> [String] {
        try DeskProjection(
            index: index, intake: DeskIntake(member: Self.member, mapping: .canonical), log: log, clock: SystemClock(),
            metrics: Metrics(), told: { _ in }
        ).catchUp()
        var faults: [String] = []
        let (items, outcomes) = try index.ledger()
        if outcomes != ledger.outcomes { faults.append("what became of acts is another thing") }
        for (item, work) in ledger.items where items[item] != work { faults.append("the work on \(item) is another") }
        if items.count != ledger.items.count { faults.append("work is there that nobody did") }
        for (id, file) in ledger.files where try index.file(id) != file { faults.append("case \(id) is another") }
        for number in 0..<alerts {
            let row = try index.alert(BenchAlert.item(number))
            if row?.facts.transaction != "t-\(number)" { faults.append("alert \(number) is not there") }
        }
        return faults
    }

    /// The labels of the member's topic, by payment.
    private func writtenLabels() throws -> [String: [Bool]] {
        var found: [String: [Bool]] = [:]
        let intake = DeskIntake(member: Self.member, mapping: .canonical)
        try Self.each(Topics.transactions(Self.member), log) { record in
            for case .label(let verdict, _, _) in intake.inputs(record).inputs {
                found[verdict.transaction, default: []].append(verdict.fraud)
            }
        }
        return found
    }

    private static func each(_ topic: String, _ log: any EventLog, _ body: (LogRecord) throws -> Void) throws {
        let reader = try log.reader(at: [Position(TopicPartition(topic), 0)])
        while case let records = try reader.available(limit: 4096), !records.isEmpty {
            for record in records { try body(record) }
        }
    }
}
