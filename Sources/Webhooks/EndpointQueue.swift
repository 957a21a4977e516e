/// One endpoint's messages that are on their way, and how the endpoint does: a state machine. Messages that are not here yet wait
/// in the feed behind the endpoint's cursor; each that is here has its own tries, so one that its receiver can't take holds back no
/// other.
///
/// Times are microseconds since 1970.
package struct EndpointQueue: Sendable {
    /// Whether messages are sent. A raw value stands in the store.
    package enum State: String, Sendable, CaseIterable {
        case active
        /// By a person; what comes waits.
        case paused
        /// By the receiver's 410, or after days without any 2xx; what comes waits.
        case disabled
    }

    package struct Message: Hashable, Sendable {
        /// The place among the endpoint's messages.
        package var number: Int64
        package var attempts: Int
        package var due: Int64

        package init(number: Int64, attempts: Int = 0, due: Int64 = 0) {
            self.number = number
            self.attempts = attempts
            self.due = due
        }
    }

    /// How the endpoint has answered.
    package struct Health: Hashable, Sendable {
        /// Attempts that failed since the last 2xx.
        package var failures: Int
        /// When the first of them did; nil where there is none.
        package var failingSince: Int64?

        package init(failures: Int = 0, failingSince: Int64? = nil) {
            self.failures = failures
            self.failingSince = failingSince
        }
    }

    /// What is to be kept, and told.
    package enum Effect: Hashable, Sendable {
        case delivered(Int64)
        /// It is tried again at a time.
        case retry(Message)
        /// It is tried no more, until a person sends it again.
        case gaveUp(Int64)
        /// The endpoint has failed so often that people are told.
        case failing
        /// It is back: everything that waits is due.
        case recovered
        /// It is sent nothing more; why.
        case disabled(Reason)
    }

    /// Why an endpoint was disabled. A raw value stands in the store.
    package enum Reason: String, Sendable, CaseIterable {
        /// Its receiver answered 410.
        case gone
        /// No 2xx for days.
        case silent
    }

    private let schedule: RetrySchedule
    package private(set) var state: State
    package private(set) var health: Health
    /// By number.
    private var waiting: [Int64: Message]
    private var underWay: [Int64: Message]
    /// Nothing is sent before.
    private var notBefore: Int64 = 0

    /// - Parameters:
    ///   - waiting: those that have come in and were not delivered.
    ///   - underWay: numbers of those whose attempt goes on, of the queue that this one stands in for.
    package init(
        _ schedule: RetrySchedule, state: State = .active, health: Health = Health(), waiting: [Message] = [],
        underWay: Set<Int64> = []
    ) {
        self.schedule = schedule
        self.state = state
        self.health = health
        self.waiting = Dictionary(uniqueKeysWithValues: waiting.map { ($0.number, $0) })
        self.underWay = self.waiting.filter { underWay.contains($0.key) }
        for number in self.underWay.keys { self.waiting[number] = nil }
    }

    /// How many are here.
    package var count: Int { waiting.count + underWay.count }
    package var numbersUnderWay: Set<Int64> { Set(underWay.keys) }
    package var isFailing: Bool { health.failures >= schedule.patience }

    package mutating func add(_ messages: [Message]) {
        for message in messages { waiting[message.number] = message }
    }

    private var room: Int { state == .active ? max(0, (isFailing ? 1 : schedule.concurrency) - underWay.count) : 0 }

    /// Begins attempts.
    ///
    /// - Returns: numbers of messages that are to be sent now: those that were tried least often first, then the oldest.
    package mutating func begin(at now: Int64) -> [Int64] {
        guard room > 0, now >= notBefore else { return [] }
        let due = waiting.values.filter { $0.due <= now }.sorted { ($0.attempts, $0.number) < ($1.attempts, $1.number) }
        let begun = due.prefix(room)
        for message in begun {
            waiting[message.number] = nil
            underWay[message.number] = message
        }
        return begun.map(\.number)
    }

    /// When `begin` may have something, if nothing else happens; nil where nothing waits for a time.
    package var wakes: Int64? { room > 0 ? waiting.values.map(\.due).min().map { max($0, notBefore) } : nil }

    /// What follows from an attempt's end.
    ///
    /// - Parameter jitter: 0 to 1, at random: so much of the second half of each wait.
    package mutating func settle(_ number: Int64, _ outcome: AttemptOutcome, at now: Int64, jitter: Double) -> [Effect]
    {
        guard var message = underWay.removeValue(forKey: number) else { return [] }
        if outcome.isDelivered {
            let wasFailing = isFailing
            (health, notBefore) = (Health(), 0)
            guard wasFailing else { return [.delivered(number)] }
            for key in waiting.keys { waiting[key]?.due = now }
            return [.delivered(number), .recovered]
        }
        message.attempts += 1
        health.failures += 1
        health.failingSince = health.failingSince ?? now
        var effects: [Effect] = []
        if message.attempts > schedule.delays.count {
            effects.append(.gaveUp(number))
        } else {
            message.due = now + Self.wait(schedule.delays[message.attempts - 1], jitter)
            waiting[number] = message
            effects.append(.retry(message))
        }
        if health.failures == schedule.patience { effects.append(.failing) }
        hold(outcome, now, jitter)
        if let reason = reasonToDisable(outcome, now), state != .disabled {
            state = .disabled
            effects.append(.disabled(reason))
        }
        return effects
    }

    private mutating func hold(_ outcome: AttemptOutcome, _ now: Int64, _ jitter: Double) {
        if isFailing {
            let doublings = min(health.failures - schedule.patience, 20)
            notBefore = max(notBefore, now + Self.wait(min(schedule.longestProbe, 1 << doublings), jitter))
        }
        if case .answered(429, let wish?) = outcome { wait(wish, now) }
        if case .answered(503, let wish?) = outcome { wait(wish, now) }
    }

    private mutating func wait(_ wish: Int64, _ now: Int64) {
        notBefore = max(notBefore, now + min(max(0, wish), RetrySchedule.longestWish) * 1_000_000)
    }

    private func reasonToDisable(_ outcome: AttemptOutcome, _ now: Int64) -> Reason? {
        if case .answered(410, _) = outcome { return .gone }
        guard let since = health.failingSince, now - since >= schedule.disablesAfter * 1_000_000 else { return nil }
        return .silent
    }

    /// Between half of it and all of it, in microseconds.
    private static func wait(_ seconds: Int64, _ jitter: Double) -> Int64 {
        Int64(Double(seconds) * 500_000 * (1 + jitter))
    }
}
