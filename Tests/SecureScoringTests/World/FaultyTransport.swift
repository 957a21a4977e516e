import Records
import Synchronization
import ThreeParty

/// What happens to frames between the three parties: lost, held back, or links that are down.
final class Wire: Sendable {
    enum Fate {
        case pass, drop
    }

    private struct State {
        var down: Set<PartyID> = []
        var cut: Set<PartyID> = []
        var fate: @Sendable (Frame, PartyID) -> Fate = { _, _ in .pass }
    }

    private let state = Mutex(State())
    private let cell = InProcessTransport.cell()

    func transport(_ party: PartyID) -> any Transport { FaultyTransport(party: party, wire: self, inner: cell[party]!) }

    /// No link to `party` from now on, or a link again.
    func setDown(_ party: PartyID, _ isDown: Bool) {
        state.withLock { state in
            if isDown { state.down.insert(party) } else { state.down.remove(party) }
        }
    }

    /// No link between two parties from now on, of whom there are two at most; with nobody, all links again.
    func cut(between parties: Set<PartyID>) { state.withLock { $0.cut = parties } }

    /// Decides for every frame whether it arrives.
    func decide(_ fate: @escaping @Sendable (Frame, PartyID) -> Fate) { state.withLock { $0.fate = fate } }

    /// Those that a party has no link to.
    fileprivate func down(for party: PartyID) -> Set<PartyID> {
        state.withLock { $0.down.union($0.cut.contains(party) ? $0.cut : []) }
    }

    fileprivate func passes(_ frame: Frame, to peer: PartyID) -> Bool {
        let (down, cut, fate) = state.withLock { ($0.down, $0.cut, $0.fate) }
        return !cut.isSuperset(of: [peer, frame.sender]) && !down.contains(peer) && !down.contains(frame.sender)
            && fate(frame, peer) == .pass
    }
}

private struct FaultyTransport: Transport {
    let party: PartyID
    let wire: Wire
    let inner: InProcessTransport

    func send(_ frame: Frame, to peer: PartyID) {
        if wire.passes(frame, to: peer) { inner.send(frame, to: peer) }
    }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try inner.receive(stream: stream, timeout: timeout)
    }

    var connected: Set<PartyID> { inner.connected.subtracting(wire.down(for: party)) }
    var sent: TransportCount { inner.sent }
}

/// True the first `count` times: for faults that pass.
final class Times: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func take() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}
