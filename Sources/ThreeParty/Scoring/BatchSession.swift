package import Records

/// What a party needs to score: its prepared share of one model. Built once a model, lent to every batch.
package final class PreparedModel: Sendable {
    package let shape: ForestShape
    /// What a member's own bits have to fit.
    let rule: ThermometerRule
    let conditions: ConditionBits
    let lookup: Lookup
    /// Where members get their scores rounded; nil where they get them exactly.
    let rounding: ScoreRounding?

    enum Lookup: Sendable {
        case z16(LeafLookup<UInt16>)
        case z32(LeafLookup<UInt32>)
    }

    /// Prepares tables of a party's components of a model, once for all batches.
    ///
    /// - Parameters:
    ///   - features: the number of thermometer bits of each feature that members compute, in order.
    ///   - rounding: of the shape's ring; nil where members get exact scores.
    package init(
        shape: ForestShape, features: [Int], components: borrowing ModelComponents, rounding: ScoreRounding? = nil
    ) {
        precondition(rounding.map { $0.ringBits == shape.ringBits } ?? true, "scores are rounded in their ring")
        self.shape = shape
        self.rounding = rounding
        rule = ThermometerRule(features: features)
        conditions = ConditionBits(shape: shape, model: components)
        lookup =
            shape.ringBits == 16
            ? .z16(LeafLookup(shape: shape, model: components)) : .z32(LeafLookup(shape: shape, model: components))
    }
}

/// A refused transaction: the reason of the lowest party that refused it, or what all three found together.
package struct AgreedRefusal: Sendable, Hashable {
    /// Nil where it is all three's.
    package var party: PartyID?
    /// The reason as it travels between parties, 1 to 255; `Sealing.Refusal` names it.
    package var code: UInt8
}

/// What a batch ends with at one party.
package struct BatchResult: Sendable {
    /// One additive share of the score a transaction, `ringBytes` little-endian, re-randomised; zero where refused. Where the model
    /// rounds scores, an XOR share of the `ScoreRounding.bytes` of each.
    package var scoreShares: [UInt8]
    /// Nil for each transaction that was scored.
    package var refusals: [AgreedRefusal?]
    /// Digest of the plan and the refusals that all three agreed on; where scores are rounded, of all that was said after that,
    /// too.
    package var agreedDigest: Digest32
    /// What all three parties agreed to take, before anything was scored; it is what they count.
    package var agreement: Agreement
    /// A digest of the one-hot shares that the score shares were computed from, under a key that their sender does not know. This
    /// party's alone: where another deal comes under the same agreed digest it is another, and so must be the keys of all that
    /// leaves this party with the shares in it. Zeros where nothing was scored.
    package var received: Digest32
    /// Messages that waited for one another.
    package var rounds: Int
    /// This party's two components of all bits that were scored, counts too, as they went in; rows of refused transactions are not
    /// to be used. Nil where nothing was scored. The session's own buffers, so handing them out copies nothing.
    package var inputs: BatchInputs?
    /// The same of a second spec, where there is one: what not all three parties can use is refused in it.
    package var shadow: BatchInputs?

    package init(
        scoreShares: [UInt8], refusals: [AgreedRefusal?], agreedDigest: Digest32, agreement: Agreement,
        received: Digest32, rounds: Int, inputs: BatchInputs? = nil
    ) {
        self.scoreShares = scoreShares
        self.refusals = refusals
        self.agreedDigest = agreedDigest
        self.agreement = agreement
        self.received = received
        self.rounds = rounds
        self.inputs = inputs
    }
}

/// Why a batch can't go on. All of them stop the batch and nothing is released.
package enum StepError: Error, Sendable, Hashable {
    /// The peer computes another plan, or counts other refusals.
    case disagreement(peer: PartyID, kind: Frame.Kind)
    /// A payload of another length than the shapes of model and batch make it.
    case wrongLength(peer: PartyID, kind: Frame.Kind, expected: Int, got: Int)
    /// A second frame of its kind, one from the wrong neighbour, or a kind that the batch has no use for.
    case unexpected(peer: PartyID, kind: Frame.Kind)
    /// The peer gave the batch up.
    case peerAborted(PartyID)
}

