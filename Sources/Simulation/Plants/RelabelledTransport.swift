import Records
import SecureScoring
import Synchronization
import ThreeParty

/// The digests that masks are drawn by where they hang on where a batch begins: that of the first plan of each place. The same at
/// all three parties.
final class MaskTable: Sendable {
    private struct Place: Hashable {
        var transactions: Int64
        var labels: Int64
    }

    private struct State {
        var first: [Place: Digest32] = [:]
        var labels: [Digest32: Digest32] = [:]
        var newest: [Digest32: Digest32] = [:]
    }

    private let state = Mutex(State())

    func note(_ proposal: PlanProposal, _ digest: Digest32) {
        state.withLock { state in
            let place = Place(transactions: proposal.range.lowerBound, labels: proposal.labels.lowerBound)
            let label = state.first[place] ?? digest
            state.first[place] = label
            state.labels[digest] = label
            state.newest[label] = digest
        }
    }

    /// The digest that a plan's masks are drawn by.
    func label(of digest: Digest32) -> Digest32 { state.withLock { $0.labels[digest] ?? digest } }

    /// The newest plan with masks drawn by a digest.
    func plan(of label: Digest32) -> Digest32 { state.withLock { $0.newest[label] ?? label } }
}

/// A party's end of its links that names the masks of a plan's first messages by a table.
struct RelabelledTransport: Transport {
    let transport: any Transport
    let masks: MaskTable

    private static let masked: Set<Frame.Kind> = [.conditionBits, .countDeal]

    var party: PartyID { transport.party }
    var connected: Set<PartyID> { transport.connected }
    var sent: TransportCount { transport.sent }

    func send(_ frame: Frame, to peer: PartyID) {
        if frame.kind == .proposal, let proposal = PlanProposal(decoding: frame.payload) {
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
