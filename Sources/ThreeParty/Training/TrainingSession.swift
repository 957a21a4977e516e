package import Records

/// One training at one party: takes frames, returns what to send. No I/O, no clock; the shell owns both.
///
/// Rows go to the ring, groups of trees grow one after the other, and the model comes out in shares. In every round each party
/// sends one message to each of the two others, in pieces. A frame of the round after this one waits here, since its sender is
/// ahead.
package struct TrainingSession: ExchangedSession, ~Copyable {
    /// What the caller has to do. Of checkpoints it keeps the last two.
    package typealias Effect = ExchangedEffect<TrainingCheckpoint, TrainedModel>

    private enum Grown {
        case columns(TrainingColumns)
        case group(GrownGroup)
        case model(TrainedModel)
    }

    /// What is grown so far.
    private struct Progress {
        var columns: TrainingColumns?
        var setUp: Digest32?
        var groups = 0
        var conditions = XORShares<UInt8>(zeros: 0)
        var leaves = AdditiveShares<UInt32>(zeros: 0)
        var residuals: AdditiveShares<UInt32>?
    }

    private let plan: TrainingPlan
    private let steps: SecureSteps
    private let rows: TrainingRows
    private let keys: TrainingKeys
    /// What `Frame.batch` is in every frame.
    package let attempt: UInt64
    package let kind = Frame.Kind.training
    private let checkpoint: TrainingCheckpoint?
    private let table: PublicTable
    private var progress = Progress()
    private var transcript: TrainingTranscript
    private var place = TrainingPiece.Place(group: 0, round: 0)
    private var round: TrainingRound?
    private var resume: ((ReceivedMessages, RoundMasks) -> Interaction<Grown>.Outcome)?
    private var held: [Frame] = []

    /// - Parameters:
    ///   - rows: as many as the plan says, the same and in the same order at all parties.
    ///   - keys: of this party, for nothing but training.
    ///   - attempt: stands in every frame (`Frame.batch`), so that frames of an attempt that was given up are told apart. Masks do
    ///     not hang on it.
    ///   - checkpoint: where this and all other parties go on.
    /// - Throws: `rows` where there are others than the plan says. A checkpoint of another plan or set-up is refused after the set-up.
    package init(
        party: PartyID, plan: TrainingPlan, rows: TrainingRows, keys: consuming PairKeys, attempt: UInt64,
        from checkpoint: TrainingCheckpoint? = nil
    ) throws(TrainingError) {
        guard rows.count == plan.rows else { throw .rows(expected: plan.rows, got: rows.count) }
        guard rows.bits == plan.bits else { throw .rows(expected: plan.bits, got: rows.bits) }
        self.plan = plan
        self.rows = rows
        self.keys = TrainingKeys(keys)
        self.attempt = attempt
        self.checkpoint = checkpoint
        steps = SecureSteps(party: party)
        table = PublicTable(LeafTable(rows: plan.rows, rule: plan.rule).reciprocals)
        transcript = TrainingTranscript(plan: plan.digest)
    }

    /// This party's first frames.
    package mutating func start() throws(TrainingError) -> [Effect] {
        let columns = TrainingEnds(steps: steps, plan: plan).columns(of: rows)
        let masks = masks
        return try go(on: columns.map { .columns($0) }.run(masks), masks)
    }

    /// A frame of this training from a peer.
    ///
    /// - Throws: `disagreement` where the peer has another plan or has seen other messages, `wrongLength`, `unexpected`; after the
    ///   set-up `bounds` and `otherSetUp`. The training is over then.
    package mutating func receive(_ frame: Frame) throws(TrainingError) -> [Effect] {
        guard frame.kind == .training, frame.batch == attempt, let piece = TrainingPiece(decoding: frame.payload),
            round != nil
        else { throw .unexpected(peer: frame.sender) }
        guard piece.place == place else {
            guard isNext(piece.place), held.count < TrainingPiece.mostOfRound else {
                throw .unexpected(peer: frame.sender)
            }
            held.append(frame)
            return []
        }
        guard frame.digest == transcript.digest else { throw .disagreement(peer: frame.sender) }
        try round?.add(piece, from: frame.sender)
        var effects: [Effect] = []
        if let (received, hashes) = round?.complete, let resume {
            transcript.add(hashes)
            round = nil
            place.round += 1
            let masks = masks
            effects += try go(on: resume(received, masks), masks)
            let waiting = held
            held = []
            for frame in waiting { effects += try receive(frame) }
        }
        return effects
    }

    /// The peers whose message of this round is not whole: none where the training has not begun or is over.
    package var missing: [PartyID] { round?.missing ?? [] }

    /// The masks of the round that begins, drawn once for each.
    private var masks: RoundMasks { RoundMasks(keys: keys, digest: transcript.digest) }

    /// Whether a place can be the one after this party's.
    private func isNext(_ other: TrainingPiece.Place) -> Bool {
        let follows = other.group == place.group && other.round == place.round + 1
        return follows || other.group > place.group && other.round == 0
    }

    // MARK: From one part to the next

    private mutating func go(
        on first: Interaction<Grown>.Outcome, _ ofFirst: RoundMasks
    ) throws(TrainingError) -> [Effect] {
        var (outcome, masks) = (first, ofFirst)
        var effects: [Effect] = []
        while true {
            switch outcome {
            case .waiting(let messages, let resume):
                let round = TrainingRound(party: steps.party, messages, masks)
                self.round = round
                self.resume = resume
                return effects + send(round)
            case .finished(.columns(let columns)):
                try begin(columns)
            case .finished(.group(let group)):
                progress.groups += 1
                progress.conditions.append(group.conditions)
                progress.leaves.append(group.leaves)
                progress.residuals = group.residuals
                effects += [.checkpoint(try checkpointed())]
            case .finished(.model(let model)):
                return effects + [.finished(model)]
            }
            let interaction = try next()
            masks = self.masks
            outcome = interaction.run(masks)
        }
    }

    /// Holds sizes against the rings, now that frauds are known, and goes to where the checkpoint stands.
    private mutating func begin(_ columns: TrainingColumns) throws(TrainingError) {
        do {
            _ = try TrainingBounds(rows: plan.rows, frauds: columns.frauds, rule: plan.rule, weights: plan.weights)
        } catch { throw .bounds(error) }
        progress.columns = columns
        progress.setUp = transcript.digest
        guard let checkpoint else {
            progress.residuals = columns.residuals
            return
        }
        // Masks after the checkpoint hang on the messages of the set-up before it: with others they would serve twice.
        guard checkpoint.setUp == transcript.digest else { throw .otherSetUp }
        progress.groups = checkpoint.groups
        progress.conditions = checkpoint.conditions
        progress.leaves = checkpoint.leaves
        progress.residuals = checkpoint.residuals
        transcript = TrainingTranscript(digest: checkpoint.transcript)
    }

    /// The next group of trees, or what follows the last.
    private mutating func next() throws(TrainingError) -> Interaction<Grown> {
        guard let columns = progress.columns, let residuals = progress.residuals else { throw .checkpoint }
        place = TrainingPiece.Place(group: UInt16(progress.groups + 1), round: 0)
        transcript.begin(group: place.group)
        guard progress.groups < plan.groups else {
            return TrainingEnds(steps: steps, plan: plan)
                .model(conditions: progress.conditions, leaves: progress.leaves, frauds: columns.frauds)
                .map { .model($0) }
        }
        let group = TreeGroup(
            steps: steps, plan: plan, columns: columns, table: table, residuals: residuals, group: progress.groups)
        return group.grow().map { .group($0) }
    }

    private func checkpointed() throws(TrainingError) -> TrainingCheckpoint {
        guard let setUp = progress.setUp, let residuals = progress.residuals else { throw .checkpoint }
        return TrainingCheckpoint(
            groups: progress.groups, transcript: transcript.digest, setUp: setUp, conditions: progress.conditions,
            leaves: progress.leaves, residuals: residuals)
    }

    private func send(_ round: TrainingRound) -> [Effect] {
        func frames(_ message: [UInt8], to peer: PartyID) -> [Effect] {
            TrainingPiece.payloads(of: message, at: place).map { payload in
                .send(
                    Frame(
                        kind: .training, sender: steps.party, stream: .training, batch: attempt,
                        digest: transcript.digest, payload: payload), to: peer)
            }
        }
        return frames(round.toPrevious, to: steps.party.previous) + frames(round.toNext, to: steps.party.next)
    }
}

extension Shares {
    fileprivate mutating func append(_ other: Self) {
        first += other.first
        second += other.second
    }
}
