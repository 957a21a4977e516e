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
    private let word: Word

    /// - Parameter word: what this party says of the records.
    package init(party: PartyID, plan: Digest32, word: Word) {
        self.party = party
        self.plan = plan
        self.word = word
        round = FirstRound(plan: plan, shape: word.shape)
    }

    /// This party's word, to both peers.
    package mutating func start() -> [Effect] {
        round.add(word: word.bytes, of: party)
        return [party.next, party.previous].map { .send(.refusals, to: $0, digest: plan, payload: word.bytes) }
    }

    /// A frame of this batch from a peer; the two peers' frames may come in either order.
    ///
    /// - Throws: `disagreement` where the peer has another plan, `wrongLength` for a payload of another length than a
    ///   word's, `peerAborted`, and `unexpected` for another kind or a second frame.
    package mutating func receive(_ frame: Frame) throws(StepError) -> [Effect] {
        switch frame.kind {
        case .refusals where !round.has(frame.sender):
            guard frame.digest == plan else { throw .disagreement(peer: frame.sender, kind: frame.kind) }
            guard frame.payload.count == word.bytes.count else {
                throw .wrongLength(
                    peer: frame.sender, kind: frame.kind, expected: word.bytes.count, got: frame.payload.count)
            }
            round.add(word: frame.payload, of: frame.sender)
        case .abort: throw .peerAborted(frame.sender)
        default: throw .unexpected(peer: frame.sender, kind: frame.kind)
        }
        return round.agreement.map { [.finished($0)] } ?? []
    }
}
