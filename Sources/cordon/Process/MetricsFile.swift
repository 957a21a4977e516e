import EventLogs
import Foundation
import Telemetry

/// Writes a process's metrics to a file twice a second, whole or not at all: what node_exporter's textfile collector
/// and the demo read.
struct MetricsFile {
    let path: String
    let metrics: Metrics
    let log: any EventLog
    /// Sets what is read at the time of writing.
    let refresh: @Sendable () -> Void

    func run(until stop: StopFlag) {
        while !stop.isSet {
            write()
            Thread.sleep(forTimeInterval: 0.5)
        }
        write()
    }

    func write() { try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) }

    /// The metrics now, in Prometheus' text format.
    var text: String {
        refresh()
        for figure in log.statistics() {
            metrics.describe(figure.name, figure.name.hasSuffix("_total") ? .counter : .gauge, figure.help)
            metrics.set(
                figure.name, figure.labels.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) },
                to: figure.value)
        }
        return metrics.exposition
    }
}
