package import Desk
package import Webhooks

/// An endpoint that the feed's events are sent to, as its store has it.
package struct WebhookEndpoint: Sendable {
    /// Which of the feed's events. A raw value stands in the store and in forms.
    package enum Kinds: String, Sendable, CaseIterable {
        case alerts, acts, both
    }

    /// A key, and until when it signs, in microseconds since 1970; nil for the one that stays.
    package struct Key: Sendable {
        package var secret: WebhookSecret
        package var until: Int64?
    }

    package var number: Int64
    package var name: String
    package var address: WebhookAddress
    package var filter: QueueFilter
    package var kinds: Kinds
    package var state: EndpointQueue.State
    /// Why it is disabled.
    package var reason: EndpointQueue.Reason?
    package var health: EndpointQueue.Health
    /// Behind which events have not been looked at; nil before the first look.
    package var cursor: FeedCursor?
    /// From when events are to be sent again, in microseconds since 1970.
    package var replay: Int64?
    /// How often a person changed it.
    package var revision: Int64
    package var keys: [Key]

    /// 1 to 64 small letters, digits, `-` and `_`.
    package static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95 }
    }
}

/// A message to an endpoint, as lists show it.
package struct WebhookMessage: Hashable, Sendable {
    /// What became of it. A raw value stands in the store.
    package enum State: Int64, Sendable, CaseIterable {
        case waiting = 0
        case delivered = 1
        /// Tried no more.
        case givenUp = 2
    }

    package var number: Int64
    /// The event's id in the feed, and the message's `webhook-id`.
    package var id: String
    package var state: State
    package var attempts: Int
    /// When it is tried next, in microseconds since 1970.
    package var due: Int64
    /// The last attempt's status or failure; nil before the first, with its time in microseconds.
    package var last: String?
    package var at: Int64?
}

/// What one turn of the sender changes of an endpoint.
package struct WebhookBatch: Sendable {
    package struct Event: Sendable {
        package var id: String
        package var body: [UInt8]

        package init(id: String, body: [UInt8]) {
            self.id = id
            self.body = body
        }
    }

    package enum Change: Sendable {
        case delivered(Int64)
        case retry(EndpointQueue.Message)
        case gaveUp(Int64)
    }

    package var endpoint: Int64
    /// The endpoint's revision that the sender goes by.
    package var revision: Int64
    /// Events that came, and the cursor behind them.
    package var events: [Event] = []
    package var cursor: FeedCursor?
    /// What became of attempts, each with its word.
    package var changes: [(change: Change, word: String)] = []
    package var isAllDue = false
    package var disabled: EndpointQueue.Reason?
    /// Nil where it is as it was.
    package var health: EndpointQueue.Health?

    package init(endpoint: Int64, revision: Int64) {
        self.endpoint = endpoint
        self.revision = revision
    }

    package var isEmpty: Bool {
        events.isEmpty && cursor == nil && changes.isEmpty && !isAllDue && disabled == nil && health == nil
    }
}
