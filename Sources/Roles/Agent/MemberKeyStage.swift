import Keys
import Logging
import Records
import Stages

/// The stage of an agent that goes with the epochs of keys: makes the member's sessions of a new one, and erases those of a closed
/// one once nothing waits for an answer.
final class MemberKeyStage: Stage {
    private let keychain: MemberKeychain
    private let clock: any StageClock
    private let logger: Logger
    private let isWaiting: () -> Bool

    /// - Parameter isWaiting: whether transactions have no answer yet: it may be on the log, sealed under a session of before.
    init(
        _ keychain: MemberKeychain, clock: any StageClock, logger: Logger, isWaiting: @escaping () -> Bool
    ) {
        self.keychain = keychain
        self.clock = clock
        self.logger = logger
        self.isWaiting = isWaiting
    }

    func turn(until _: Moment) throws -> Turn {
        if try keychain.follow() { return .worked }
        if !isWaiting(), try keychain.erase(now: clock.microseconds / 1_000_000) { return .worked }
        return .rest(.milliseconds(200))
    }
}
