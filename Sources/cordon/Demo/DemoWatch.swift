import EventLogs
import Policy
import Records
import Roles
import Synchronization

/// Plays the members' risk teams: reads every member's decisions, alerts and rejected records, and counts.
final class DemoWatch: Sendable {
    struct Tally: Sendable {
        var decisions = 0
        var rejected = 0
        var alerts = 0
        /// Microseconds from a transaction's append to its decision's.
        var latencies: [Int64] = []
    }

    struct Decision: Sendable {
        var count = 0
        var raw: Int64 = 0
        var probability = 0.0
    }

    struct State: Sendable {
        var tallies: [MemberID: Tally] = [:]
        /// By member and transaction id.
        var decisions: [MemberID: [String: Decision]] = [:]
        var lastAlerts: [(member: MemberID, event: CloudEvent)] = []
        var reasons: [String: Int] = [:]
        var unreadable = 0
        var first: ContinuousClock.Instant?
        var last: ContinuousClock.Instant?
        var answered = 0

        /// Takes in what was seen of other members, later.
        mutating func take(_ other: State) {
            tallies.merge(other.tallies) { $1 }
            decisions.merge(other.decisions) { $1 }
            reasons.merge(other.reasons, uniquingKeysWith: +)
            unreadable += other.unreadable
            answered += other.answered
            first = first ?? other.first
            last = other.last ?? last
        }
    }

    private let members: [String: MemberID]
    private let positions: [Position]
    private let log: any EventLog
    private let state: Mutex<State>

    init(log: any EventLog, members: [MemberID]) {
        self.log = log
        positions = members.flatMap { member in
            [Topics.decisions(member), Topics.alerts(member), Topics.rejected(member)].map {
                Position(TopicPartition($0), 0)
            }
        }
        self.members = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0) })
        state = Mutex(State(tallies: Dictionary(uniqueKeysWithValues: members.map { ($0, Tally()) })))
    }

    var snapshot: State { state.withLock { $0 } }
    var answered: Int { state.withLock { $0.answered } }

    func run(until stop: () -> Bool) throws {
        let reader = try log.reader(at: positions)
        while !stop() {
            let records = try reader.next(limit: 1024, timeout: .milliseconds(100))
            // Decoded outside of the lock, which the feed and the table take too.
            let seen = records.map { record in (record, record.value.flatMap { CloudEvent(json: $0) }) }
            guard !seen.isEmpty else { continue }
            state.withLock { state in
                for (record, event) in seen { Self.take(record, event, members, &state) }
            }
        }
    }

    private static func take(
        _ record: LogRecord, _ event: CloudEvent?, _ members: [String: MemberID], _ state: inout State
    ) {
        let parts = record.position.partition.topic.split(separator: ".").map(String.init)
        guard parts.count == 2, let member = members[parts[0]] else { return }
        switch (parts[1], event) {
        case ("rejected", _):
            state.tallies[member]?.rejected += 1
            state.answered += 1
            if let wire = record.value.flatMap({ WireRejected(decoding: $0) }) {
                state.reasons[wire.reason, default: 0] += 1
            }
        case ("decisions", let event?):
            state.tallies[member]?.decisions += 1
            state.tallies[member]?.latencies.append(record.timestamp - event.data.receivedAt)
            var decision = state.decisions[member]?[event.data.transaction] ?? Decision()
            decision.count += 1
            decision.raw = event.data.rawScore
            decision.probability = event.data.probability
            state.decisions[member, default: [:]][event.data.transaction] = decision
            state.answered += 1
            let now = ContinuousClock.now
            if state.first == nil { state.first = now }
            state.last = now
        case ("alerts", let event?):
            state.tallies[member]?.alerts += 1
            state.lastAlerts.append((member, event))
            if state.lastAlerts.count > 5 { state.lastAlerts.removeFirst() }
        default: state.unreadable += 1
        }
    }
}
