package import Records

/// The whole of one training at one party: agreement, caps on members, the training itself, each attempt after the other until the
/// model is there. Used by one thread, which waits in it.
///
/// What it keeps is enough to go on after a crash anywhere, with the same model in every bit; a party that has its model and runs
/// the job again, because another one lacks it, comes to the same shares.
package final class TrainingRun: Unprinted {
    private let party: PartyID
    private let job: TrainingJob
    private let source: TrainingSource
    private let keys: TrainingKeys
    private let base: Digest32
    private var state: [TrainingEntry: [UInt8]]
    private var coin: KeptCoin

    /// - Parameters:
    ///   - keys: of this party, for nothing but training.
    ///   - state: what was kept of this job, by name.
    ///   - random: this party's part of the coin where none is kept.
    /// - Throws: `rows`, `fewRows`; `checkpoint` where the state is of another job.
    package init(
        party: PartyID, job: TrainingJob, source: TrainingSource, keys: TrainingKeys,
        state: [TrainingEntry: [UInt8]], random: CoinContribution
    ) throws(TrainingError) {
        guard source.rows.bits == job.frequencies.bits.count else {
            throw .rows(expected: job.frequencies.bits.count, got: source.rows.bits)
        }
        guard source.rows.count >= max(1, job.leastRows) else {
            throw .fewRows(source.rows.count, least: max(1, job.leastRows))
        }
        self.party = party
        self.job = job
        self.source = source
        self.keys = keys
        self.state = state
        base = job.base(of: source)
        coin = KeptCoin(contribution: random, commitments: nil)
        if let kept = state[.coin] { coin = try KeptCoin(decoding: kept, base: base) }
    }

    /// Runs the job to its end.
    ///
    /// - Parameters:
    ///   - exchange: of this party's links.
    ///   - attempt: greater than any that this party named before: its time in microseconds.
    ///   - left: the time that the job still has. Zero ends it here, and peers go on to wait.
    ///   - keep: puts an entry in the party's state, which has it when this returns.
    ///   - progress: is told where an attempt begins to grow trees, and after each group of them.
    /// - Throws: why there is no model. Peers are told, but where they find it out by themselves.
    package func run(
        over exchange: TrainingExchange, from attempt: UInt64, left: () -> Duration,
        keep: (TrainingEntry, [UInt8]) throws -> Void, progress: (TrainingProgress) -> Void
    ) throws(TrainingStop) -> TrainedJob {
        // Kept before its commitment leaves: nobody gets another coin by beginning anew.
        if state[.coin] == nil {
            do { try put(.coin, coin.encoded(base: base), keep) } catch { throw .notKept("\(error)") }
        }
        return try exchange.job(
            from: attempt, left: left, terms: { terms },
            keep: { commitments in
                guard coin.commitments == nil else { return }
                coin.commitments = commitments
                try put(.coin, coin.encoded(base: base), keep)
            },
            sessions: { agreed throws(TrainingStop) in
                try train(agreed, exchange, left: left, keep: keep, progress: progress)
            })
    }

    private func put(
        _ entry: TrainingEntry, _ bytes: [UInt8], _ keep: (TrainingEntry, [UInt8]) throws -> Void
    ) throws {
        try keep(entry, bytes)
        state[entry] = bytes
    }

    private var terms: JobAgreement.Terms {
        JobAgreement.Terms(
            job: job.number, base: base, contribution: coin.contribution, commitments: coin.commitments,
            groups: [state[.even], state[.odd]].compactMap { $0.flatMap { TrainingCheckpoint.groups(of: $0) } })
    }

    // MARK: An attempt

    private func train(
        _ agreed: JobAgreement.Agreed, _ exchange: TrainingExchange, left: () -> Duration,
        keep: (TrainingEntry, [UInt8]) throws -> Void, progress: (TrainingProgress) -> Void
    ) throws(TrainingStop) -> TrainedJob {
        let caps = CapsSession(
            party: party, source: source, asked: asked,
            plan: Digest32(of: [Array("cordon/train/caps/v1".utf8), base.bytes, agreed.coin.digest.bytes]), keys: keys,
            attempt: agreed.attempt)
        let over = try exchange.run(caps, left: left, keep: { _ in })
        let taken = TakenRows(source, leftOut: Set(over), by: agreed.coin)
        let plan: TrainingPlan
        let session: TrainingSession
        do throws(TrainingError) {
            plan = try self.plan(taken, agreed.coin)
            session = try TrainingSession(
                party: party, plan: plan, rows: source.rows.rows(taken.rows), keys: keys, attempt: agreed.attempt,
                leastFrauds: job.leastFrauds, from: try checkpoint(of: agreed.group, plan))
        } catch { throw .refused(error) }
        progress(TrainingProgress(groups: agreed.group, of: plan.groups))
        let model = try exchange.run(session, left: left) { checkpoint in
            let entry: TrainingEntry = checkpoint.groups % 2 == 0 ? .even : .odd
            try put(entry, checkpoint.encoded(plan: plan), keep)
            progress(TrainingProgress(groups: checkpoint.groups, of: plan.groups))
        }
        return TrainedJob(
            model: model, plan: plan.digest, coin: agreed.coin.digest, rows: plan.rows, frauds: model.frauds,
            leftOut: taken.leftOut, thinned: taken.thinned, ones: try sums(agreed, exchange, left: left))
    }

    /// How often each bit is set in all rows of the source.
    private func sums(
        _ agreed: JobAgreement.Agreed, _ exchange: TrainingExchange, left: () -> Duration
    ) throws(TrainingStop) -> [Int]? {
        guard job.opensSums else { return nil }
        return try exchange.columnSums(of: source.rows, base, party: party, keys: keys, agreed.attempt, left: left)
    }

    /// Members whose frauds are held against the cap. One that is alone has nobody to be protected from it.
    private var asked: [Int] {
        let present = Set(source.memberOf).map(Int.init).sorted()
        return present.count < 2 ? [] : present.filter { !job.admitted.contains(source.members[$0]) }
    }

    private func plan(_ taken: TakenRows, _ coin: TrainingCoin) throws(TrainingError) -> TrainingPlan {
        let least = max(1, job.leastRows)
        guard taken.rows.count >= least else { throw .fewRows(taken.rows.count, least: least) }
        let names = taken.leftOut.map { Array($0.name.utf8) }
        let source = Digest32(of: [Array("cordon/train/source/v1".utf8), base.bytes] + names)
        return try TrainingPlan(
            plan: TrainingPlan.digest(
                source: source, rule: job.rule, frequencies: job.frequencies, rows: taken.rows.count,
                card: job.card),
            rule: job.rule, coin: coin, frequencies: job.frequencies, rows: taken.rows.count, card: job.card)
    }

    /// - Throws: `checkpoint` where what is kept is damaged.
    private func checkpoint(of group: Int, _ plan: TrainingPlan) throws(TrainingError) -> TrainingCheckpoint? {
        guard group > 0 else { return nil }
        let kept = state[group % 2 == 0 ? .even : .odd] ?? []
        let checkpoint = try TrainingCheckpoint(decoding: kept, plan: plan)
        guard checkpoint.groups == group else { throw .checkpoint }
        return checkpoint
    }
}

