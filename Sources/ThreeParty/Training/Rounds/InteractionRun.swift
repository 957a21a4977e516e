import Records

/// The run of interactions at one party, one after the other: its messages as frames of one attempt and kind, and the transcript
/// that all masks hang on. A frame of the round after this one waits here, since its sender is ahead.
struct InteractionRun<Result>: Unprinted {
    /// What to do after a step: send, and wait for the peers' frames; or take the result.
    enum Progress: Unprinted {
        case waiting([(frame: Frame, peer: PartyID)])
        case finished(Result)
    }

    private let party: PartyID
    private let keys: TrainingKeys
    private let kind: Frame.Kind
    private let stream: StreamID
    private let attempt: UInt64
    private(set) var transcript: TrainingTranscript
    private var place = TrainingPiece.Place(group: 0, round: 0)
    private var round: TrainingRound?
    private var resume: ((ReceivedMessages, RoundMasks) -> Interaction<Result>.Outcome)?
    private var held: [Frame] = []
    /// Of the transcript where it stands: one for each of its digests, so that a second draw under one is seen.
    private var drawn: RoundMasks?

    /// - Parameters:
    ///   - plan: the digest of all that the parties agreed on before.
    ///   - kind: of all frames.
    ///   - stream: of all frames.
    ///   - attempt: what `Frame.batch` is in all frames.
    init(
        party: PartyID, keys: TrainingKeys, plan: Digest32, kind: Frame.Kind, stream: StreamID = .training,
        attempt: UInt64
    ) {
        self.party = party
        self.keys = keys
        self.kind = kind
        self.stream = stream
        self.attempt = attempt
        transcript = TrainingTranscript(plan: plan)
    }

    /// The peers whose message of this round is not whole: none where no interaction runs.
    var missing: [PartyID] { round?.missing ?? [] }

    /// Begins an interaction, the first one or one behind another.
    mutating func begin(_ interaction: Interaction<Result>) -> Progress {
        precondition(round == nil, "one interaction follows the other")
        let masks = masks()
        return go(on: interaction.run(masks), masks)
    }

    /// Goes to another part of the run, whose frames and masks are told apart by its number.
    mutating func enter(group: Int) {
        place = TrainingPiece.Place(group: UInt16(group), round: 0)
        transcript.begin(group: place.group)
    }

    /// Goes to where a checkpoint stands.
    mutating func goBack(to digest: Digest32) { transcript = TrainingTranscript(digest: digest) }

    /// Takes a frame from a peer; nil while the round is not whole.
    ///
    /// - Throws: `disagreement` where the peer has another plan or has seen other messages, `wrongLength`, `unexpected`.
    mutating func receive(_ frame: Frame) throws(TrainingError) -> Progress? {
        guard frame.kind == kind, frame.batch == attempt, let piece = TrainingPiece(decoding: frame.payload),
            round != nil
        else { throw .unexpected(peer: frame.sender) }
        guard piece.place == place else {
            guard isNext(piece.place), held.count < TrainingPiece.mostOfRound else {
                throw .unexpected(peer: frame.sender)
            }
            held.append(frame)
            return nil
        }
        guard frame.digest == transcript.digest else { throw .disagreement(peer: frame.sender) }
        try round?.add(piece, from: frame.sender)
        guard let (received, hashes) = round?.complete, let resume else { return nil }
        transcript.add(hashes)
        round = nil
        self.resume = nil
        place.round += 1
        let masks = masks()
        return go(on: resume(received, masks), masks)
    }

    /// Frames that waited, to be received anew once there is progress.
    mutating func takeHeld() -> [Frame] {
        defer { held = [] }
        return held
    }

    /// The masks of the round that begins.
    private mutating func masks() -> RoundMasks {
        if let drawn, drawn.digest == transcript.digest { return drawn }
        let masks = RoundMasks(keys: keys, digest: transcript.digest)
        drawn = masks
        return masks
    }

    /// Whether a place can be the one after this party's.
    private func isNext(_ other: TrainingPiece.Place) -> Bool {
        let follows = other.group == place.group && other.round == place.round + 1
        return follows || other.group > place.group && other.round == 0
    }

    private mutating func go(on outcome: Interaction<Result>.Outcome, _ masks: RoundMasks) -> Progress {
        switch outcome {
        case .finished(let result): return .finished(result)
        case .waiting(let messages, let resume):
            let round = TrainingRound(party: party, messages, masks)
            self.round = round
            self.resume = resume
            return .waiting(frames(round.toPrevious, party.previous) + frames(round.toNext, party.next))
        }
    }

    private func frames(_ message: [UInt8], _ peer: PartyID) -> [(frame: Frame, peer: PartyID)] {
        TrainingPiece.payloads(of: message, at: place).map { payload in
            let frame = Frame(
                kind: kind, sender: party, stream: stream, batch: attempt, digest: transcript.digest,
                payload: payload)
            return (frame, peer)
        }
    }
}
