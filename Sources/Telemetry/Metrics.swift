import Synchronization

/// Metrics of one process, in Prometheus' text exposition format (version 0.0.4). Label values come from configuration,
/// never from traffic.
package final class Metrics: Sendable {
    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    private struct Key: Hashable {
        var name: String
        var labels: [Label]
    }

    private struct State {
        var described: [String: Metric] = [:]
        var values: [Key: Double] = [:]
        var histograms: [Key: Histogram] = [:]
    }

    private struct Histogram {
        var counts = [Int](repeating: 0, count: Metrics.bounds.count + 1)
        var sum = 0.0
    }

    /// Upper bounds of a histogram's buckets, in seconds.
    private static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private let state = Mutex(State())

    /// - Parameter metrics: shown with their help from the start, before anything is counted.
    package init(describing metrics: [Metric] = []) { describe(metrics) }

    /// Metrics that are shown with their help from now on. Others are shown once they have a value, without it.
    package func describe(_ metrics: [Metric]) {
        state.withLock { state in
            for metric in metrics { state.described[metric.name] = metric }
        }
    }

    /// An addition to a counter.
    package func add(_ value: Int, to metric: Metric, _ labels: Label...) { add(value, to: metric, labels) }

    /// An addition to a counter.
    package func add(_ value: Int, to metric: Metric, _ labels: [Label]) {
        let key = Self.key(metric, labels)
        state.withLock { $0.values[key, default: 0] += Double(value) }
    }

    /// A new value of a gauge, or of a counter that is kept elsewhere.
    package func set(_ metric: Metric, _ labels: Label..., to value: Double) { set(metric, labels, to: value) }

    /// A new value of a gauge, or of a counter that is kept elsewhere.
    package func set(_ metric: Metric, _ labels: [Label], to value: Double) {
        let key = Self.key(metric, labels)
        state.withLock { $0.values[key] = value }
    }

    /// An observation for a histogram.
    package func observe(_ seconds: Double, in metric: Metric, _ labels: [Label]) {
        let key = Self.key(metric, labels)
        state.withLock { state in
            let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
            state.histograms[key, default: Histogram()].counts[bucket] += 1
            state.histograms[key, default: Histogram()].sum += seconds
        }
    }

    /// The value of a counter or gauge; 0 where it has none.
    package func value(_ metric: Metric, _ labels: Label...) -> Double { value(Self.key(metric, labels)) }

    /// The value of the counter or gauge of a name; 0 where it has none.
    package func value(_ name: String, _ labels: Label...) -> Double { value(Key(name: name, labels: labels)) }

    private func value(_ key: Key) -> Double { state.withLock { $0.values[key] ?? 0 } }

    private static func key(_ metric: Metric, _ labels: [Label]) -> Key {
        assert(labels.map(\.name) == metric.labels, "\(metric.name) has other labels")
        return Key(name: metric.name, labels: labels)
    }

    /// The metrics now, each behind its help.
    package var exposition: String {
        state.withLock { state in
            var out = ""
            let names = Set((Array(state.values.keys) + Array(state.histograms.keys)).map(\.name))
            for name in names.union(state.described.keys).sorted() {
                if let metric = state.described[name] {
                    out += "# HELP \(name) \(metric.help)\n# TYPE \(name) \(metric.kind.rawValue)\n"
                }
                let rows = state.values.filter { $0.key.name == name }.map { Self.row(name, $0.key.labels, $0.value) }
                out += rows.sorted().joined()
                let histograms = state.histograms.filter { $0.key.name == name }.map {
                    Self.rows(name, $0.key.labels, $0.value)
                }
                out += histograms.sorted().joined()
            }
            return out
        }
    }

    private static func row(_ name: String, _ labels: [Label], _ value: Double) -> String {
        let labels = labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
        let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
        return "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number)\n"
    }

    private static func rows(_ name: String, _ labels: [Label], _ histogram: Histogram) -> String {
        var count = 0
        var out = ""
        for (bound, added) in zip(bounds.map { "\($0)" } + ["+Inf"], histogram.counts) {
            count += added
            out += row(name + "_bucket", labels + [Label("le", bound)], Double(count))
        }
        return out + row(name + "_sum", labels, histogram.sum) + row(name + "_count", labels, Double(count))
    }
}
