import Desk
package import DeskStore
import Dispatch
package import EventLogs
package import Records
package import Stages
import Synchronization

/// The stage that does what the desk itself owes: jobs item by item, and the verdicts of closed cases. Of several desks one does
/// it at a time. Each act has an id that follows from what it is about, so a desk that is killed between any two steps, or two
/// desks at once, do nothing twice.
package final class DutyStage: Stage {
    private static let batch = 512
    private let index: DeskIndex
    private let member: MemberID
    private let book: ActBook
    private let log: any EventLog
    private let clock: any StageClock
    private let patience: Double
    private var group: (any GroupMember)?
    private var isOurs = false
    private let waiting = Waiting()

    /// Acts that were asked for and not answered.
    private final class Waiting: Sendable {
        private let count = Mutex(0)
        private let done = DispatchSemaphore(value: 0)

        func add(_ number: Int) { count.withLock { $0 += number } }

        func answered() {
            let isLast = count.withLock { count in
                count -= 1
                return count == 0
            }
            if isLast { done.signal() }
        }

        /// Whether all are answered, or are within so many seconds.
        func isEmpty(within seconds: Double) -> Bool {
            if count.withLock({ $0 == 0 }) { return true }
            _ = done.wait(timeout: .now() + seconds)
            return count.withLock { $0 == 0 }
        }
    }

    /// - Parameter patience: seconds that a turn waits for what becomes of its acts, and for something to do.
    package init(
        index: DeskIndex, member: MemberID, book: ActBook, log: any EventLog, clock: any StageClock,
        patience: Double = 0.2
    ) {
        self.index = index
        self.member = member
        self.book = book
        self.log = log
        self.clock = clock
        self.patience = patience
    }

    package func turn(until moment: Moment) throws -> Turn {
        do throws(LogError) { try follow(isOurs ? .zero : clock.left(until: moment)) } catch {
            isOurs = false
            throw error
        }
        guard isOurs, waiting.isEmpty(within: patience) else { return .idle }
        let due = try index.dueActs(limit: Self.batch, now: clock.microseconds)
        guard !due.isEmpty else {
            try follow(min(clock.left(until: moment), .seconds(patience)))
            return .idle
        }
        waiting.add(due.count)
        // What has no answer is due again.
        for record in due { book.ask(record) { [waiting] _ in waiting.answered() } }
        return .worked
    }

    private func follow(_ timeout: Duration) throws(LogError) {
        if group == nil {
            group = try log.join(GroupSettings(group: "\(member).desk-duties", topics: [Topics.cases(member)]))
        }
        guard let group, let change = try group.next(timeout: timeout) else { return }
        switch change {
        case .assigned(let partitions): isOurs = partitions.contains(TopicPartition(Topics.cases(member)))
        case .revoked(let partitions):
            isOurs = false
            try group.release(partitions)
        case .lost: isOurs = false
        }
    }

    package func finish() throws { group?.leave() }
}
