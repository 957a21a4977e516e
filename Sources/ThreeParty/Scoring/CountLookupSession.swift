package import Records

/// What the count lookups of a batch end with at one party.
package struct CountLookupResult: Sendable {
    /// Components `i` and `i + 1` of each transaction's thermometer bits; nil where any party refused it.
    package var bits: [BitShares?]
    /// On what everything after these bits must hang: they are others where refusals are others.
    package var agreement: Agreement
    /// Messages that waited for one another.
    package var rounds: Int
}

/// The count lookups of one batch at one party, before its condition bits: takes frames, returns what to send. No I/O, no
/// clock.
///
/// Two rounds. The first deals the one-hots and tells refusals; the second passes the bits on. A frame may overtake those
/// before it, and waits here.
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
    private let lookup: CountLookup
    private var phase = Phase.deal
    private var refusals: [PartyID: [UInt8]] = [:]
    private var deal: [UInt8]?
    private var bits: Frame?
    private var rounds = 0

    /// - Parameter plan: a digest of all that the lookups depend on: the batch's records *and* what the counts are sums of. Two
    ///   runs of one digest over different counts would share masks.
    package init(party: PartyID, plan: Digest32, queries: CountQueries) {
        self.party = party
        self.plan = plan
        self.queries = queries
        lookup = CountLookup(party: party, shape: queries.shape)
    }

    /// Round 1: what this party says first.
    package mutating func start(keys: borrowing PairKeys) -> [Effect] {
        var stream = keys.withPrevious.stream(.countOneHot, digest: plan)
        let own = queries.refusals
        refusals[party] = own
        return [
            .send(.countDeal, to: party.next, digest: plan, payload: own + lookup.deal(queries, stream: &stream)),
            .send(.refusals, to: party.previous, digest: plan, payload: own),
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
            try check(
                frame, digest: plan, count: count + lookup.dealBytes(from: frame.sender, transactions: count))
            refusals[frame.sender] = Array(frame.payload.prefix(count))
            deal = Array(frame.payload.dropFirst(count))
        case .refusals:
            guard frame.sender == party.next, refusals[frame.sender] == nil else { throw unexpected(frame) }
            try check(frame, digest: plan, count: count)
            refusals[frame.sender] = frame.payload
        case .countBits:
            guard frame.sender == party.next, bits == nil else { throw unexpected(frame) }
            bits = frame
        case .abort: throw .peerAborted(frame.sender)
        default: throw unexpected(frame)
        }
        var effects: [Effect] = []
        if case .deal = phase, let deal, let zero = refusals[.zero], let one = refusals[.one], let two = refusals[.two]
        {
            rounds += 1
            effects.append(pass(deal, Agreement(plan: plan, codes: (zero, one, two)), keys: keys))
        }
        if case .bits(let agreement, let own) = phase, let bits {
            try check(bits, digest: agreement.digest, count: count * queries.shape.bytes)
            rounds += 1
            phase = .finished
            effects.append(.finished(finish(agreement, own, bits.payload)))
        }
        return effects
    }

    /// Round 2: this party's share of the bits.
    private mutating func pass(_ deal: [UInt8], _ agreement: Agreement, keys: borrowing PairKeys) -> Effect {
        let count = queries.transactions * queries.shape.bytes
        var zero = keys.withPrevious.bytes(.countZeroShare, digest: agreement.digest, count: count)
        var other = keys.withNext.stream(.countZeroShare, digest: agreement.digest)
        zero.withUnsafeMutableBytes { other.mask($0) }
        var stream = keys.withNext.stream(.countOneHot, digest: plan)
        let own = lookup.answer(
            queries, refusals: agreement.refusals, deal: deal, stream: &stream, zeroShare: zero)
        phase = .bits(agreement, own: own)
        return .send(.countBits, to: party.previous, digest: agreement.digest, payload: own)
    }

    /// The replicated components: this party's own answer, and the one that the next party sent.
    private func finish(_ agreement: Agreement, _ own: [UInt8], _ next: [UInt8]) -> CountLookupResult {
        let width = queries.shape.bytes
        let bits = agreement.refusals.enumerated().map { event, refusal -> BitShares? in
            let row = event * width..<(event + 1) * width
            return refusal == nil ? BitShares(first: Array(own[row]), second: Array(next[row])) : nil
        }
        return CountLookupResult(bits: bits, agreement: agreement, rounds: rounds)
    }

    private func check(_ frame: Frame, digest: Digest32, count: Int) throws(StepError) {
        guard frame.digest == digest else { throw .disagreement(peer: frame.sender, kind: frame.kind) }
        guard frame.payload.count == count else {
            throw .wrongLength(peer: frame.sender, kind: frame.kind, expected: count, got: frame.payload.count)
        }
    }

    private func unexpected(_ frame: Frame) -> StepError { .unexpected(peer: frame.sender, kind: frame.kind) }
}
