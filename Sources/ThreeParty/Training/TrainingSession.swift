package import Records

/// One training at one party: takes frames, returns what to send. No I/O, no clock; the shell owns both.
///
/// Rows go to the ring, groups of trees grow one after the other, and the model comes out in shares. In every round each party
/// sends one message to each of the two others, in pieces (`InteractionRun`).
package struct TrainingSession: ExchangedSession, ~Copyable {
    /// What the caller has to do. Of checkpoints it keeps the last two.
    package typealias Effect = ExchangedEffect<TrainingCheckpoint, TrainedModel>

    private enum Grown: Unprinted {
        case columns(TrainingColumns)
        case group(GrownGroup)
        case model(TrainedModel)
    }

    /// What is grown so far.
    private struct Progress: Unprinted {
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
    /// What `Frame.batch` is in every frame.
    package let attempt: UInt64
    package let kind = Frame.Kind.training
    private let leastFrauds: Int
    private let checkpoint: TrainingCheckpoint?
    private let table: PublicTable
    private var progress = Progress()
    private var run: InteractionRun<Grown>

    /// - Parameters:
    ///   - rows: as many as the plan says, the same and in the same order at all parties.
    ///   - keys: of this party, for nothing but training.
    ///   - attempt: stands in every frame (`Frame.batch`), so that frames of an attempt that was given up are told apart. Masks do
    ///     not hang on it.
    ///   - leastFrauds: with fewer the training ends, once they are opened.
    ///   - checkpoint: where this and all other parties go on.
    /// - Throws: `rows` where there are others than the plan says. A checkpoint of another plan or set-up is refused after the
    ///   set-up.
    package init(
        party: PartyID, plan: TrainingPlan, rows: TrainingRows, keys: TrainingKeys, attempt: UInt64,
        leastFrauds: Int = 0, from checkpoint: TrainingCheckpoint? = nil
    ) throws(TrainingError) {
        guard rows.count == plan.rows else { throw .rows(expected: plan.rows, got: rows.count) }
        guard rows.bits == plan.bits else { throw .rows(expected: plan.bits, got: rows.bits) }
        self.plan = plan
        self.rows = rows
        self.attempt = attempt
        self.leastFrauds = leastFrauds
        self.checkpoint = checkpoint
        steps = SecureSteps(party: party)
        table = PublicTable(LeafTable(rows: plan.rows, rule: plan.rule).reciprocals)
        run = InteractionRun(party: party, keys: keys, plan: plan.digest, kind: kind, attempt: attempt)
    }

    /// This party's first frames.
    package mutating func start() throws(TrainingError) -> [Effect] {
        let columns = TrainingEnds(steps: steps, plan: plan).columns(of: rows)
        return try carryOn(run.begin(columns.map { .columns($0) }))
    }

    /// A frame of this training from a peer.
    ///
    /// - Throws: `disagreement` where the peer has another plan or has seen other messages, `wrongLength`, `unexpected`; after the
    ///   set-up `fewFrauds`, `bounds` and `otherSetUp`. The training is over then.
    package mutating func receive(_ frame: Frame) throws(TrainingError) -> [Effect] {
        var effects: [Effect] = []
        var frames = [frame][...]
        while let frame = frames.popFirst() {
            guard let progress = try run.receive(frame) else { continue }
            effects += try carryOn(progress)
            frames += run.takeHeld()
        }
        return effects
    }

    package var missing: [PartyID] { run.missing }

    // MARK: From one part to the next

    private mutating func carryOn(_ first: InteractionRun<Grown>.Progress) throws(TrainingError) -> [Effect] {
        var effects: [Effect] = []
        var step = first
        while true {
            switch step {
            case .waiting(let sends): return effects + sends.map { .send($0.frame, to: $0.peer) }
            case .finished(.columns(let columns)): try begin(columns)
            case .finished(.group(let group)):
                progress.groups += 1
                progress.conditions.append(group.conditions)
                progress.leaves.append(group.leaves)
                progress.residuals = group.residuals
                effects += [.checkpoint(try checkpointed())]
            case .finished(.model(let model)): return effects + [.finished(model)]
            }
            step = run.begin(try next())
        }
    }

    /// Holds sizes against the rings, now that frauds are known, and goes to where the checkpoint stands.
    private mutating func begin(_ columns: TrainingColumns) throws(TrainingError) {
        guard columns.frauds >= leastFrauds else { throw .fewFrauds(columns.frauds, least: leastFrauds) }
        let bounds: TrainingBounds
        do {
            bounds = try TrainingBounds(
                rows: plan.rows, frauds: columns.frauds, rule: plan.rule, weights: plan.weights)
        } catch { throw .bounds(error) }
        guard plan.card.map({ $0.fits(bounds, rows: plan.rows) }) ?? true else { throw .bounds(.card) }
        progress.columns = columns
        progress.setUp = run.transcript.digest
        guard let checkpoint else {
            progress.residuals = columns.residuals
            return
        }
        // Masks after the checkpoint hang on the messages of the set-up before it: with others they would serve twice.
        guard checkpoint.setUp == run.transcript.digest else { throw .otherSetUp }
        progress.groups = checkpoint.groups
        progress.conditions = checkpoint.conditions
        progress.leaves = checkpoint.leaves
        progress.residuals = checkpoint.residuals
        run.goBack(to: checkpoint.transcript)
    }

    /// The next group of trees, or what follows the last.
    private mutating func next() throws(TrainingError) -> Interaction<Grown> {
        guard let columns = progress.columns, let residuals = progress.residuals else { throw .checkpoint }
        run.enter(group: progress.groups + 1)
        guard progress.groups < plan.groups else {
            let card = plan.card.map {
                CardFit(steps: steps, plan: plan, card: $0, columns: columns).fit(residuals: residuals)
            }
            return TrainingEnds(steps: steps, plan: plan)
                .model(
                    conditions: progress.conditions, leaves: progress.leaves, frauds: columns.frauds, card: card
                )
                .map { .model($0) }
        }
        let group = TreeGroup(
            steps: steps, plan: plan, columns: columns, table: table, residuals: residuals, group: progress.groups)
        return group.grow().map { .group($0) }
    }

    private func checkpointed() throws(TrainingError) -> TrainingCheckpoint {
        guard let setUp = progress.setUp, let residuals = progress.residuals else { throw .checkpoint }
        return TrainingCheckpoint(
            groups: progress.groups, transcript: run.transcript.digest, setUp: setUp, conditions: progress.conditions,
            leaves: progress.leaves, residuals: residuals)
    }
}

extension Shares {
    fileprivate mutating func append(_ other: Self) {
        first += other.first
        second += other.second
    }
}
