package import Records
import Synchronization

/// The three parties in one process, for tests: the same frames, encoded and decoded, without sockets.
package final class InProcessTransport: Transport {
    package let party: PartyID
    private let inboxes: [FrameInbox]
    private let count = Mutex(TransportCount())

    private init(party: PartyID, inboxes: [FrameInbox]) {
        self.party = party
        self.inboxes = inboxes
    }

    /// Three transports, one a party, each connected to the two others.
    package static func cell() -> [PartyID: InProcessTransport] {
        let inboxes = PartyID.allCases.map { _ in FrameInbox() }
        return Dictionary(
            uniqueKeysWithValues: PartyID.allCases.map { ($0, InProcessTransport(party: $0, inboxes: inboxes)) })
    }

    /// Delivers at once, on the caller's thread. A frame that can't be decoded, or finds the peer's stream full, is
    /// dropped.
    package func send(_ frame: Frame, to peer: PartyID) {
        let bytes = frame.encoded
        count.withLock {
            $0.frames += 1
            $0.bytes += bytes.count + 4
        }
        if let copy = try? Frame(decoding: bytes) { _ = inboxes[peer.rawValue].deliver(copy) }
    }

    package func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try inboxes[party.rawValue].receive(stream: stream, timeout: timeout)
    }

    package var connected: Set<PartyID> { [party.next, party.previous] }
    package var sent: TransportCount { count.withLock { $0 } }
}
