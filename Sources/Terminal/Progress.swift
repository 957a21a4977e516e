import Evaluation
import Foundation

/// One line on standard error that tells how far something long is; on a terminal it is drawn over.
package final class Progress: ProgressDisplay {
    private let what: String
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant
    private let terminal = isatty(STDERR_FILENO) == 1

    package init(_ what: String) {
        self.what = what
        start = clock.now
        last = start
        if terminal { write("\(what) ...") }
    }

    package func show(_ state: @autoclosure () -> String) {
        guard clock.now - last > (terminal ? .milliseconds(200) : .seconds(2)) else { return }
        last = clock.now
        write("\(what): \(state())")
    }

    package func done(_ result: String) {
        let seconds = (clock.now - start) / .seconds(1)
        write("\(what): \(result) (\(String(format: "%.1f", seconds)) s)")
        if terminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    private func write(_ line: String) {
        FileHandle.standardError.write(Data((terminal ? "\r\u{1B}[2K\(line)" : line + "\n").utf8))
    }
}

/// A line on standard output, at once, whoever reads it.
package func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