/// One batch at one party: takes frames, returns what to send. No I/O, no clock; the shell owns both.
///
/// Two rounds (DESIGN section 4.4). Frames of the second may overtake those of the first, and wait here.
package struct BatchSession: ~Copyable {
    /// What the caller has to do: send a frame of this batch, or take the result as the end.
    package enum Effect: Sendable {
        case send(Frame.Kind, to: PartyID, digest: Digest32, payload: [UInt8])
        case finished(BatchResult)
    }

    private enum Phase {
        case conditionBits
        case lookup(Agreement, own: [UInt8], next: [UInt8])
        case finished
    }

    private let party: PartyID
    private let plan: Digest32
    private let model: PreparedModel
    private let inputs: BatchInputs
    private let word: Word
    private var phase = Phase.conditionBits
    private var ownBits: [UInt8] = []
    private var round: FirstRound
    private var nextBits: [UInt8]?
    private var deal: Frame?
    private var rounds = 0

    /// - Parameters:
    ///   - plan: the digest that the condition bits' masks hang on; see `BatchRun.init`.
    ///   - inputs: one row a transaction, of `model.shape.bits` bits.
    ///   - word: what this party says of them; refusals alone where they were checked before.
    package init(party: PartyID, plan: Digest32, model: PreparedModel, inputs: BatchInputs, word: Word) {
        self.party = party
        self.plan = plan
        self.model = model
        self.inputs = inputs
        self.word = word
        round = FirstRound(plan: plan, shape: word.shape)
    }

    /// Round 1: what this party says first.
    package mutating func start(keys: borrowing PairKeys) -> [Effect] {
        let count = inputs.count * model.shape.conditionBytes
        let zero = xor(
            keys.withPrevious.bytes(.conditionZeroShare, digest: plan, count: count),
            keys.withNext.bytes(.conditionZeroShare, digest: plan, count: count))
        ownBits = model.conditions.masked(inputs, zeroShare: zero)
        let bits = word.bytes + ownBits
        _ = round.add(frame: bits, of: party, under: keys.withPrevious)
        return [
            .send(.conditionBits, to: party.previous, digest: plan, payload: bits),
            .send(.refusals, to: party.next, digest: plan, payload: round.told(of: party)),
        ]
    }

    /// A frame of this batch from a peer.
    ///
    /// - Throws: `disagreement` where the peer's digest is another one, `wrongLength`, `peerAborted`, `unexpected`.
    package mutating func receive(_ frame: Frame, keys: borrowing PairKeys) throws(StepError) -> [Effect] {
        switch frame.kind {
        case .conditionBits:
            guard frame.sender == party.next, nextBits == nil else { throw unexpected(frame) }
            try check(
                frame, digest: plan, count: word.shape.bytes + inputs.count * model.shape.conditionBytes)
            nextBits = round.add(frame: frame.payload, of: frame.sender, under: keys.withNext)
        case .refusals:
            guard frame.sender == party.previous, !round.has(frame.sender) else { throw unexpected(frame) }
            try check(frame, digest: plan, count: round.toldBytes)
            round.add(told: frame.payload, of: frame.sender)
        case .lookupDeal:
            guard frame.sender == party.previous, deal == nil else { throw unexpected(frame) }
            deal = frame
        case .abort: throw .peerAborted(frame.sender)
        default: throw unexpected(frame)
        }
        var effects: [Effect] = []
        if case .conditionBits = phase, let nextBits, let agreement = round.agreement {
            rounds += 1
            effects += beginLookup(agreement, nextBits: nextBits, keys: keys)
        }
        if case .lookup(let agreement, let own, let next) = phase, let deal {
            try check(deal, digest: agreement.digest, count: inputs.count * model.shape.dealBytes)
            rounds += 1
            effects.append(.finished(finish(agreement, own, next, deal: deal.payload, keys: keys)))
            phase = .finished
        }
        return effects
    }

    /// Round 2: deals the one-hots of the index parts that this party knows.
    private mutating func beginLookup(
        _ agreement: Agreement, nextBits: [UInt8], keys: borrowing PairKeys
    ) -> [Effect] {
        let (agreed, agreedRefusals) = (agreement.digest, agreement.refusals)
        let payload =
            switch model.lookup {
            case .z16(let lookup): deals(lookup, agreed, agreedRefusals, nextBits, keys)
            case .z32(let lookup): deals(lookup, agreed, agreedRefusals, nextBits, keys)
            }
        phase = .lookup(agreement, own: ownBits, next: nextBits)
        return [.send(.lookupDeal, to: party.next, digest: agreed, payload: payload)]
    }

    private func deals<R: RingElement>(
        _ lookup: LeafLookup<R>, _ agreed: Digest32, _ refused: [AgreedRefusal?], _ nextBits: [UInt8],
        _ keys: borrowing PairKeys
    ) -> [UInt8] {
        let row = model.shape.dealBytes
        let known = xor(ownBits, nextBits)
        var indices = LeafIndices(shape: model.shape)
        var stream = keys.withPrevious.stream(.lookupOneHot, digest: agreed)
        return [UInt8](unsafeUninitializedCapacity: inputs.count * row) { payload, count in
            for events in pieces {
                let rows = payload[events.lowerBound * row..<events.upperBound * row]
                stream.fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: rows)))
                for event in events {
                    let share = UnsafeMutableBufferPointer(rebasing: payload[event * row..<(event + 1) * row])
                    if refused[event] == nil {
                        indices.read(known, event: event)
                        share.withMemoryRebound(to: R.self) { lookup.deal(indices, into: $0) }
                    } else {
                        share.update(repeating: 0)
                    }
                }
            }
            count = payload.count
        }
    }

    /// A batch in pieces whose streams stay in the processor's cache.
    private var pieces: some Sequence<Range<Int>> {
        stride(from: 0, to: inputs.count, by: 64).map { $0..<min($0 + 64, inputs.count) }
    }

    /// The score shares of both servers' parts, masked by a zero-share, so that the three parties' shares say nothing
    /// but their sum.
    private func finish(
        _ agreement: Agreement, _ own: [UInt8], _ next: [UInt8], deal: [UInt8], keys: borrowing PairKeys
    ) -> BatchResult {
        let (agreed, refused) = (agreement.digest, agreement.refusals)
        var key = keys.withNext.stream(.dealHash, digest: agreed)
        var received = FrameHash(rowBytes: model.shape.dealBytes, key: &key)
        let shares =
            switch model.lookup {
            case .z16(let lookup): answers(lookup, agreed, refused, own, next, deal, &received, keys)
            case .z32(let lookup): answers(lookup, agreed, refused, own, next, deal, &received, keys)
            }
        return BatchResult(
            scoreShares: shares, refusals: refused, agreedDigest: agreed, agreement: agreement,
            received: received.digest, rounds: rounds, inputs: inputs)
    }

    private func answers<R: RingElement>(
        _ lookup: LeafLookup<R>, _ agreed: Digest32, _ refused: [AgreedRefusal?], _ own: [UInt8], _ next: [UInt8],
        _ deal: [UInt8], _ received: inout FrameHash, _ keys: borrowing PairKeys
    ) -> [UInt8] {
        let row = model.shape.dealBytes
        let count = inputs.count * R.byteCount
        let plus = R.unpack(keys.withPrevious.bytes(.scoreZeroShare, digest: agreed, count: count))
        let minus = R.unpack(keys.withNext.bytes(.scoreZeroShare, digest: agreed, count: count))
        var out = [R](repeating: 0, count: inputs.count)
        var indices = LeafIndices(shape: model.shape)
        var stream = keys.withNext.stream(.lookupOneHot, digest: agreed)
        let scratch = UnsafeMutableBufferPointer<R>.allocate(capacity: min(inputs.count, 64) * model.shape.leaves)
        defer { scratch.deallocate() }
        deal.withUnsafeBufferPointer { deal in
            for events in pieces {
                let length = events.count * model.shape.leaves
                let fromNext = UnsafeMutableBufferPointer(rebasing: scratch[..<length])
                stream.fill(UnsafeMutableRawBufferPointer(fromNext))
                for event in events where refused[event] == nil {
                    let at = (event - events.lowerBound) * model.shape.leaves
                    indices.read(own, event: event)
                    let first = lookup.answer(
                        UnsafeBufferPointer(rebasing: fromNext[at..<at + model.shape.leaves]), indices: indices,
                        second: false)
                    indices.read(next, event: event)
                    let dealt = UnsafeBufferPointer(rebasing: deal[event * row..<(event + 1) * row])
                    received.add(UnsafeRawBufferPointer(dealt))
                    let second = dealt.withMemoryRebound(to: R.self) {
                        lookup.answer($0, indices: indices, second: true)
                    }
                    out[event] = first &+ second &+ plus[event] &- minus[event]
                }
            }
        }
        return R.pack(out)
    }

    private func check(_ frame: Frame, digest: Digest32, count: Int) throws(StepError) {
        guard frame.digest == digest else { throw .disagreement(peer: frame.sender, kind: frame.kind) }
        guard frame.payload.count == count else {
            throw .wrongLength(peer: frame.sender, kind: frame.kind, expected: count, got: frame.payload.count)
        }
    }

    private func unexpected(_ frame: Frame) -> StepError { .unexpected(peer: frame.sender, kind: frame.kind) }
}

private func xor(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    precondition(a.count == b.count)
    return a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            Array(unsafeUninitializedCapacity: a.count) { out, count in
                for i in a.indices { out.initializeElement(at: i, to: a[i] ^ b[i]) }
                count = a.count
            }
        }
    }
}

extension StepError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .disagreement(let peer, let kind):
            "\(peer) computes another plan, or counts other refusals (frame \(kind.rawValue))"
        case .wrongLength(let peer, let kind, let expected, let got):
            "a frame \(kind.rawValue) of \(peer) has \(got) bytes, and \(expected) belong there"
        case .unexpected(let peer, let kind):
            "\(peer) sent a frame \(kind.rawValue) that has no place here, or sent it twice"
        case .peerAborted(let peer): "\(peer) gave the batch up"
        }
    }
}
