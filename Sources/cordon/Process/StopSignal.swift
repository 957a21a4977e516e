import Dispatch
import Foundation
import Synchronization

/// Asks a process's stages to stop: on SIGINT and SIGTERM, and, for a process that another one started, when that one is
/// gone (its end of our standard input closes).
final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    init(onEndOfInput: Bool = false) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler holds the source, which thereby lasts as long as the process.
            source.setEventHandler { [weak self] in
                withExtendedLifetime(source) { self?.stop() }
            }
            source.resume()
        }
        signal(SIGPIPE, SIG_IGN)
        guard onEndOfInput else { return }
        Thread { [weak self] in
            while !FileHandle.standardInput.availableData.isEmpty {}
            self?.stop()
        }.start()
    }

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func stop() { flag.store(true, ordering: .relaxed) }
}
