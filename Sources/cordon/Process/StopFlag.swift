import Dispatch
import Foundation
import Synchronization

/// Asks stages to stop.
final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func stop() { flag.store(true, ordering: .relaxed) }

    /// A process's own: set by SIGINT and SIGTERM, and, for a process that another one started, when that one is gone (its
    /// end of our standard input closes).
    static func onSignals(endOfInput: Bool = false) -> StopFlag {
        let stop = StopFlag()
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler holds the source, which thereby lasts as long as the process.
            source.setEventHandler { withExtendedLifetime(source) { stop.stop() } }
            source.resume()
        }
        signal(SIGPIPE, SIG_IGN)
        if endOfInput {
            Thread {
                while !FileHandle.standardInput.availableData.isEmpty {}
                stop.stop()
            }.start()
        }
        return stop
    }
}
