package import EventLogs
package import Formats
import HTTPFront
package import Policy
package import Records
import Synchronization
package import Telemetry

/// Takes transactions into the member's own topic, and waits for what becomes of them: the shell around `ScoreBook`.
package final class ScoreService: Sendable {
    /// How a wait ended.
    enum Ending: Sendable {
        case outcome(ScoreBook.Outcome)
        case none(ScoreAnswer.Reason)
        case problem(ProblemCode)
        case conflict
    }

    struct Waiting {
        var id: String
        var wake: CheckedContinuation<Ending, Never>
        var timer: Task<Void, Never>
    }

    struct State {
        var book: ScoreBook
        var waiting: [ScoreBook.Waiter: Waiting] = [:]
        var waiters: ScoreBook.Waiter = 0
        var stopping = false
    }

    let member: MemberID
    package let log: any EventLog
    let appender: RecordAppender
    let mapping: Mapping
    let parser: RecordParser
    private let rules: ValidationRules
    private let clock: any WallClock
    let fallback: FallbackPolicy
    let metrics: Metrics
    let state: Mutex<State>
    private let partitions: Int
    private let start = ContinuousClock.now

    package init(
        member: MemberID, log: any EventLog, appender: RecordAppender, mapping: Mapping,
        rules: ValidationRules, clock: any WallClock, fallback: FallbackPolicy, book: ScoreBook,
        metrics: Metrics
    ) throws(LogError) {
        self.member = member
        self.log = log
        self.appender = appender
        self.mapping = mapping
        parser = RecordParser(mapping: mapping)
        self.rules = rules
        self.clock = clock
        self.fallback = fallback
        self.metrics = metrics
        partitions = try log.partitions(of: Topics.transactions(member))
        state = Mutex(State(book: book))
    }

    /// Seconds since the service began.
    var now: Int64 { (ContinuousClock.now - start).components.seconds }

    /// A request's record, as the stream would read it.
    func parse(_ body: [UInt8]) throws(Problem) -> Transaction {
        do {
            switch try parser.parse(body) {
            case .transaction(let valid):
                _ = try rules.check(valid.transaction, faults: valid.faults, received: clock.microseconds)
                return valid.transaction
            case .leftOut(let kind): throw Problem(.notATransaction, "the mapping leaves out: \(kind.rawValue)")
            default: throw Problem(.notATransaction)
            }
        } catch let rejection as Rejection {
            throw Problem(rejection)
        } catch {
            throw error as? Problem ?? Problem(.internalError)
        }
    }

    /// The record as every writer puts it: the same bytes, keyed by customer, so that one customer's are in one partition.
    func record(_ transaction: Transaction, _ body: [UInt8]) -> NewRecord {
        let key = Array(transaction.customer.utf8)
        let partition = KafkaPartitioner.partition(of: key, among: partitions)
        return NewRecord(TopicPartition(Topics.transactions(member), partition), key: key, value: body)
    }

    /// What the feed read.
    package func receive(_ outcomes: [OutcomeFeed.Outcome]) {
        let now = now
        for outcome in outcomes {
            let ended = state.withLock { state in
                switch outcome {
                case .decided(let id, let record): state.book.decided(id, record, at: now)
                case .rejected(let position, let code, let field, let wasTaken):
                    state.book.rejected(position, code, field, wasTaken: wasTaken, at: now)
                }
            }
            if let (outcome, waiters) = ended { wake(waiters, .outcome(outcome)) }
        }
    }

    /// A record is in the log, or the log refused it.
    func appended(_ id: String, _ position: Position?) {
        let now = now
        guard let position else {
            return wake(state.withLock { $0.book.failed(id) }, .none(.logUnavailable))
        }
        if let (outcome, waiters) = state.withLock({ $0.book.appended(id, position, at: now) }) {
            wake(waiters, .outcome(outcome))
        }
    }

    /// The log takes nothing: nobody needs to wait for his deadline.
    package func outage() { wake(state.withLock { Array($0.waiting.keys) }, .none(.logUnavailable)) }

    /// Sends everybody home, now and from now on.
    package func stop() {
        let waiters = state.withLock { state in
            state.stopping = true
            return Array(state.waiting.keys)
        }
        wake(waiters, .none(.stopping))
    }

    func wake(_ waiters: [ScoreBook.Waiter], _ ending: Ending) {
        for waiter in waiters {
            let waiting = state.withLock { state in
                let waiting = state.waiting.removeValue(forKey: waiter)
                if let waiting { state.book.leave(waiting.id, waiter) }
                return waiting
            }
            waiting?.timer.cancel()
            waiting?.wake.resume(returning: ending)
        }
    }
}
