import Records
import Stages

/// The stage of an agent that goes with the epochs of keys: makes the member's sessions of a new one, and erases those of a closed
/// one once all of its scores are decided. Of a member that has left it notes when no score comes any more.
final class MemberKeyStage: Stage {
    private let keychain: MemberKeychain
    private let isAgreed: () throws -> Void
    private let clock: any StageClock
    private var looking = Throttle(.seconds(1))

    /// - Parameter isAgreed: throws where the agreement that came with an epoch does not allow what the agent is for.
    init(_ keychain: MemberKeychain, clock: any StageClock, isAgreed: @escaping () throws -> Void = {}) {
        self.keychain = keychain
        self.isAgreed = isAgreed
        self.clock = clock
    }

    func turn(until _: Moment) throws -> Turn {
        if try keychain.follow() {
            try isAgreed()
            return .worked
        }
        if looking.isDue(at: clock.now) {
            try keychain.settle()
            if try keychain.erase(now: clock.microseconds / 1_000_000) { return .worked }
        }
        return .rest(.milliseconds(200))
    }
}
