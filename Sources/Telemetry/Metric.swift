/// A declaration of a metric, in the module that counts it. Names follow Prometheus' conventions: `_total` for counters,
/// base units.
package struct Metric: Hashable, Sendable {
    /// The kind of numbers, in Prometheus' words.
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package let name: String
    package let kind: Kind
    package let help: String
    /// The names of the labels that every row has, in the rows' order.
    package let labels: [String]

    /// A number that only rises while its process runs.
    package static func counter(_ name: String, _ help: String, labels: [String] = []) -> Metric {
        Metric(name: name, kind: .counter, help: help, labels: labels)
    }

    /// A number that rises and falls.
    package static func gauge(_ name: String, _ help: String, labels: [String] = []) -> Metric {
        Metric(name: name, kind: .gauge, help: help, labels: labels)
    }

    /// Observations, counted by how large they are.
    package static func histogram(_ name: String, _ help: String, labels: [String] = []) -> Metric {
        Metric(name: name, kind: .histogram, help: help, labels: labels)
    }

    /// The metric as another role counts it, which says something else of it under the same name.
    package func redescribed(_ help: String, labels: [String]) -> Metric {
        Metric(name: name, kind: kind, help: help, labels: labels)
    }
}
