import Desk
package import DeskStore
package import EventLogs
package import Formats
package import Records
package import Stages
package import Telemetry

/// The stage that makes labels of verdicts: records of the member's own topic, as its core system writes them. Of several desks one
/// does it at a time, and each label is written once: with how far verdicts have come, in one transaction of the log.
///
/// When a label leaves the member is its agent's to say, and goes by event time alone.
package final class LabelStage: Stage {
    private static let batch = 256
    private let index: DeskIndex
    private let member: MemberID
    private let text: LabelText
    private let log: any EventLog
    private let clock: any StageClock
    private let metrics: Metrics
    private let cases: TopicPartition
    private var group: (any GroupMember)?
    /// Nil while another desk does it.
    private var turnToWrite: (writer: any FencedWriter, next: Int64)?

    package init(
        index: DeskIndex, member: MemberID, text: LabelText, log: any EventLog, clock: any StageClock, metrics: Metrics
    ) {
        self.index = index
        self.member = member
        self.text = text
        self.log = log
        self.clock = clock
        self.metrics = metrics
        cases = TopicPartition(Topics.cases(member))
    }

    private var name: String { "\(member).desk-labels" }

    package func turn(until moment: Moment) throws -> Turn {
        do throws(LogError) {
            try follow(turnToWrite == nil ? clock.left(until: moment) : .zero)
        } catch {
            turnToWrite = nil
            throw error
        }
        guard let (writer, next) = turnToWrite else { return .idle }
        let (due, end) = try index.dueVerdicts(from: next, limit: Self.batch)
        var records: [NewRecord] = []
        var place = end
        for verdict in due {
            guard let payment = verdict.payment else {
                // The alert may be on its way to this desk; one that is nowhere is nobody's.
                if try hasAllAlerts() { continue }
                place = verdict.offset
                break
            }
            guard let bytes = text.record(Verdict(transaction: payment.transaction, fraud: verdict.fraud)) else {
                metrics.add(1, to: .deskLabels, .init("outcome", "unwritable"))
                continue
            }
            records.append(
                NewRecord(TopicPartition(Topics.transactions(member), payment.source.partition), value: bytes))
        }
        guard !records.isEmpty else {
            turnToWrite?.next = place
            if place == next { try follow(clock.left(until: moment)) }
            return place == next ? .idle : .worked
        }
        do throws(LogError) {
            try writer.append(records, committing: [Position(cases, place)], group: name)
        } catch {
            // What became of it, the log says: the next turn begins with where it stands there.
            turnToWrite = nil
            if case .fenced = error { return .idle }
            try begin()
            throw error
        }
        turnToWrite?.next = place
        metrics.add(records.count, to: .deskLabels, .init("outcome", "written"))
        return .worked
    }

    private func hasAllAlerts() throws -> Bool {
        for number in 0..<(try log.partitions(of: Topics.alerts(member))) {
            let partition = TopicPartition(Topics.alerts(member), number)
            if try index.position(partition) ?? 0 < log.end(of: partition) { return false }
        }
        return true
    }

    /// Does what the group says: begins, or leaves it to another desk.
    private func follow(_ timeout: Duration) throws(LogError) {
        if group == nil { group = try log.join(GroupSettings(group: name, topics: [cases.topic])) }
        guard let group, let change = try group.next(timeout: timeout) else { return }
        switch change {
        case .assigned(let partitions): if partitions.contains(cases) { try begin() }
        case .revoked(let partitions):
            turnToWrite = nil
            try group.release(partitions)
        case .lost: turnToWrite = nil
        }
    }

    private func begin() throws(LogError) {
        let writer = try log.writer(id: name)
        let next = try log.committed(cases, group: name)
        if let next { turnToWrite = (writer, next) } else { turnToWrite = (writer, try log.earliest(of: cases)) }
    }

    package func finish() throws { group?.leave() }
}
