import Records
import SecureScoring
import ThreeParty

/// A party's end of its links that names the masks of a plan's first messages by a table.
struct RelabelledTransport: Transport {
    let transport: any Transport
    let masks: MaskTable

    private static let masked: Set<Frame.Kind> = [.conditionBits, .countDeal]

    var party: PartyID { transport.party }
    var connected: Set<PartyID> { transport.connected }
    var sent: TransportCount { transport.sent }

    func send(_ frame: Frame, to peer: PartyID) {
        if frame.kind == .proposal, let proposal = CellExchange.proposal(in: frame) {
            masks.note(proposal, frame.digest)
        }
        transport.send(relabelled(frame) { masks.label(of: $0) }, to: peer)
    }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        try transport.receive(stream: stream, timeout: timeout).map { frame in
            relabelled(frame) { masks.plan(of: $0) }
        }
    }

    private func relabelled(_ frame: Frame, _ digest: (Digest32) -> Digest32) -> Frame {
        guard Self.masked.contains(frame.kind) else { return frame }
        return Frame(
            kind: frame.kind, sender: frame.sender, stream: frame.stream, batch: frame.batch,
            digest: digest(frame.digest), payload: frame.payload)
    }
}
