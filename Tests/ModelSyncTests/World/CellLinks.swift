import Records
import Synchronization
import ThreeParty

/// Links among three parties in one process, as TLS has them: those of a party that is not there are down, and what was under way
/// to it or from it is lost.
final class CellLinks: Sendable {
    private struct State {
        var inboxes: [PartyID: FrameInbox] = [:]
    }

    private let state = Mutex(State())

    /// A party that begins: nothing waits for it.
    func begin(_ party: PartyID) -> Link {
        let inbox = FrameInbox()
        state.withLock { $0.inboxes[party] = inbox }
        return Link(party: party, inbox: inbox, links: self)
    }

    /// A party that is gone.
    func end(_ party: PartyID) {
        let peers = state.withLock { state in
            state.inboxes[party] = nil
            return Array(state.inboxes.values)
        }
        for inbox in peers { inbox.linkLost(party) }
    }

    /// A party's end.
    struct Link: Transport {
        let party: PartyID
        fileprivate let inbox: FrameInbox
        fileprivate let links: CellLinks

        var connected: Set<PartyID> { links.state.withLock { Set($0.inboxes.keys).subtracting([party]) } }
        var sent: TransportCount { TransportCount() }

        func send(_ frame: Frame, to peer: PartyID) {
            links.state.withLock { state in
                // A process that was replaced reaches nobody.
                guard state.inboxes[party] === inbox else { return }
                _ = state.inboxes[peer]?.deliver(frame)
            }
        }

        func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
            try inbox.receive(stream: stream, timeout: timeout)
        }
    }
}
