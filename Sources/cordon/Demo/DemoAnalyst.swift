import Desk
import EventLogs
import Foundation
import Policy
import Records
import Secrets
import Stages
import Synchronization
import Worlds

/// Plays an analyst of one member's risk team, who knows the truth: takes some alerts as they come and gives verdicts, which go the
/// way that a person's go from the desk's pages.
final class DemoAnalyst: Sendable {
    /// One alert in so many is the analyst's; all others are left to who visits the desk.
    private static let share = 4
    /// How long a look at one takes.
    private static let look = 0.5

    struct Counts: Sendable {
        var frauds = 0
        var legitimate = 0
    }

    private let log: any EventLog
    let member: MemberID
    private let actor: Actor
    /// By transaction id.
    private let frauds: Set<String>
    private let given = Mutex(Counts())

    init?(log: any EventLog, member: MemberID, transactions: [LabelledTransaction]) {
        guard let actor = Actor(.service, "demo-analyst") else { return nil }
        self.log = log
        self.member = member
        self.actor = actor
        frauds = Set(transactions.filter { $0.member == member && $0.fraud }.map(\.transaction.id))
    }

    /// What was judged so far, in words; nil before the first.
    var words: String? {
        let counts = given.withLock { $0 }
        let sum = counts.frauds + counts.legitimate
        return sum == 0 ? nil : "verdicts at the desk of \(member): \(sum), of them fraud: \(counts.frauds)"
    }

    func run(until stop: () -> Bool) throws {
        let reader = try log.reader(at: [Position(TopicPartition(Topics.alerts(member)), 0)])
        while !stop() {
            let records = try reader.next(limit: Self.share, timeout: .milliseconds(100))
            guard let record = records.first(where: { $0.position.offset % Int64(Self.share) == 0 }),
                let alert = record.value.flatMap({ CloudEvent(json: $0) }), let item = ItemID(alert.id)
            else { continue }
            try append(.claim(lease: 600), to: item)
            Thread.sleep(forTimeInterval: Self.look)
            let isFraud = frauds.contains(alert.data.transaction)
            try append(.judge(Judgement(isFraud ? .fraud : .legitimate)), to: item)
            given.withLock { counts in
                if isFraud { counts.frauds += 1 } else { counts.legitimate += 1 }
            }
        }
    }

    private func append(_ act: Act, to item: ItemID) throws {
        let record = DeskRecord(
            id: ActID(random: randomBytes(16)), item: item, actor: actor, writtenAt: SystemClock().microseconds,
            act: act)
        try log.append([
            NewRecord(TopicPartition(Topics.cases(member)), key: record.key, value: record.json(member: member))
        ])
    }
}
