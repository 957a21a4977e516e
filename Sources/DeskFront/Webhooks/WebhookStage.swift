import Desk
package import DeskStore
import Dispatch
import EventLogs
import Records
package import Stages
import Synchronization
package import Telemetry
package import Webhooks

/// The stage that sends the feed's events to endpoints:
///
///     what became of attempts → what came → keep both → begin attempts
///
/// Attempts run beside it, each endpoint's as far as its own queue lets them, so none waits for another. A message is kept before
/// it is sent, and its end behind it: a desk that is killed in between sends it once more, under the same id.
package final class WebhookStage: Stage {
    /// What people are told.
    package enum Notice: Sendable, Hashable {
        case failing(endpoint: String)
        case recovered(endpoint: String)
        case disabled(endpoint: String, EndpointQueue.Reason)
        /// Where it was is not kept any more, or the log is another one: it goes on from the feed's end.
        case reset(endpoint: String)
    }

    private let store: WebhookStore
    private let index: DeskIndex
    private let feed: FeedCache
    private let sender: any WebhookSender
    private let schedule: RetrySchedule
    private let clock: any StageClock
    private let metrics: Metrics
    private let jitter: () -> Double
    private let told: (Notice) -> Void
    private let mail: WebhookMail
    private let owner: Int64
    private var lanes: [Int64: WebhookLane] = [:]
    private var seen: Int64 = -1
    private var stopsAt: Moment?
    /// Whether it waits where there is nothing to do; a test turns it by hand.
    private let waits: Bool

    /// - Parameters:
    ///   - mail: rung where the index has something new.
    ///   - jitter: a number of 0 to 1, at random.
    package init(
        store: WebhookStore, index: DeskIndex, feed: FeedCache, sender: any WebhookSender,
        schedule: RetrySchedule = .standard, mail: WebhookMail, clock: any StageClock, metrics: Metrics,
        waits: Bool = true,
        jitter: @escaping () -> Double = { .random(in: 0...1) }, told: @escaping (Notice) -> Void
    ) throws {
        self.store = store
        self.index = index
        self.feed = feed
        self.sender = sender
        self.schedule = schedule
        self.mail = mail
        self.clock = clock
        self.metrics = metrics
        self.waits = waits
        self.jitter = jitter
        self.told = told
        owner = try store.take()
    }

    package func turn(until moment: Moment) throws -> Turn {
        try lookForChanges()
        let answers = mail.take()
        let now = clock.microseconds
        for (endpoint, number, outcome) in answers { settle(endpoint, number, outcome, now) }
        if stopsAt == nil { for key in lanes.keys { try lanes[key]?.fill(from: feed) } }
        let hasKept = try keep(now)
        let hasBegun = stopsAt == nil && begin(now)
        count()
        if !answers.isEmpty || hasKept || hasBegun { return .worked }
        if waits { wait(until: moment, now) }
        return .idle
    }

    private func lookForChanges() throws {
        let changes = try store.changes()
        guard changes != seen else { return }
        let (kept, end) = try index.feedEnds()
        var fresh: [Int64: WebhookLane] = [:]
        for endpoint in try store.endpoints() {
            let begins: FeedCursor
            if let time = endpoint.replay {
                begins = try index.cursor(since: time)
            } else {
                switch (endpoint.cursor ?? end).start(kept: kept, end: end) {
                case .here(let cursor): begins = cursor
                case .reset(let cursor):
                    begins = cursor
                    told(.reset(endpoint: endpoint.name))
                }
            }
            fresh[endpoint.number] = WebhookLane(
                endpoint, schedule: schedule, cursor: begins, waiting: try store.waiting(endpoint.number),
                underWay: lanes[endpoint.number]?.queue.numbersUnderWay ?? [])
        }
        lanes = fresh
        seen = changes
    }

    private func settle(_ endpoint: Int64, _ number: Int64, _ outcome: AttemptOutcome, _ now: Int64) {
        metrics.add(
            1, to: .deskWebhookAttempts,
            .init("outcome", outcome.isDelivered ? "delivered" : isAnswered(outcome) ? "refused" : "failed"))
        guard let name = lanes[endpoint]?.endpoint.name else { return }
        for effect in lanes[endpoint]?.settle(number, outcome, at: now, jitter: jitter()) ?? [] {
            switch effect {
            case .failing: told(.failing(endpoint: name))
            case .recovered: told(.recovered(endpoint: name))
            case .disabled(let reason): told(.disabled(endpoint: name, reason))
            case .gaveUp: metrics.add(1, to: .deskWebhookGivenUp)
            case .delivered, .retry: break
            }
        }
    }

    private func isAnswered(_ outcome: AttemptOutcome) -> Bool {
        if case .answered = outcome { return true }
        return false
    }

    /// Keeps what this turn changed; whether there was anything.
    private func keep(_ now: Int64) throws -> Bool {
        let batches = lanes.keys.sorted().compactMap { lanes[$0]?.takeBatch() }
        guard !batches.isEmpty else { return false }
        for (batch, numbers) in zip(batches, try store.commit(batches, by: owner, at: now)) {
            if let numbers {
                lanes[batch.endpoint]?.kept(numbers)
            } else {
                // A person changed it: the next turn sees how.
                seen = -1
            }
        }
        return true
    }

    private func begin(_ now: Int64) -> Bool {
        // Nothing is sent by what a person has changed since.
        guard seen >= 0 else { return false }
        var hasBegun = false
        for key in lanes.keys {
            guard let lane = lanes[key] else { continue }
            let secrets = lane.secrets(at: now)
            for (number, event) in lanes[key]?.begin(at: now) ?? [] {
                hasBegun = true
                let headers = WebhookHeaders.fields(
                    id: event.id, timestamp: now / 1_000_000, body: event.body, secrets: secrets)
                sender.send(event.body, to: lane.endpoint.address, headers: headers) { [mail] outcome in
                    mail.put(key, number, outcome)
                }
            }
        }
        return hasBegun
    }

    private func count() {
        metrics.set(.deskWebhooksFailing, to: Double(lanes.values.count { $0.queue.isFailing }))
        metrics.set(.deskWebhooksDisabled, to: Double(lanes.values.count { $0.queue.state == .disabled }))
    }

    private func wait(until moment: Moment, _ now: Int64) {
        let wakes = lanes.values.compactMap(\.queue.wakes).min().map { Duration.microseconds(max(0, $0 - now)) }
        // Others may change the endpoints at any time.
        let longest = min(clock.left(until: moment), .milliseconds(500))
        mail.wait(for: min(wakes ?? longest, longest))
    }

    package func stop() { stopsAt = stopsAt ?? clock.now + .seconds(2) }

    /// What is under way has two seconds to be answered; what is not then is sent again, by the next sender.
    package var isUnderWay: Bool {
        guard let stopsAt, clock.now < stopsAt else { return false }
        return lanes.values.contains { !$0.queue.numbersUnderWay.isEmpty }
    }
}

/// What became of attempts, on its way to the sender's thread.
package final class WebhookMail: Sendable {
    private let answers = Mutex<[(Int64, Int64, AttemptOutcome)]>([])
    private let signal = DispatchSemaphore(value: 0)

    package init() {}

    /// Wakes the sender's thread.
    package func ring() { signal.signal() }

    func put(_ endpoint: Int64, _ number: Int64, _ outcome: AttemptOutcome) {
        answers.withLock { $0.append((endpoint, number, outcome)) }
        ring()
    }

    func take() -> [(Int64, Int64, AttemptOutcome)] {
        answers.withLock { answers in
            defer { answers = [] }
            return answers
        }
    }

    func wait(for time: Duration) {
        let (seconds, attoseconds) = time.components
        _ = signal.wait(timeout: .now() + Double(seconds) + Double(attoseconds) * 1e-18)
        // One waking is enough for all that has come.
        while signal.wait(timeout: .now()) == .success {}
    }
}
