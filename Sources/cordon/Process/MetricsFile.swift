import Foundation
import Telemetry

/// Writes a process's metrics to a file twice a second, whole or not at all: what node_exporter's textfile collector
/// and the demo read.
struct MetricsFile {
    let path: String
    let metrics: Metrics
    /// Sets what is read at the time of writing.
    let refresh: @Sendable () -> Void

    func run(until stop: StopFlag) {
        while !stop.isSet {
            write()
            Thread.sleep(forTimeInterval: 0.5)
        }
        write()
    }

    func write() {
        refresh()
        try? Data(metrics.exposition.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
