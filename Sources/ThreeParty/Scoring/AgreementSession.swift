package import Records

/// A batch of records that nothing is computed of: the parties only agree on which of them all three take. One round. No I/O,
/// no clock.
package struct AgreementSession: ~Copyable {
    /// What the caller has to do: send a frame of this batch, or take the agreement as the end.
    package enum Effect: Sendable {
        case send(Frame.Kind, to: PartyID, digest: Digest32, payload: [UInt8])
        case finished(Agreement)
    }

    private let party: PartyID
    private let plan: Digest32
    private var round: FirstRound
    private let own: [UInt8]

    /// - Parameter refusals: one code a record, 0 for none.
    package init(party: PartyID, plan: Digest32, refusals own: [UInt8]) {
        self.party = party
        self.plan = plan
        self.own = own
        round = FirstRound(plan: plan, records: own.count)
    }

    /// The refusals of this party, to both peers.
    package mutating func start() -> [Effect] {
        round.add(frame: own, of: party)
        return [party.next, party.previous].map { .send(.refusals, to: $0, digest: plan, payload: own) }
    }

    /// A frame of this batch from a peer; the two peers' frames may come in either order.
    ///
    /// - Throws: `disagreement` where the peer has another plan, `wrongLength` for a payload of other than one byte a
    ///   record, `peerAborted`, and `unexpected` for another kind or a second frame.
    package mutating func receive(_ frame: Frame) throws(StepError) -> [Effect] {
        switch frame.kind {
        case .refusals where !round.has(frame.sender):
            guard frame.digest == plan else { throw .disagreement(peer: frame.sender, kind: frame.kind) }
            guard frame.payload.count == own.count else {
                throw .wrongLength(
                    peer: frame.sender, kind: frame.kind, expected: own.count, got: frame.payload.count)
            }
            round.add(frame: frame.payload, of: frame.sender)
        case .abort: throw .peerAborted(frame.sender)
        default: throw .unexpected(peer: frame.sender, kind: frame.kind)
        }
        return round.agreement.map { [.finished($0)] } ?? []
    }
}
