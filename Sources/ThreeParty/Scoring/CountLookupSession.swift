package import Records

/// What the count lookups of a batch end with at one party.
package struct CountLookupResult: Sendable {
    /// Components `i` and `i + 1` of each transaction's thermometer bits; nil where any party refused it.
    package var bits: [BitShares?]
    /// What the parties agreed to take, which the bits hang on.
    package var agreement: Agreement
    /// On what everything after these bits must hang: the agreement, and the three frames with the masked bits.
    package var digest: Digest32
    /// Messages that waited for one another.
    package var rounds: Int
}

/// The count lookups of one batch at one party, before its condition bits: takes frames, returns what to send. No I/O, no
/// clock.
///
/// Two rounds. The first deals the one-hots and tells refusals; the second passes the bits on. In both, the party that does not get
/// a frame is told its hash. A frame may overtake those before it, and waits here.
package struct CountLookupSession: ~Copyable {
    /// What the caller has to do: send a frame of this batch, or take the result as the end.
    package enum Effect: Sendable {
        case send(Frame.Kind, to: PartyID, digest: Digest32, payload: [UInt8])
        case finished(CountLookupResult)
    }

    private enum Phase {
        case deal
        case bits(Agreement, own: [UInt8])
        case finished
    }

    private let party: PartyID
    private let plan: Digest32
    private let queries: CountQueries
    private let word: Word
    private let lookup: CountLookup
    private var phase = Phase.deal
    private var round: FirstRound
    private var deal: [UInt8]?
    private var bits: Frame?
    /// The hash of the bits that this party does not get.
    private var told: Frame?
    private var rounds = 0

    /// - Parameters:
    ///   - plan: a digest of all that the lookups depend on: the batch's records *and* what the counts are sums of. Two runs of one
    ///     digest over different counts would share masks.
    ///   - word: what this party says of the transactions.
    package init(party: PartyID, plan: Digest32, queries: CountQueries, word: Word) {
        self.party = party
        self.plan = plan
        self.queries = queries
        lookup = CountLookup(party: party, shape: queries.shape)
        self.word = word
        round = FirstRound(plan: plan, shape: word.shape)
    }

    /// Round 1: what this party says first.
    package mutating func start(keys: borrowing PairKeys) -> [Effect] {
        var stream = keys.withPrevious.stream(.countOneHot, digest: plan)
        let dealt = word.bytes + lookup.deal(queries, stream: &stream)
        _ = round.add(frame: dealt, of: party, under: keys.withNext)
        return [
            .send(.countDeal, to: party.next, digest: plan, payload: dealt),
            .send(.refusals, to: party.previous, digest: plan, payload: round.told(of: party)),
        ]
    }

    /// A frame of this batch from a peer.
    ///
    /// - Throws: as `BatchSession.receive`.
    package mutating func receive(_ frame: Frame, keys: borrowing PairKeys) throws(StepError) -> [Effect] {
        let count = queries.transactions
        switch frame.kind {
        case .countDeal:
            guard frame.sender == party.previous, deal == nil else { throw unexpected(frame) }
            let said = frame.payload.prefix(word.shape.bytes)
            guard frame.digest == plan, said.count == word.shape.bytes,
                let bytes = lookup.dealtBytes(
                    frame.payload.dropFirst(said.count), queries, refused: { said[$0] != 0 })
            else { throw .disagreement(peer: frame.sender, kind: frame.kind) }
            try check(frame, digest: plan, count: said.count + bytes)
            deal = round.add(frame: frame.payload, of: frame.sender, under: keys.withPrevious)
        case .refusals:
            guard frame.sender == party.next, !round.has(frame.sender) else { throw unexpected(frame) }
            try check(frame, digest: plan, count: round.toldBytes)
            round.add(told: frame.payload, of: frame.sender)
        case .countBits:
            guard frame.sender == party.next, bits == nil else { throw unexpected(frame) }
            bits = frame
        case .countBitsHash:
            guard frame.sender == party.previous, told == nil else { throw unexpected(frame) }
            told = frame
        case .abort: throw .peerAborted(frame.sender)
        default: throw unexpected(frame)
        }
        var effects: [Effect] = []
        if case .deal = phase, let deal, let agreement = round.agreement {
            rounds += 1
            effects += pass(deal, agreement, keys: keys)
        }
        if case .bits(let agreement, let own) = phase, let bits, let told {
            try check(bits, digest: agreement.digest, count: count * queries.shape.bytes)
            try check(told, digest: agreement.digest, count: FirstRound.hashBytes)
            rounds += 1
            phase = .finished
            effects.append(.finished(finish(agreement, own, bits.payload, told: told.payload, keys)))
        }
        return effects
    }

    /// Round 2: this party's share of the bits, and its hash to the party that does not get it.
    private mutating func pass(_ deal: [UInt8], _ agreement: Agreement, keys: borrowing PairKeys) -> [Effect] {
        let count = queries.transactions * queries.shape.bytes
        var zero = keys.withPrevious.bytes(.countZeroShare, digest: agreement.digest, count: count)
        var other = keys.withNext.stream(.countZeroShare, digest: agreement.digest)
        zero.withUnsafeMutableBytes { other.mask($0) }
        var stream = keys.withNext.stream(.countOneHot, digest: plan)
        let own = lookup.answer(
            queries, refusals: agreement.refusals, deal: deal, stream: &stream, zeroShare: zero)
        phase = .bits(agreement, own: own)
        return [
            .send(.countBits, to: party.previous, digest: agreement.digest, payload: own),
            .send(
                .countBitsHash, to: party.next, digest: agreement.digest,
                payload: FirstRound.hash(own, digest: agreement.digest, under: keys.withPrevious).bytes),
        ]
    }

    /// The replicated components: this party's own answer, and the one that the next party sent.
    private func finish(
        _ agreement: Agreement, _ own: [UInt8], _ next: [UInt8], told: [UInt8], _ keys: borrowing PairKeys
    ) -> CountLookupResult {
        let width = queries.shape.bytes
        let bits = agreement.refusals.enumerated().map { event, refusal -> BitShares? in
            let row = event * width..<(event + 1) * width
            return refusal == nil ? BitShares(first: Array(own[row]), second: Array(next[row])) : nil
        }
        let frames = [
            party: FirstRound.hash(own, digest: agreement.digest, under: keys.withPrevious),
            party.next: FirstRound.hash(next, digest: agreement.digest, under: keys.withNext),
            party.previous: Digest32(told),
        ].compactMapValues { $0 }
        guard let transcript = FirstRound.transcript(frames) else { preconditionFailure("a hash has 32 bytes") }
        return CountLookupResult(
            bits: bits, agreement: agreement,
            digest: Digest32(of: [Array("cordon/counts/v2".utf8), agreement.digest.bytes, transcript.bytes]),
            rounds: rounds)
    }

    private func check(_ frame: Frame, digest: Digest32, count: Int) throws(StepError) {
        guard frame.digest == digest else { throw .disagreement(peer: frame.sender, kind: frame.kind) }
        guard frame.payload.count == count else {
            throw .wrongLength(peer: frame.sender, kind: frame.kind, expected: count, got: frame.payload.count)
        }
    }

    private func unexpected(_ frame: Frame) -> StepError { .unexpected(peer: frame.sender, kind: frame.kind) }
}
