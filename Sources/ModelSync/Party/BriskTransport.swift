import Records
import ThreeParty

/// A party's links, whose receiver never waits for longer than a moment at once: whoever waits for hours looks between whether it
/// is to go on.
struct BriskTransport: Transport {
    private let transport: any Transport
    private static let moment = Duration.milliseconds(200)

    init(_ transport: any Transport) { self.transport = transport }

    var party: PartyID { transport.party }
    var connected: Set<PartyID> { transport.connected }
    var sent: TransportCount { transport.sent }

    func send(_ frame: Frame, to peer: PartyID) { transport.send(frame, to: peer) }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try transport.receive(stream: stream, timeout: min(timeout, Self.moment))
    }
}
