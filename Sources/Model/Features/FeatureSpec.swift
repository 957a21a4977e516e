package import Records

/// What is computed of a transaction before anything is shared: an ordered list of features, public to all members.
package struct FeatureSpec: Sendable, Hashable {
    package var name: String
    package var features: [Feature]

    package init(name: String, features: [Feature]) {
        self.name = name
        self.features = features
    }
}

package struct Feature: Sendable, Hashable {
    package var name: String
    package var kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// Whose history a window is over.
    package enum Entity: String, Sendable, Hashable, CaseIterable {
        case customer, terminal, account, card, payee, merchant
        case merchantCategory = "merchant_category"
        case device, ip, country
    }

    /// The half-open span of event time `(t - delay - span, t - delay]` before a transaction at `t`, in seconds. A window
    /// without a delay holds the transaction itself.
    package struct Window: Sendable, Hashable {
        package var span: Int64
        package var delay: Int64

        package init(span: Int64, delay: Int64 = 0) {
            self.span = span
            self.delay = delay
        }

        package init(days: Int, delayDays: Int = 0) {
            self.init(span: Int64(days) * EventTime.day, delay: Int64(delayDays) * EventTime.day)
        }

        /// Ten years.
        package static let limit: Int64 = 3650 * EventTime.day
    }

    /// What is made of a window of an entity's transactions. Amounts are in major units.
    package enum Aggregate: Sendable, Hashable {
        case count
        case sum
        /// 0 where the window is empty, as is `max`.
        case mean
        /// Of the newest `FeatureEngine.walk` transactions of the window.
        case max
        /// How many values of another entity, of the newest `FeatureEngine.walk` transactions of the window.
        case distinct(Entity)
        /// Seconds since the transaction before this one; the span where the window has none.
        case secondsSinceLast
        /// This amount over the window's mean; 0 where the window is empty.
        case amountOverMean
        /// This amount over the window's largest; 0 where the window is empty.
        case amountOverMax
        /// Transactions in the window over what a window of its length holds on average in the `history`, in seconds,
        /// before the same moment: 1 for an entity that is as busy as ever.
        case countOverMean(history: Int64)
        /// Confirmed frauds.
        case frauds
        /// Confirmed frauds over max(1, transactions).
        case fraudRate
    }

    package enum Kind: Sendable, Hashable {
        /// In major units.
        case amount
        /// 1 on Saturday and Sunday.
        case weekend
        /// 1 where the hour of day is at most 6.
        case night
        /// 0 ... 23.
        case hour
        /// Monday is 0.
        case weekday
        /// 1 ... 31.
        case dayOfMonth
        /// 1 where the payment is of this kind, or came by this channel.
        case isKind(PaymentKind)
        case isChannel(PaymentChannel)
        /// 1 where the entity is one of these.
        case listed(Entity, Set<String>)
        /// 0 where the transaction has no such entity, `secondsSinceLast` aside.
        case window(Aggregate, Entity, Window)
    }
}

extension Feature.Kind {
    package static func count(_ entity: Feature.Entity, _ window: Feature.Window) -> Self {
        .window(.count, entity, window)
    }
    package static func meanAmount(_ entity: Feature.Entity, _ window: Feature.Window) -> Self {
        .window(.mean, entity, window)
    }
    package static func amountOverMean(_ entity: Feature.Entity, _ window: Feature.Window) -> Self {
        .window(.amountOverMean, entity, window)
    }
    package static func frauds(_ entity: Feature.Entity, _ window: Feature.Window) -> Self {
        .window(.frauds, entity, window)
    }
    package static func fraudRate(_ entity: Feature.Entity, _ window: Feature.Window) -> Self {
        .window(.fraudRate, entity, window)
    }
}

extension Transaction {
    /// Who or what the transaction names as this entity; nil where it names none.
    package func name(of entity: Feature.Entity) -> String? {
        switch entity {
        case .customer: customer
        case .terminal: terminal
        case .account: entities[.account]
        case .card: entities[.card]
        case .payee: entities[.payee]
        case .merchant: entities[.merchant]
        case .merchantCategory: entities[.merchantCategory]
        case .device: entities[.device]
        case .ip: entities[.ip]
        case .country: entities[.country]
        }
    }
}
