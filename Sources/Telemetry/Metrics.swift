import Synchronization

/// Counters of one process, in Prometheus' text exposition format (version 0.0.4). Names follow Prometheus'
/// conventions: `_total` for counters, base units. Label values come from configuration, never from traffic.
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
        var help: [String: (kind: String, text: String)] = [:]
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

    package init() {}

    package func describe(_ name: String, _ kind: Kind, _ text: String) {
        state.withLock { $0.help[name] = (kind.rawValue, text) }
    }

    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package func add(_ value: Int, to name: String, _ labels: Label...) { add(value, to: name, labels) }

    package func add(_ value: Int, to name: String, _ labels: [Label]) {
        state.withLock { $0.values[Key(name: name, labels: labels), default: 0] += Double(value) }
    }

    package func set(_ name: String, _ labels: Label..., to value: Double) { set(name, labels, to: value) }

    package func set(_ name: String, _ labels: [Label], to value: Double) {
        state.withLock { $0.values[Key(name: name, labels: labels)] = value }
    }

    /// Adds an observation to a histogram.
    package func observe(_ seconds: Double, in name: String, _ labels: [Label]) {
        state.withLock { state in
            let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
            state.histograms[Key(name: name, labels: labels), default: Histogram()].counts[bucket] += 1
            state.histograms[Key(name: name, labels: labels), default: Histogram()].sum += seconds
        }
    }

    package func value(_ name: String, _ labels: Label...) -> Double {
        state.withLock { $0.values[Key(name: name, labels: labels)] ?? 0 }
    }

    package var exposition: String {
        state.withLock { state in
            var out = ""
            let names = Set((Array(state.values.keys) + Array(state.histograms.keys)).map(\.name))
            for name in names.union(state.help.keys).sorted() {
                if let (kind, text) = state.help[name] { out += "# HELP \(name) \(text)\n# TYPE \(name) \(kind)\n" }
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
