package import Keys
package import Records
import Synchronization

/// The sessions that a member seals under now, and the epochs of keys that are closed. When an epoch comes, its own sessions take
/// the place of those before.
package final class SealingSessions: Sendable {
    /// Sessions with all three parties in one epoch.
    package struct Epoch: Sendable {
        package let number: UInt32
        package let sessions: [PartyID: Session]

        package init(number: UInt32, sessions: [PartyID: Session]) {
            self.number = number
            self.sessions = sessions
        }
    }

    private let current: Mutex<Epoch>
    private let closed: Mutex<EpochClosings>
    private let part = Mutex(Participation.takesPart)

    package init(_ epoch: Epoch, closings: EpochClosings = EpochClosings()) {
        current = Mutex(epoch)
        closed = Mutex(closings)
    }

    /// What the member is to the consortium now.
    package var participation: Participation { part.withLock { $0 } }

    package func note(_ participation: Participation) { part.withLock { $0 = participation } }

    package var now: Epoch { current.withLock { $0 } }
    /// What was sealed behind these is to be sealed again, under the sessions of now.
    package var closings: EpochClosings { closed.withLock { $0 } }

    /// Whatever is sealed from now on is sealed under these.
    package func renew(_ epoch: Epoch) { current.withLock { $0 = epoch } }

    /// Takes note of the closings that there are now. Before, `renew` is given an epoch that is open.
    package func close(_ closings: EpochClosings) { closed.withLock { $0 = closings } }
}

/// What a member is to a consortium, as far as its agent knows.
package enum Participation: Sendable, Hashable {
    case takesPart
    /// It takes no part in the newest epoch of keys: nothing is sealed any more, and what was is decided on.
    case hasLeft
    /// Nor does any score come any more: this is where its scores end.
    case isSettled(scores: Int64)
}
