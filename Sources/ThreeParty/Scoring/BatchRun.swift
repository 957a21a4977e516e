package import Records
package import Secrets

/// What a party brings to one batch.
package enum BatchWork: Sendable {
    /// Records that are no transactions: the parties agree on which of them all three take.
    case agree(LabelInputs)
    /// Transactions for a model that reads no counts.
    case score(PreparedModel, BatchInputs)
    /// Transactions with a member's own bits, for a model that reads counts behind them; and their bits of a second spec, which are
    /// checked and not scored.
    case count(PreparedModel, BatchInputs, CountInputs, shadow: ShadowInputs? = nil)
    /// Transactions that were scored before, with all bits that the model reads: nothing of them is checked again.
    case again(PreparedModel, BatchInputs)

    fileprivate var rounding: ScoreRounding? {
        switch self {
        case .agree: nil
        case .score(let model, _), .count(let model, _, _, _), .again(let model, _): model.rounding
        }
    }
}

/// One batch at one party from its first message to its last: counts are looked up where the model reads any, then
/// transactions are scored, and scores are rounded where the model says so. No I/O, no clock.
///
/// Rounds: one to agree, two to score, two more to look up secret counts, two more to round.
package struct BatchRun: ~Copyable {
    private let party: PartyID
    private let plan: Digest32
    private let work: BatchWork
    private var agreement: AgreementSession?
    private var lookups: CountLookupSession?
    private var scoring: BatchSession?
    private var rounding: RoundingSession?
    /// What the lookups ended with.
    private var counted: CountLookupResult?
    /// Frames of the scoring and the rounding, whose sender is ahead.
    private var held: [Frame] = []

    /// - Parameters:
    ///   - plan: the digest of everything that the batch computes. Two batches of one digest draw the same masks, so
    ///     they have to be the same batch.
    ///   - work: what this party brings; the plan fixes which kind it is.
    package init(party: PartyID, plan: Digest32, work: BatchWork) {
        self.party = party
        self.plan = plan
        self.work = work
    }

    /// What this party says first. It is called once, before any frame is handed in.
    ///
    /// - Parameter checkKey: of all three parties and no member's, for this plan.
    package mutating func start(
        keys: borrowing PairKeys, checkKey: borrowing SecretKey
    ) -> [BatchSession.Effect] {
        switch work {
        case .agree(let labels):
            var session = AgreementSession(party: party, plan: plan, word: labels.word(plan: plan, keys: keys))
            let effects = session.start().map(Self.effect)
            agreement = consume session
            return effects
        case .score(let model, let inputs):
            return begin(model, inputs, word(model, inputs, checkKey, keys), plan, keys)
        case .again(let model, let inputs): return begin(model, inputs, Word(codes: inputs.codes), plan, keys)
        case .count(let model, let inputs, let counts, let shadow):
            var word = word(model, inputs, checkKey, keys)
            if let shadow { word = word.followed(by: shadow.word(at: party, plan: plan, key: checkKey, keys: keys)) }
            guard let queries = counts.queries else {
                return begin(model, inputs.appending(nil, counts, at: party), word, plan, keys)
            }
            var session = CountLookupSession(party: party, plan: plan, queries: queries, word: word)
            let effects = session.start(keys: keys).compactMap(Self.message)
            lookups = consume session
            return effects
        }
    }

    private func word(
        _ model: PreparedModel, _ inputs: BatchInputs, _ checkKey: borrowing SecretKey, _ keys: borrowing PairKeys
    ) -> Word { inputs.word(at: party, plan: plan, rule: model.rule, key: checkKey, keys: keys) }

    private mutating func begin(
        _ model: PreparedModel, _ inputs: BatchInputs, _ word: Word, _ plan: Digest32, _ keys: borrowing PairKeys
    ) -> [BatchSession.Effect] {
        var session = BatchSession(party: party, plan: plan, model: model, inputs: inputs, word: word)
        let effects = session.start(keys: keys)
        scoring = consume session
        return effects
    }

    /// A frame of this batch from a peer. Frames of the scoring that come before the lookups are done are kept until
    /// they are.
    ///
    /// - Throws: why the batch can't go on; nothing of it is released, and the run is not used any more.
    package mutating func receive(
        _ frame: Frame, keys: borrowing PairKeys
    ) throws(StepError) -> [BatchSession.Effect] {
        if var session = agreement.take() {
            let effects = try session.receive(frame).map(Self.effect)
            agreement = consume session
            return effects
        }
        guard var session = lookups.take() else { return try score(frame, keys: keys) }
        guard isOfLookups(frame) else {
            lookups = consume session
            held.append(frame)
            return []
        }
        let effects = try session.receive(frame, keys: keys)
        guard case .finished(let result)? = effects.last else {
            lookups = consume session
            return effects.compactMap(Self.message)
        }
        return try effects.compactMap(Self.message) + beginScoring(result, keys: keys)
    }

    /// Refusals are told in both parts, the other way round.
    private func isOfLookups(_ frame: Frame) -> Bool {
        switch frame.kind {
        case .countDeal, .countBits, .countBitsHash, .abort: true
        case .refusals: frame.sender == party.next
        default: false
        }
    }

    /// Begins the second part with the looked-up bits behind the members' own. Its randomness hangs on what was agreed and
    /// sent before, not on the plan alone, since these bits depend on it.
    private mutating func beginScoring(
        _ result: CountLookupResult, keys: borrowing PairKeys
    ) throws(StepError) -> [BatchSession.Effect] {
        guard case .count(let model, let inputs, let counts, _) = work else { return [] }
        counted = result
        let whole = inputs.appending(result, counts, at: party)
        // Records were checked before; what was found then is among these codes.
        var effects = begin(model, whole, Word(codes: whole.codes), result.digest, keys)
        let frames = held
        held = []
        for frame in frames { effects += try score(frame, keys: keys) }
        return effects
    }

    private mutating func score(_ frame: Frame, keys: borrowing PairKeys) throws(StepError) -> [BatchSession.Effect] {
        if var session = rounding.take() {
            let effects = try session.receive(frame, keys: keys).map(Self.effect)
            rounding = consume session
            return effects
        }
        guard var session = scoring.take() else { throw .unexpected(peer: frame.sender, kind: frame.kind) }
        if isOfRounding(frame) {
            scoring = consume session
            held.append(frame)
            return []
        }
        let effects = try session.receive(frame, keys: keys)
        scoring = consume session
        guard case .finished(var result)? = effects.last else { return effects }
        if let counted {
            // Both parts agreed on the same refusals; the first knows which party had them.
            result.refusals = counted.agreement.refusals
            result.agreement = counted.agreement
            result.rounds += counted.rounds
        }
        if case .count(_, _, let counts, let shadow?) = work {
            result.shadow = shadow.kept(by: result.agreement, counted, counts, at: party)
        }
        guard let rounding = work.rounding else { return effects.dropLast() + [.finished(result)] }
        return try effects.dropLast() + beginRounding(result, rounding, keys: keys)
    }

    private func isOfRounding(_ frame: Frame) -> Bool {
        guard work.rounding != nil else { return false }
        return switch frame.kind {
        case .scorePart, .scorePartHash, .comparisonKeys: true
        default: false
        }
    }

    private mutating func beginRounding(
        _ result: BatchResult, _ rounding: ScoreRounding, keys: borrowing PairKeys
    ) throws(StepError) -> [BatchSession.Effect] {
        var session = RoundingSession(party: party, rounding: rounding, scored: result, keys: keys)
        var effects = session.start(keys: keys).map(Self.effect)
        self.rounding = consume session
        let frames = held
        held = []
        for frame in frames { effects += try score(frame, keys: keys) }
        return effects
    }

    private static func effect(_ effect: AgreementSession.Effect) -> BatchSession.Effect {
        switch effect {
        case .send(let kind, let peer, let digest, let payload):
            .send(kind, to: peer, digest: digest, payload: payload)
        case .finished(let agreement):
            .finished(
                BatchResult(
                    scoreShares: [], refusals: agreement.refusals, agreedDigest: agreement.digest, agreement: agreement,
                    received: .zero, rounds: 1))
        }
    }

    private static func effect(_ effect: RoundingSession.Effect) -> BatchSession.Effect {
        switch effect {
        case .send(let kind, let peer, let digest, let payload):
            .send(kind, to: peer, digest: digest, payload: payload)
        case .finished(let result): .finished(result)
        }
    }

    private static func message(_ effect: CountLookupSession.Effect) -> BatchSession.Effect? {
        guard case .send(let kind, let peer, let digest, let payload) = effect else { return nil }
        return .send(kind, to: peer, digest: digest, payload: payload)
    }
}
