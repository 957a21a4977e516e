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
        case customer, terminal
    }

    /// The half-open span of event time `(t - delay - length, t - delay]` before a transaction at `t`, in days. A window
    /// without a delay holds the transaction itself.
    package struct Window: Sendable, Hashable {
        package var days: Int
        package var delayDays: Int

        package init(days: Int, delayDays: Int = 0) {
            self.days = days
            self.delayDays = delayDays
        }
    }

    package enum Kind: Sendable, Hashable {
        /// In major units.
        case amount
        /// 1 on Saturday and Sunday.
        case weekend
        /// 1 where the hour of day is at most 6.
        case night
        /// Transactions of the entity in the window.
        case count(Entity, Window)
        /// Mean amount in the window, in major units; 0 where the window is empty.
        case meanAmount(Entity, Window)
        /// This amount over the mean amount in the window; 0 where the window is empty.
        case amountOverMean(Entity, Window)
        /// Confirmed frauds in the window.
        case frauds(Entity, Window)
        /// Confirmed frauds over max(1, transactions).
        case fraudRate(Entity, Window)

        /// The word for it in configuration and model files.
        package var name: String {
            switch self {
            case .amount: "amount"
            case .weekend: "weekend"
            case .night: "night"
            case .count: "count"
            case .meanAmount: "mean_amount"
            case .amountOverMean: "amount_over_mean"
            case .frauds: "frauds"
            case .fraudRate: "fraud_rate"
            }
        }

        /// The kind that `name` and window name; nil where the word is unknown, or a window is missing or too much.
        package init?(name: String, window: (entity: Entity, window: Window)?) {
            guard let (entity, window) = window else {
                switch name {
                case "amount": self = .amount
                case "weekend": self = .weekend
                case "night": self = .night
                default: return nil
                }
                return
            }
            switch name {
            case "count": self = .count(entity, window)
            case "mean_amount": self = .meanAmount(entity, window)
            case "amount_over_mean": self = .amountOverMean(entity, window)
            case "frauds": self = .frauds(entity, window)
            case "fraud_rate": self = .fraudRate(entity, window)
            default: return nil
            }
        }

        package static let names = [
            "amount", "weekend", "night", "count", "mean_amount", "amount_over_mean", "frauds", "fraud_rate",
        ]

        package var window: (entity: Entity, window: Window)? {
            switch self {
            case .amount, .weekend, .night: nil
            case .count(let e, let w), .meanAmount(let e, let w), .amountOverMean(let e, let w), .frauds(let e, let w),
                .fraudRate(let e, let w):
                (e, w)
            }
        }
    }
}
