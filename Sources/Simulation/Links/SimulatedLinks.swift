package import Records
package import Stages
import Synchronization
package import ThreeParty

/// The links between the three parties of a simulated cell: frames in flight, with delays, losses of a link and repeats.
package final class SimulatedLinks: Sendable {
    /// What becomes of a frame on its way.
    package enum Fate: Sendable, Hashable, Codable {
        case arrives(after: Duration)
        /// The link is lost: the receiver hears of it, and frames on that link are gone.
        case linkLost
        /// The frame arrives twice.
        case repeated
        /// The frame arrives before those that its sender sent earlier and that are still on their way.
        case overtakes
        /// The frame is gone, and nobody hears of it.
        case lost
    }

    private struct Flight {
        var frame: Frame
        var due: Moment
        var number: Int
    }

    private struct Inbox {
        var flights: [Flight] = []
        /// Peers whose link went down, by stream that has not heard of it.
        var lost: [StreamID: [PartyID]] = [:]
        var streams: Set<StreamID> = []
    }

    private struct State {
        var inboxes: [PartyID: Inbox] = [:]
        var number = 0
        var down: Set<PartyID> = []
    }

    private let state = Mutex(State())
    private let clock: any StageClock
    private let fate: @Sendable (Frame, PartyID) -> Fate
    private let masks = Mutex(MaskWatch())

    /// - Parameter fate: decides of each frame and its receiver.
    package init(
        clock: any StageClock, fate: @escaping @Sendable (Frame, PartyID) -> Fate = { _, _ in .arrives(after: .zero) }
    ) {
        self.clock = clock
        self.fate = fate
    }

    /// A party's end of its two links.
    package func transport(of party: PartyID) -> some Transport { SimulatedTransport(party: party, links: self) }

    /// A party goes away, and its peers hear of it; or is back.
    package func set(_ party: PartyID, isDown: Bool) {
        state.withLock { state in
            guard state.down.contains(party) != isDown else { return }
            if isDown {
                state.down.insert(party)
                state.inboxes[party] = nil
                for peer in [party.next, party.previous] { Self.lose(party, at: peer, &state) }
            } else {
                state.down.remove(party)
            }
        }
    }

    private static func lose(_ party: PartyID, at peer: PartyID, _ state: inout State) {
        var inbox = state.inboxes[peer] ?? Inbox()
        inbox.flights.removeAll { $0.frame.sender == party }
        for stream in inbox.streams { inbox.lost[stream, default: []].append(party) }
        state.inboxes[peer] = inbox
    }

    /// Masks that were used for two messages, in words.
    package var reusedMasks: [String] { masks.withLock { $0.reused } }

    /// How many frames were sent.
    package var frames: Int { state.withLock { $0.number } }

    fileprivate func send(_ frame: Frame, to peer: PartyID) {
        masks.withLock { $0.look(at: frame, to: peer) }
        let fate = fate(frame, peer)
        let now = clock.now
        state.withLock { state in
            guard !state.down.contains(peer), !state.down.contains(frame.sender) else { return }
            let due: Moment
            switch fate {
            case .linkLost: return Self.lose(frame.sender, at: peer, &state)
            case .lost: return
            case .arrives(let delay): due = now + delay
            case .repeated, .overtakes: due = now
            }
            for _ in 0..<(fate == .repeated ? 2 : 1) {
                state.number += 1
                // In order on a link, as TCP has it: not before what was sent earlier by the same party.
                let earlier =
                    fate == .overtakes
                    ? nil : state.inboxes[peer]?.flights.last { $0.frame.sender == frame.sender }?.due
                state.inboxes[peer, default: Inbox()].flights.append(
                    Flight(frame: frame, due: max(due, earlier ?? due), number: state.number))
            }
        }
    }

    fileprivate func receive(
        stream: StreamID, at party: PartyID, timeout: Duration
    ) throws(TransportError) -> Frame? {
        let deadline = clock.now + max(timeout, .zero)
        while true {
            let now = clock.now
            let (frame, lost, next) = state.withLock { state -> (Frame?, PartyID?, Moment?) in
                var inbox = state.inboxes[party] ?? Inbox()
                inbox.streams.insert(stream)
                defer { state.inboxes[party] = inbox }
                if let lost = inbox.lost[stream]?.first {
                    inbox.lost[stream]?.removeFirst()
                    return (nil, lost, nil)
                }
                let own = inbox.flights.filter { $0.frame.stream == stream }
                guard let first = own.min(by: { ($0.due, $0.number) < ($1.due, $1.number) }) else {
                    return (nil, nil, nil)
                }
                guard first.due <= now else { return (nil, nil, first.due) }
                inbox.flights.removeAll { $0.number == first.number }
                return (first.frame, nil, nil)
            }
            if let lost { throw .linkLost(lost) }
            if let frame { return frame }
            // Until the next frame is due, or in vain: nobody sends while this party waits.
            clock.wait(for: min(next ?? deadline, deadline) - now)
            guard let next, next <= deadline else { return nil }
        }
    }

    fileprivate func connected(to party: PartyID) -> Set<PartyID> {
        state.withLock { state in
            state.down.contains(party) ? [] : Set([party.next, party.previous]).subtracting(state.down)
        }
    }
}

/// A party's end of simulated links.
private struct SimulatedTransport: Transport {
    let party: PartyID
    let links: SimulatedLinks

    func send(_ frame: Frame, to peer: PartyID) { links.send(frame, to: peer) }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try links.receive(stream: stream, at: party, timeout: timeout)
    }

    var connected: Set<PartyID> { links.connected(to: party) }
    var sent: TransportCount { TransportCount() }
}
