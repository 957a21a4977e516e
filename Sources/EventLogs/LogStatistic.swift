/// A figure about the client side of a log, named and labelled by Prometheus' conventions.
package struct LogStatistic: Sendable, Hashable {
    package var name: String
    /// Label values come from configuration, never from traffic.
    package var labels: [String: String]
    package var value: Double
    /// What it is, in a sentence.
    package var help: String

    package init(_ name: String, _ labels: [String: String] = [:], _ value: Double, help: String) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = value
    }
}