/// Which rows of a source take part: not those of members over the cap on frauds, nor those that the coin leaves out of a member
/// that has more than all others together.
struct TakenRows: Sendable {
    /// Places in the source, ascending.
    let rows: [Int]
    /// By name.
    let leftOut: [MemberID]
    /// Members over the cap on rows, with the rows that stayed of them.
    let thinned: [MemberID: Int]

    /// - Parameter leftOut: places in `source.members`.
    init(_ source: TrainingSource, leftOut: Set<Int>, by coin: TrainingCoin) {
        var offsets: [MemberID: [Int64]] = [:]
        for (row, member) in source.memberOf.enumerated() where !leftOut.contains(Int(member)) {
            offsets[source.members[Int(member)], default: []].append(source.offsets[row])
        }
        let kept = TrainingCaps.thinned(offsets, by: coin)
        let all = Set(kept.values.joined())
        rows = source.memberOf.indices.filter {
            !leftOut.contains(Int(source.memberOf[$0])) && all.contains(source.offsets[$0])
        }
        self.leftOut = leftOut.map { source.members[$0] }.sorted()
        thinned = kept.filter { $0.value.count < offsets[$0.key]?.count ?? 0 }.mapValues(\.count)
    }
}

/// A party's part of a job's coin, and what all had committed to when it opened it, as they stand in its state.
struct KeptCoin: Sendable, Unprinted {
    let contribution: CoinContribution
    var commitments: [Digest32]?

    private static let mark = Array("cordon/train/coin-state/v1".utf8)

    init(contribution: CoinContribution, commitments: [Digest32]?) {
        self.contribution = contribution
        self.commitments = commitments
    }

    /// Mark, base (32), contribution (32), then three commitments (32 each) or none.
    func encoded(base: Digest32) -> [UInt8] {
        Self.mark + base.bytes + contribution.bytes + (commitments ?? []).flatMap(\.bytes)
    }

    /// - Throws: `checkpoint` for other bytes, or another job's.
    init(decoding bytes: [UInt8], base: Digest32) throws(TrainingError) {
        let head = Self.mark + base.bytes
        guard bytes.starts(with: head),
            let contribution = CoinContribution(Array(bytes.dropFirst(head.count).prefix(32)))
        else { throw .checkpoint }
        let rest = Array(bytes.dropFirst(head.count + 32))
        guard [0, 96].contains(rest.count) else { throw .checkpoint }
        let commitments = stride(from: 0, to: rest.count, by: 32).compactMap { Digest32(rest[$0..<$0 + 32]) }
        self.init(contribution: contribution, commitments: commitments.isEmpty ? nil : commitments)
    }
}
