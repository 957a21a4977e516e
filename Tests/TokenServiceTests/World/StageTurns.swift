import Stages
import TokenService

extension TokenStage {
    /// A turn that waits for something to answer.
    @discardableResult
    func turn(timeout: Duration) throws -> Turn { try turn(until: SystemClock().now + timeout) }

    /// Works as a party's thread does.
    func run(until stop: () -> Bool, failed: @escaping () -> Void = {}) throws {
        try Stages.StageThread(clock: SystemClock()) { _ in failed() }.run(self, until: stop)
    }
}

extension TokenKeyStage {
    /// A turn that waits for something new; what has come of it.
    func turn(timeout: Duration) throws -> [TokenKeyEvent] {
        _ = try turn(until: SystemClock().now + timeout)
        return takeEvents()
    }
}
