import Records
import Synchronization
import ThreeParty

/// A party's links on which a script's events come, one a call. Where the script is over, time passes and nothing comes.
final class ScriptedTransport: Transport {
    enum Event {
        case frame(Frame)
        case lost(PartyID)
        /// A link comes up.
        case linked(PartyID)
        case nothing
    }

    private struct State {
        var script: [Event]
        var connected: Set<PartyID>
        var now = Duration.zero
        var frames: [(to: PartyID, frame: Frame)] = []
    }

    let party = PartyID.zero
    private let state: Mutex<State>

    init(_ script: [Event], connected: Set<PartyID> = [.one, .two]) {
        state = Mutex(State(script: script, connected: connected))
    }

    var connected: Set<PartyID> { state.withLock { $0.connected } }
    var now: Duration { state.withLock { $0.now } }
    var frames: [(to: PartyID, frame: Frame)] { state.withLock { $0.frames } }
    var sent: TransportCount { TransportCount() }

    func send(_ frame: Frame, to peer: PartyID) { state.withLock { $0.frames.append((peer, frame)) } }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        let event = state.withLock { state -> Event? in
            if state.script.isEmpty { state.now += timeout }
            if case .linked(let peer) = state.script.first { state.connected.insert(peer) }
            return state.script.isEmpty ? nil : state.script.removeFirst()
        }
        switch event {
        case .frame(let frame): return frame
        case .lost(let peer): throw .linkLost(peer)
        case .nothing, .linked, nil: return nil
        }
    }
}
