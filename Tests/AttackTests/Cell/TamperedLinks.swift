import Records
import Synchronization
import ThreeParty

/// The links of three parties in one process. One party deviates: frames that it sends may be changed on the way.
final class TamperedLinks: Sendable {
    /// A frame as it arrived.
    struct Sent: Sendable {
        var to: PartyID
        var frame: Frame
    }

    /// Changes a frame to a party.
    typealias Change = @Sendable (inout Frame, PartyID) -> Void

    private struct State {
        var inboxes: [PartyID: [Frame]] = [:]
        var sent: [Sent] = []
    }

    private let state = Mutex(State())
    private let change: Change

    init(change: @escaping Change) { self.change = change }

    /// All frames so far, in the order in which they were sent.
    var sent: [Sent] { state.withLock { $0.sent } }

    func transport(of party: PartyID) -> some Transport { End(party: party, links: self) }

    private struct End: Transport {
        let party: PartyID
        let links: TamperedLinks

        func send(_ frame: Frame, to peer: PartyID) {
            var frame = frame
            links.change(&frame, peer)
            links.state.withLock { state in
                state.sent.append(Sent(to: peer, frame: frame))
                state.inboxes[peer, default: []].append(frame)
            }
        }

        /// Never waits.
        func receive(stream: StreamID, timeout: Duration) -> Frame? {
            links.state.withLock { state in
                guard state.inboxes[party]?.isEmpty == false else { return nil }
                return state.inboxes[party]?.removeFirst()
            }
        }

        var connected: Set<PartyID> { [party.next, party.previous] }
        var sent: TransportCount { TransportCount() }
    }
}
