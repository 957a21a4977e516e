package import EventLogs
package import Logging
import Manifests
package import Records
import Sealing
package import Stages
package import Telemetry
import ThreeParty

/// The stage of a party that tells members what features added to scores of their own transactions, with the two others:
///
///     read request → find the kept rows → choose and add up, on shares → seal the share to the member → answer
///
/// What it reads is kept by scoring anyway. Who asks, when and in which window of its own transactions, all parties see; which
/// transactions, and of how many, nobody does.
package final class ReasonStage: Stage {
    /// Who the party is.
    package struct Terms: Sendable {
        package var party: PartyID
        /// Opens what the party keeps of a partition; nil where it keeps no rows.
        package var rows: (@Sendable (Int) throws -> ScoredRowStore)?
        /// What the agreement in force opens; nil for nothing.
        package var limits: @Sendable () -> ReasonLimits?
        /// Leader: the epoch of pairwise keys that is in force now.
        package var epoch: @Sendable () -> KeyEpoch

        package init(
            party: PartyID, rows: (@Sendable (Int) throws -> ScoredRowStore)?,
            limits: @escaping @Sendable () -> ReasonLimits?, epoch: @escaping @Sendable () -> KeyEpoch
        ) {
            self.party = party
            self.rows = rows
            self.limits = limits
            self.epoch = epoch
        }
    }

    private struct Waiting {
        var position: Position
        var timestamp: Int64
        var request: ReasonRequest
        /// The plan of this party's answer; nil where it has none. A plan that is made anew, behind a switch, has another answer.
        var answered: Digest32?
    }

    /// Requests that are read ahead.
    private static let ahead = 64
    /// Seconds after which a request is not tried any more.
    private static let patience: Int64 = 120

    private let terms: Terms
    private let log: any EventLog
    /// The party's of scoring, where activations are.
    private let scoring: any StateStore
    private let exchange: ReasonExchange
    private let models: ModelRegistry
    private let shares: ShareStore
    private let sessions: SessionRegistry
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let reader: any LogReader
    private var ledger: ReasonLedger
    private var waiting: [Waiting] = []
    /// The last request that is done with; -1 before the first.
    private var done: Int64
    private var looking = Throttle(.milliseconds(100))
    private var offering = Throttle(.milliseconds(100))

    private static let partition = TopicPartition(Topics.reasons)

    /// - Parameters:
    ///   - state: of this stage alone.
    ///   - scoring: the party's of scoring.
    package init(
        _ terms: Terms, log: any EventLog, state: any StateStore, scoring: any StateStore, exchange: ReasonExchange,
        models: ModelRegistry, shares: ShareStore, sessions: SessionRegistry, clock: any StageClock, metrics: Metrics,
        logger: Logger
    ) throws {
        self.terms = terms
        self.log = log
        self.scoring = scoring
        self.exchange = exchange
        self.models = models
        self.shares = shares
        self.sessions = sessions
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        ledger = try ReasonLedger(state)
        let earliest = try log.earliest(of: Self.partition)
        let begin = max(try state.position(Self.partition) ?? earliest, earliest)
        done = begin - 1
        reader = try log.reader(at: [Position(Self.partition, begin)])
    }

    package var isUnderWay: Bool { exchange.isUnderWay }

    package func turn(until moment: Moment) throws -> Turn {
        do {
            if looking.isDue(at: clock.now) { try read() }
            if exchange.leads, !exchange.isUnderWay, offering.isDue(at: clock.now) { try offer() }
            switch try exchange.next(until: moment) {
            case .offered(let offset, let epoch, let plan): try follow(offset, epoch, plan)
            case .computed(let shares, let plan): try answer(shares, plan)
            case .ended(let isAnswered): try end(isAnswered)
            case nil: return .idle
            }
            return .worked
        } catch  where error is BatchAbort || error is ScoringError {
            // A party that is away, or not as far: the leader offers the request again while it is young.
            logger.info("reasons are not computed yet: \(error)")
            exchange.abandon()
            return .rest(.milliseconds(200))
        }
    }

    private func read() throws {
        guard waiting.count < Self.ahead else { return }
        for record in try reader.available(limit: Self.ahead) {
            guard let request = ReasonRequest(decoding: record.value ?? []), try sessions.isMember(request.member)
            else {
                logger.warning("a request for reasons is none", metadata: ["offset": "\(record.position.offset)"])
                continue
            }
            waiting.append(Waiting(position: record.position, timestamp: record.timestamp, request: request))
        }
    }

    // MARK: Leader

    private func offer() throws {
        while let first = waiting.first {
            // A record that a log repeats, or another's that came late.
            guard ledger.isNew(first.request) else {
                try drop(counts: false)
                continue
            }
            guard clock.microseconds - first.timestamp < Self.patience * 1_000_000 else {
                try refuse(.expired)
                continue
            }
            let epoch = terms.epoch()
            switch try work(on: first, epoch) {
            case .failure(let refusal): try refuse(refusal)
            case .success(let work):
                try exchange.offer(first.position.offset, epoch, plan: work.plan)
                return try begin(work, epoch)
            }
        }
    }

    private func end(_ isAnswered: Bool) throws {
        exchange.abandon()
        if !isAnswered, let first = waiting.first, first.answered == nil { return try refuse(.peerRefused) }
        try drop(counts: true)
    }

    // MARK: Follower

    private func follow(_ offset: Int64, _ epoch: KeyEpoch, _ plan: Digest32) throws {
        if waiting.last.map({ $0.position.offset < offset }) ?? true { try read() }
        // What the leader passed over.
        while let first = waiting.first, first.position.offset < offset { try drop(counts: false) }
        // The leader lost what it heard of it.
        guard offset > done else { return exchange.end(isAnswered: true) }
        // Not in this party's log yet.
        guard let first = waiting.first, first.position.offset == offset else { return exchange.abandon() }
        switch try work(on: first, epoch) {
        case .failure(let refusal):
            try refuse(refusal)
            exchange.end(isAnswered: false)
        case .success(let work):
            // With another plan one of both is not as far: of another generation, or with rows that the other has not.
            guard work.plan == plan else { return exchange.abandon() }
            try begin(work, epoch)
        }
    }

    // MARK: Both

    private func begin(_ work: ReasonWork, _ epoch: KeyEpoch) throws {
        try exchange.begin(plan: work.plan, epoch, card: work.card, choices: work.choices, rows: work.rows)
    }

    /// What this party computes of a request.
    private func work(on waiting: Waiting, _ epoch: KeyEpoch) throws -> Result<ReasonWork, ReasonRefusal> {
        let request = waiting.request
        guard let limits = terms.limits() else { return .failure(.notOpened) }
        guard ledger.allows(request, at: waiting.timestamp, limits) else { return .failure(.overBudget) }
        guard let choices = try choices(of: request) else { return .failure(.malformed) }
        guard let rows = terms.rows, let batches = try rows(request.partition).batches(in: request.range) else {
            return .failure(.rowsGone)
        }
        let sealed = TopicPartition(Topics.sealed, request.partition)
        let activations = try ActivationHistory(partition: sealed, state: scoring)
        guard batches.allSatisfy({ activations.model(at: $0.range.lowerBound) == request.model }),
            let model = try models.model(request.model)
        else { return .failure(.otherModel) }
        let inForce = try GenerationSwitch(partition: sealed, state: scoring).inForce(at: .max, model: request.model)
        guard model.manifest.hasCard, let card = try shares.share(of: request.model, in: inForce.model)?.card else {
            return .failure(.noCard)
        }
        return Result { () throws(ReasonRefusal) in
            try ReasonWork(
                request, choices: choices, batches: batches, of: model.manifest, card: card, shares: inForce,
                at: terms.party, limits: limits, epoch: epoch)
        }
    }

    /// What the member chose, in shares; nil where this party's box does not open.
    private func choices(of request: ReasonRequest) throws -> [BitShares]? {
        try sessions.session(request.member, epoch: request.sessionEpoch)
            .flatMap { request.choices(for: terms.party, $0) }
    }

    private func answer(_ shares: ReasonShares, _ plan: Digest32) throws {
        guard let first = waiting.first else { return }
        if first.answered != plan {
            try say(.success(ReasonAnswer.Share(plan: plan, bytes: shares.encoded)), to: first.request)
            waiting[0].answered = plan
        }
        guard !exchange.leads else { return }
        try drop(counts: true)
        exchange.end(isAnswered: true)
    }

    private func refuse(_ refusal: ReasonRefusal) throws {
        guard let first = waiting.first else { return }
        try say(.failure(refusal), to: first.request)
        try drop(counts: false)
    }

    /// Says so to the member. Of an epoch that is closed there is nobody to say it to.
    private func say(_ word: Result<ReasonAnswer.Share, ReasonRefusal>, to request: ReasonRequest) throws {
        var outcome = "answered"
        if case .failure(let refusal) = word { outcome = refusal.rawValue }
        metrics.add(1, to: .reasonsAsked, .init("outcome", outcome))
        guard let session = try sessions.session(request.member, epoch: request.sessionEpoch) else { return }
        try log.append([
            NewRecord(
                TopicPartition(Topics.contributions(request.member)),
                value: ReasonAnswer.sealed(word, to: request, by: terms.party, session))
        ])
    }

    private func drop(counts: Bool) throws {
        let first = waiting.removeFirst()
        done = first.position.offset
        // Whoever writes on the topic may name a member, and any order; the box is the member's alone.
        let own = try choices(of: first.request) == nil ? nil : first.request
        try ledger.take(own, at: first.position, first.timestamp, counts: counts)
    }
}
