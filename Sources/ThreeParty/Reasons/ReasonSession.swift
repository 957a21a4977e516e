package import Records

/// One answer to a member's choices at one party: takes frames, returns what to do. No I/O, no clock. It keeps nothing: who begins
/// anew under the same plan sends the same bytes.
package struct ReasonSession: Unprinted {
    /// What the caller has to do.
    package enum Effect: Sendable, Unprinted {
        case send(Frame, to: PartyID)
        case finished(ReasonShares)
    }

    private let query: ReasonQuery
    private let choices: [BitShares]
    private let rows: ReasonRows
    private var run: InteractionRun<ReasonShares>

    /// - Parameters:
    ///   - plan: the digest of all that the answer is computed from: choices, rows, model and generation of its shares.
    ///   - keys: of this party, for nothing but reasons.
    ///   - attempt: stands in every frame; masks do not hang on it.
    package init(
        party: PartyID, plan: Digest32, card: CardShares, choices: [BitShares], rows: ReasonRows, keys: TrainingKeys,
        attempt: UInt64
    ) {
        query = ReasonQuery(party: party, card: card)
        self.choices = choices
        self.rows = rows
        run = InteractionRun(
            party: party, keys: keys, plan: plan, kind: .reasons, stream: .reasons, attempt: attempt)
    }

    /// The peers whose message of this round is not whole.
    package var missing: [PartyID] { run.missing }

    package mutating func start() -> [Effect] { Self.effects(run.begin(query.answers(to: choices, among: rows))) }

    /// Takes a frame of this attempt.
    ///
    /// - Throws: `disagreement` where the peer has another plan or has seen other messages, `wrongLength`, `unexpected`.
    package mutating func receive(_ frame: Frame) throws(TrainingError) -> [Effect] {
        var effects: [Effect] = []
        var frames = [frame][...]
        while let frame = frames.popFirst() {
            guard let progress = try run.receive(frame) else { continue }
            effects += Self.effects(progress)
            frames += run.takeHeld()
        }
        return effects
    }

    private static func effects(_ progress: InteractionRun<ReasonShares>.Progress) -> [Effect] {
        switch progress {
        case .waiting(let sends): sends.map { .send($0.frame, to: $0.peer) }
        case .finished(let shares): [.finished(shares)]
        }
    }
}

extension StreamID {
    /// Answers to members' choices, one after the other, beside whatever is trained.
    package static let reasons = StreamID(protocol: LinkProtocol.training.id, number: 1)
}

extension Frame.Kind {
    /// The leader names the request that is answered next: the offset of its record (8). Digest: the plan.
    package static let reasonOffer = Frame.Kind(rawValue: 39)
    /// A piece of what a party sends in a round of an answer (`TrainingPiece`, of group 0). Digest: of the plan and of every
    /// message before that round.
    package static let reasons = Frame.Kind(rawValue: 40)
    /// Of a follower, empty where its answer is in the log, else a byte: it can't answer now. Digest: the plan.
    package static let reasonEnd = Frame.Kind(rawValue: 41)
}
