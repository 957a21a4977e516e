package import EventLogs
import Foundation
package import Stages
package import Telemetry

/// A process's metrics as a file, written twice a second, whole or not at all, for node_exporter's textfile collector and the
/// demo.
package struct MetricsFile {
    package let path: String
    package let metrics: Metrics
    package let log: any EventLog
    /// Sets what is read at the time of writing.
    package let refresh: @Sendable () -> Void
    private let clock: any StageClock

    package init(
        path: String, metrics: Metrics, log: any EventLog, clock: any StageClock = SystemClock(),
        refresh: @escaping @Sendable () -> Void
    ) {
        self.path = path
        self.metrics = metrics
        self.log = log
        self.clock = clock
        self.refresh = refresh
    }

    /// Writes the file until told to stop, and a last time then.
    package func run(until stop: StopFlag) {
        while !stop.isSet {
            write()
            clock.wait(for: .milliseconds(500))
        }
        write()
    }

    /// Writes the file once.
    package func write() { try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) }

    /// The metrics now, in Prometheus' text format.
    package var text: String {
        refresh()
        for figure in log.statistics() {
            let metric = Metric(figure)
            metrics.describe([metric])
            metrics.set(metric, metric.labels.map { .init($0, figure.labels[$0] ?? "") }, to: figure.value)
        }
        return metrics.exposition
    }
}

extension Metric {
    /// The metric of a figure that the log's client hands over: which ones there are is its own affair.
    fileprivate init(_ figure: LogStatistic) {
        let labels = figure.labels.keys.sorted()
        self =
            figure.name.hasSuffix("_total")
            ? .counter(figure.name, figure.help, labels: labels) : .gauge(figure.name, figure.help, labels: labels)
    }
}
