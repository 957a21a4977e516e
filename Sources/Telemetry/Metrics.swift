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
    }

    private let state = Mutex(State())

    package init() {}

    package func describe(_ name: String, _ kind: Kind, _ text: String) {
        state.withLock { $0.help[name] = (kind.rawValue, text) }
    }

    package enum Kind: String, Sendable {
        case counter, gauge
    }

    package func add(_ value: Int, to name: String, _ labels: Label...) {
        state.withLock { $0.values[Key(name: name, labels: labels), default: 0] += Double(value) }
    }

    package func set(_ name: String, _ labels: Label..., to value: Double) { set(name, labels, to: value) }

    package func set(_ name: String, _ labels: [Label], to value: Double) {
        state.withLock { $0.values[Key(name: name, labels: labels)] = value }
    }

    package func value(_ name: String, _ labels: Label...) -> Double {
        state.withLock { $0.values[Key(name: name, labels: labels)] ?? 0 }
    }

    package var exposition: String {
        state.withLock { state in
            var out = ""
            for name in Set(state.values.keys.map(\.name)).union(state.help.keys).sorted() {
                if let (kind, text) = state.help[name] { out += "# HELP \(name) \(text)\n# TYPE \(name) \(kind)\n" }
                let rows = state.values.filter { $0.key.name == name }.map { key, value -> String in
                    let labels = key.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
                    let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
                    return "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number)\n"
                }
                out += rows.sorted().joined()
            }
            return out
        }
    }
}
