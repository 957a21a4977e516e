package import Keys
package import Records
import Synchronization

/// The sessions that a member seals under now. When an epoch of keys comes, its own take the place of those before.
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

    package init(_ epoch: Epoch) { current = Mutex(epoch) }

    package var now: Epoch { current.withLock { $0 } }

    /// Whatever is sealed from now on is sealed under these.
    package func renew(_ epoch: Epoch) { current.withLock { $0 = epoch } }
}
