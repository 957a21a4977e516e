import Dispatch
import Foundation
import Synchronization

/// Runs a body on a thread of its own, as a process beside the test would.
package final class Worker<Value: Sendable>: Sendable {
    /// The body did not end; its thread is left behind.
    package struct Stuck: Error {}

    private let outcome = Mutex<Result<Value, any Error>?>(nil)
    private let ended = DispatchSemaphore(value: 0)
    /// Until it has run: nothing that it holds is to go with the thread's own closure, behind its last line.
    private let body: Mutex<(@Sendable () throws -> Value)?>

    package init(_ body: @escaping @Sendable () throws -> Value) {
        self.body = Mutex(body)
        Thread { [self] in
            let result = Result { try self.body.withLock { $0.take() }!() }
            outcome.withLock { $0 = result }
            ended.signal()
        }.start()
    }

    /// What the body returned or threw. A minute is no measurement, only the difference between late and never.
    package func value() throws -> Value {
        guard ended.wait(timeout: .now() + .seconds(60)) == .success, let result = outcome.withLock({ $0 }) else {
            throw Stuck()
        }
        return try result.get()
    }
}
