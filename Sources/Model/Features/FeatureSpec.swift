package import Records

/// The features of a model, public to all members: a member's own, which it computes and shares, and behind them the
/// consortium's, which the parties add from what they count (docs/DESIGN.md 4.5).
package struct FeatureSpec: Sendable, Hashable {
    /// The spec's name, part of its digest.
    package let name: String
    /// A member's own in the order they were given, then the consortium's: those of one window side by side, and behind them the
    /// ones that are public among the parties.
    package let features: [Feature]
    /// How the consortium's features are counted, and when it is said of an event whether it was a fraud.
    package let terms: ConsortiumTerms
    /// Whether members tell the parties of every event, in shares, whether it was a fraud: for features of the consortium, or for a
    /// training on shares alone.
    package let tellsLabels: Bool

    /// Puts features into the order that lookups need; their order among those of one window is kept.
    ///
    /// - Parameter tellsLabels: of a spec without features of the consortium; one that has any tells labels anyway.
    package init(
        name: String, features: [Feature], terms: ConsortiumTerms = ConsortiumTerms(), tellsLabels: Bool = false
    ) {
        self.name = name
        self.terms = terms
        self.tellsLabels = tellsLabels || features.contains { $0.shared != nil }
        let secret = features.filter { $0.shared?.signal.isSecret == true }
        var groups: [[Feature]] = []
        for feature in secret {
            if let at = groups.firstIndex(where: { $0[0].shared?.isSameWindow(as: feature) == true }) {
                groups[at].append(feature)
            } else {
                groups.append([feature])
            }
        }
        self.features =
            features.filter { $0.shared == nil } + groups.flatMap(\.self)
            + features.filter { $0.shared?.signal.isSecret == false }
    }

    /// How many features are a member's own.
    package var ownCount: Int { features.count { $0.shared == nil } }

    /// The spec without the consortium's features.
    package var own: FeatureSpec { FeatureSpec(name: name, features: Array(features.prefix(ownCount)), terms: terms) }

    /// The spec with all bins to be learnt.
    var withoutEdges: FeatureSpec {
        FeatureSpec(
            name: name, features: features.map { Feature(name: $0.name, kind: $0.kind) }, terms: terms,
            tellsLabels: tellsLabels)
    }

    /// First eight bytes, big-endian, of a SHA-256 digest of what a member computes: values of a spec with another digest are other
    /// numbers. Where they are cut plays no part.
    package var ownDigest: UInt64 {
        let lines = own.withoutEdges.features.map { Array(FeatureForm($0).line.utf8) }
        return UInt64(bigEndianBytes: Digest32(of: [Array("cordon/own-features/v1".utf8)] + lines).bytes.prefix(8))
    }

    /// Whose tokens a sealed transaction carries, in order.
    package var tokenEntities: [Feature.Entity] {
        var entities: [Feature.Entity] = []
        for entity in features.compactMap(\.shared?.entity) where !entities.contains(entity) { entities.append(entity) }
        return entities
    }
}

/// One number that is computed of a transaction and what came before it.
package struct Feature: Sendable, Hashable {
    package var name: String
    package var kind: Kind
    /// Where the spec cuts the feature's values, ascending; nil where bins are learnt from a sample.
    package var edges: [Double]?

    package init(name: String, kind: Kind, edges: [Double]? = nil) {
        self.name = name
        self.kind = kind
        self.edges = edges
    }

    /// Whose history a window is over.
    package enum Entity: String, Sendable, Hashable, CaseIterable {
        case customer, terminal, account, card, payee, merchant
        case merchantCategory = "merchant_category"
        case device, ip, country

        /// Those whose tokens the parties count.
        package static let tokens: [Entity] = [.terminal, .account, .card, .payee, .merchant, .device]
    }

    /// The half-open span of event time `(t - delay - span, t - delay]` before a transaction at `t`, in seconds. A window
    /// without a delay holds the transaction itself.
    package struct Window: Sendable, Hashable {
        /// The window's length in seconds.
        package var span: Int64
        /// How long before the transaction the window ends, in seconds.
        package var delay: Int64

        package init(span: Int64, delay: Int64 = 0) {
            self.span = span
            self.delay = delay
        }

        /// A window of whole days of 86,400 seconds.
        package init(days: Int, delayDays: Int = 0) {
            self.init(span: Int64(days) * EventTime.day, delay: Int64(delayDays) * EventTime.day)
        }

        /// Ten years.
        package static let limit: Int64 = 3650 * EventTime.day
    }

    /// What is made of a window of an entity's transactions. Amounts are in major units.
    package enum Aggregate: Sendable, Hashable {
        /// Transactions in the window.
        case count
        /// Their amounts, added up.
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
        /// The window's largest amount over the mean of the `history`, in seconds, that ends where the window begins; 0
        /// where that holds nothing.
        case maxOverMean(history: Int64)
        /// Confirmed frauds.
        case frauds
        /// Confirmed frauds over max(1, transactions).
        case fraudRate
    }

    /// What all members' transactions with one entity say. Windows hold whole buckets of event time, the newest of which ended at
    /// or before t - delay.
    package enum Signal: String, Sendable, Hashable, CaseIterable {
        /// Confirmed frauds, which neither a member nor a party learns.
        case frauds
        /// Confirmed frauds over max(1, transactions).
        case fraudRate = "fraud_rate"
        /// Transactions, public among the parties. A window without a delay is the last minute, hour or day.
        case count
        /// Members that sent one, public among the parties.
        case members

        /// Whether no single party learns it.
        package var isSecret: Bool { self == .frauds || self == .fraudRate }
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
        /// Counted by the parties over all members; 0 where the transaction has no such entity.
        case consortium(Signal, Entity, Window)
    }

    /// What the parties count for it; nil for a member's own.
    package var shared: Shared? {
        guard case .consortium(let signal, let entity, let window) = kind else { return nil }
        return Shared(signal: signal, entity: entity, window: window)
    }

    /// What a feature of the consortium counts, of whom, and when.
    package struct Shared: Sendable, Hashable {
        package var signal: Signal
        package var entity: Entity
        package var window: Window

        /// Whether the other feature is over the same window of the same entity.
        func isSameWindow(as other: Feature) -> Bool {
            other.shared.map { $0.entity == entity && $0.window == window } ?? false
        }
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
