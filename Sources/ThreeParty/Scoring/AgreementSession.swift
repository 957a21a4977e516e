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
    private var refusals: [PartyID: [UInt8]] = [:]
    private let own: [UInt8]

    /// - Parameter refusals: one code a record, 0 for none.
    package init(party: PartyID, plan: Digest32, refusals own: [UInt8]) {
        self.party = party
        self.plan = plan
        self.own = own
    }

    /// The refusals of this party, to both peers.
    package mutating func start() -> [Effect] {
        refusals[party] = own
        return [party.next, party.previous].map { .send(.refusals, to: $0, digest: plan, payload: own) }
    }

    /// A frame of this batch from a peer; the two peers' frames may come in either order.
    ///
    /// - Throws: `disagreement` where the peer has another plan, `wrongLength` for a payload of other than one byte a
    ///   record, `peerAborted`, and `unexpected` for another kind or a second frame.
    package mutating func receive(_ frame: Frame) throws(StepError) -> [Effect] {
        switch frame.kind {
        case .refusals where refusals[frame.sender] == nil:
            guard frame.digest == plan else { throw .disagreement(peer: frame.sender, kind: frame.kind) }
            guard frame.payload.count == own.count else {
                throw .wrongLength(
                    peer: frame.sender, kind: frame.kind, expected: own.count, got: frame.payload.count)
            }
            refusals[frame.sender] = frame.payload
        case .abort: throw .peerAborted(frame.sender)
        default: throw .unexpected(peer: frame.sender, kind: frame.kind)
        }
        guard let zero = refusals[.zero], let one = refusals[.one], let two = refusals[.two] else { return [] }
        return [.finished(Agreement(plan: plan, codes: (zero, one, two)))]
    }
}
