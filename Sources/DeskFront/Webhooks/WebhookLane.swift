import Desk
import DeskStore
import Policy
import Records
import Webhooks

/// One endpoint in its sender's hands.
struct WebhookLane {
    /// Messages that are taken out of the feed at once; what else there is waits there.
    static let window = 1000

    private(set) var endpoint: WebhookEndpoint
    private(set) var queue: EndpointQueue
    private var events: [Int64: WebhookBatch.Event] = [:]
    /// Behind which events have not been looked at.
    private var cursor: FeedCursor
    /// What this turn changes.
    private var batch: WebhookBatch

    /// - Parameters:
    ///   - cursor: where it begins if it never looked.
    ///   - underWay: its messages whose attempt goes on.
    init(
        _ endpoint: WebhookEndpoint, schedule: RetrySchedule, cursor: FeedCursor,
        waiting: [(message: EndpointQueue.Message, event: WebhookBatch.Event)], underWay: Set<Int64>
    ) {
        self.endpoint = endpoint
        self.cursor = cursor
        queue = EndpointQueue(
            schedule, state: endpoint.state, health: endpoint.health, waiting: waiting.map(\.message),
            underWay: underWay)
        for (message, event) in waiting { events[message.number] = event }
        batch = WebhookBatch(endpoint: endpoint.number, revision: endpoint.revision)
        if cursor != endpoint.cursor || endpoint.replay != nil { batch.cursor = cursor }
    }

    mutating func settle(_ number: Int64, _ outcome: AttemptOutcome, at now: Int64, jitter: Double) -> [EndpointQueue
        .Effect]
    {
        let before = queue.health
        let effects = queue.settle(number, outcome, at: now, jitter: jitter)
        for effect in effects {
            switch effect {
            case .delivered(let number): note(.delivered(number), outcome)
            case .retry(let message): batch.changes.append((.retry(message), outcome.word))
            case .gaveUp(let number): note(.gaveUp(number), outcome)
            case .failing: break
            case .recovered: batch.isAllDue = true
            case .disabled(let reason): batch.disabled = reason
            }
        }
        if queue.health != before { batch.health = queue.health }
        return effects
    }

    private mutating func note(_ change: WebhookBatch.Change, _ outcome: AttemptOutcome) {
        batch.changes.append((change, outcome.word))
        switch change {
        case .delivered(let number), .gaveUp(let number): events[number] = nil
        case .retry: break
        }
    }

    /// Takes the endpoint's events out of the feed, as many as there is room for.
    mutating func fill(from feed: FeedCache) throws {
        while queue.state == .active, queue.count + batch.events.count < Self.window {
            let found = try feed.batch(behind: cursor)
            guard found.next != cursor else { return }
            batch.events += found.events.compactMap(message)
            cursor = found.next
            batch.cursor = cursor
        }
    }

    private func message(_ event: FeedCache.Event) -> WebhookBatch.Event? {
        switch event.event.what {
        case .alert: guard endpoint.kinds != .acts else { return nil }
        case .act: guard endpoint.kinds != .alerts else { return nil }
        }
        guard event.event.isShown(by: endpoint.filter) else { return nil }
        return WebhookBatch.Event(id: event.event.id, body: event.message)
    }

    /// What is to be kept of this turn; nil where nothing changed.
    mutating func takeBatch() -> WebhookBatch? {
        guard !batch.isEmpty else { return nil }
        defer { batch = WebhookBatch(endpoint: endpoint.number, revision: endpoint.revision) }
        return batch
    }

    /// Takes in the messages that its events were kept as.
    mutating func kept(_ numbers: [(number: Int64, event: WebhookBatch.Event)]) {
        for (number, event) in numbers { events[number] = event }
        queue.add(numbers.map { EndpointQueue.Message(number: $0.number) })
    }

    mutating func begin(at now: Int64) -> [(number: Int64, event: WebhookBatch.Event)] {
        queue.begin(at: now).compactMap { number in events[number].map { (number, $0) } }
    }

    /// The keys that sign now.
    func secrets(at now: Int64) -> [WebhookSecret] {
        endpoint.keys.filter { $0.until.map { $0 > now } ?? true }.map(\.secret)
    }
}

extension FeedCache.Event {
    /// The event as a message of Standard Webhooks: its kind, when it happened, and what the feed says of it. It holds what was
    /// so then, whenever it is sent.
    package var message: [UInt8] {
        let seconds =
            switch event.what {
            case .alert(let row): row.facts.decidedAt / 1_000_000
            case .act(let done): done.at / 1_000_000
            }
        return Array(
            "{\"data\":\(english),\"timestamp\":\"\(EventTime(seconds: seconds).rfc3339)\",\"type\":\"\(event.name)\"}"
                .utf8)
    }
}
