import Dispatch
import Foundation
import Synchronization

/// Runs a body on a thread of its own, as a process beside the test would.
final class Worker<Value: Sendable>: Sendable {
    /// The body did not end; its thread is left behind.
    struct Stuck: Error {}

    private let outcome = Mutex<Result<Value, any Error>?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () throws -> Value) {
        Thread { [self] in
            let result = Result { try body() }
            outcome.withLock { $0 = result }
            ended.signal()
        }.start()
    }

    /// What the body returned or threw. A minute is no measurement, only the difference between late and never.
    func value() throws -> Value {
        guard ended.wait(timeout: .now() + .seconds(60)) == .success, let result = outcome.withLock({ $0 }) else {
            throw Stuck()
        }
        return try result.get()
    }
}
