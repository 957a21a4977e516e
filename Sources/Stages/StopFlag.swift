import Foundation
import Synchronization

/// Asks stages to stop.
package final class StopFlag: Sendable {
    /// Whether SIGINT or SIGTERM came. Of the process, as signals are.
    private static let signalled = Atomic<Bool>(false)
    private let flag = Atomic<Bool>(false)
    private let followsSignals: Bool

    package init() { followsSignals = false }

    private init(followsSignals: Bool) { self.followsSignals = followsSignals }

    package var isSet: Bool {
        flag.load(ordering: .relaxed) || followsSignals && Self.signalled.load(ordering: .relaxed)
    }

    package func stop() { flag.store(true, ordering: .relaxed) }

    /// A process's own: set by SIGINT and SIGTERM, and, for a process that another one started, when that one is gone (its
    /// end of our standard input closes). Made first of all, so that no signal finds the process half started.
    package static func onSignals(endOfInput: Bool = false) -> StopFlag {
        // Touched here, so that the handler finds it made. A dispatch source would lose what comes before it is armed.
        signalled.store(false, ordering: .relaxed)
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in StopFlag.signalled.store(true, ordering: .relaxed) }
            sigaddset(&wanted, number)
        }
        // Who started this process may have had them blocked, which is inherited.
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        signal(SIGPIPE, SIG_IGN)
        let stop = StopFlag(followsSignals: true)
        if endOfInput {
            Thread {
                while !FileHandle.standardInput.availableData.isEmpty {}
                stop.stop()
            }.start()
        }
        return stop
    }
}
