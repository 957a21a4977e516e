package import Records

/// The rounding of one batch's scores at one party, after they are shared: takes frames, returns what to send. No I/O, no clock.
///
/// Two rounds (DESIGN section 4.4). In the first each party gets a part of the next one's share, so that of every score one party,
/// the *client*, knows a and the two others, its *servers*, know β with a + β the score. Clients take turns by the record's place.
/// In the second a client deals a key by which its servers compare a with the thresholds less β (`SharedComparison`). Their bits,
/// with a zero-share, are the parties' shares of the rounded score.
///
/// What one party sends of its share is masked under a key of what it was dealt before: so another deal meets another mask, and who
/// deals twice sees no difference.
package struct RoundingSession: ~Copyable {
    /// What the caller has to do: send a frame of this batch, or take the result as the end.
    package enum Effect: Sendable {
        case send(Frame.Kind, to: PartyID, digest: Digest32, payload: [UInt8])
        case finished(BatchResult)
    }

    private enum Phase {
        case parts
        case keys(Digest32)
        case finished
    }

    private let party: PartyID
    private let rounding: ScoreRounding
    private let scored: BatchResult
    private let shares: [UInt64]
    private var phase = Phase.parts
    /// What this party's mask hangs on beside the agreement.
    private let tag: [UInt8]
    /// What this party masks its share by, and what the previous one does.
    private let mask: [UInt64]
    private var previousMask: [UInt64] = []
    /// The party's part and the next party's.
    private var part: [UInt8] = []
    private var nextPart: [UInt64] = []
    /// What each party says of its part.
    private var said: [PartyID: Digest32] = [:]
    private var dealt: [PartyID: (digest: Digest32, payload: [UInt8])] = [:]

    private static let tagBytes = 32

    /// - Parameter scored: what scoring ended with at this party.
    package init(party: PartyID, rounding: ScoreRounding, scored: BatchResult, keys: borrowing PairKeys) {
        self.party = party
        self.rounding = rounding
        self.scored = scored
        shares = Self.elements(scored.scoreShares, rounding)
        tag = keys.withPrevious.bytes(.roundingTag, digest: scored.received, count: Self.tagBytes)
        mask = Self.mask(scored, rounding, tag: tag, keys.withNext)
    }

    /// Round 1: this party's part, and what it says of it.
    package mutating func start(keys: borrowing PairKeys) -> [Effect] {
        part = tag + Self.bytes(zip(shares, mask).map { $0 &- $1 }, rounding)
        let hash = FirstRound.hash(part, digest: scored.agreedDigest, under: keys.withPrevious)
        said[party] = Self.said(tag: tag, hash: hash.bytes)
        return [
            .send(.scorePart, to: party.previous, digest: scored.agreedDigest, payload: part),
            .send(.scorePartHash, to: party.next, digest: scored.agreedDigest, payload: tag + hash.bytes),
        ]
    }

    /// A frame of this batch from a peer.
    ///
    /// - Throws: as `BatchSession.receive`.
    package mutating func receive(_ frame: Frame, keys: borrowing PairKeys) throws(StepError) -> [Effect] {
        switch frame.kind {
        case .scorePart:
            guard frame.sender == party.next, said[frame.sender] == nil else { throw unexpected(frame) }
            try check(
                frame, digest: scored.agreedDigest, count: Self.tagBytes + scored.refusals.count * rounding.ringBits / 8
            )
            let hash = FirstRound.hash(frame.payload, digest: frame.digest, under: keys.withNext)
            said[frame.sender] = Self.said(tag: Array(frame.payload[..<Self.tagBytes]), hash: hash.bytes)
            nextPart = Self.elements(Array(frame.payload[Self.tagBytes...]), rounding)
        case .scorePartHash:
            guard frame.sender == party.previous, said[frame.sender] == nil else { throw unexpected(frame) }
            try check(frame, digest: scored.agreedDigest, count: Self.tagBytes + FirstRound.hashBytes)
            let tag = Array(frame.payload[..<Self.tagBytes])
            said[frame.sender] = Self.said(tag: tag, hash: Array(frame.payload[Self.tagBytes...]))
            previousMask = Self.mask(scored, rounding, tag: tag, keys.withPrevious)
        case .comparisonKeys:
            guard dealt[frame.sender] == nil else { throw unexpected(frame) }
            dealt[frame.sender] = (frame.digest, frame.payload)
        case .abort: throw .peerAborted(frame.sender)
        default: throw unexpected(frame)
        }
        var effects: [Effect] = []
        if case .parts = phase, let transcript = FirstRound.transcript(said) {
            effects += deal(transcript, keys: keys)
        }
        if case .keys(let digest) = phase, let next = dealt[party.next], let previous = dealt[party.previous] {
            try check(.comparisonKeys, of: party.next, next, digest: digest, count: dealtBytes(party.next))
            try check(.comparisonKeys, of: party.previous, previous, digest: digest, count: dealtBytes(party.previous))
            phase = .finished
            effects.append(.finished(finish(digest, keys: keys)))
        }
        return effects
    }

    /// Round 2: the comparison keys of the scores whose client this party is, to both servers.
    private mutating func deal(_ transcript: Digest32, keys: borrowing PairKeys) -> [Effect] {
        let digest = Digest32(
            of: [Array("cordon/rounding/v1".utf8), scored.agreedDigest.bytes, transcript.bytes])
        phase = .keys(digest)
        var payload: [UInt8] = []
        payload.reserveCapacity(dealtBytes(party))
        let comparison = Self.comparison(rounding, digest)
        let first = Self.seeds(keys.withPrevious, digest, scored.refusals.count)
        let second = Self.seeds(keys.withNext, digest, scored.refusals.count)
        for event in records(of: party) {
            guard scored.refusals[event] == nil else {
                payload.append(contentsOf: repeatElement(0, count: keyBytes))
                continue
            }
            let alpha = (shares[event] &+ nextPart[event] &+ previousMask[event]) & rounding.mask
            comparison.deal(alpha, seeds: (first[event], second[event]), into: &payload)
        }
        dealt[party] = (digest, payload)
        return [party.next, party.previous].map {
            .send(.comparisonKeys, to: $0, digest: digest, payload: payload)
        }
    }

    /// This party's shares of the bits: of the scores whose server it is, and a zero-share.
    private func finish(_ digest: Digest32, keys: borrowing PairKeys) -> BatchResult {
        let count = scored.refusals.count
        let deals = PartyID.allCases.compactMap { dealt[$0].map { Digest32(of: [$0.payload]).bytes } }
        let agreed = Digest32(of: [Array("cordon/rounded/v1".utf8), digest.bytes] + deals)
        var out = keys.withPrevious.bytes(.roundingZeroShare, digest: agreed, count: count * rounding.bytes)
        var other = keys.withNext.stream(.roundingZeroShare, digest: agreed)
        out.withUnsafeMutableBytes { other.mask($0) }
        let comparison = Self.comparison(rounding, digest)
        let withPrevious = Self.seeds(keys.withPrevious, digest, count)
        let withNext = Self.seeds(keys.withNext, digest, count)
        out.withUnsafeMutableBufferPointer { out in
            for event in 0..<count {
                let row = UnsafeMutableBufferPointer(
                    rebasing: out[event * rounding.bytes..<(event + 1) * rounding.bytes])
                let client = Self.client(event)
                guard scored.refusals[event] == nil else {
                    row.update(repeating: 0)
                    continue
                }
                if client != party, let keys = dealt[client]?.payload {
                    // The client's previous party is the first server.
                    let isSecond = client == party.previous
                    let own = shares[event] &- mask[event]
                    let beta = isSecond ? nextPart[event] &+ mask[event] : own &+ previousMask[event]
                    let places = rounding.places(beta & rounding.mask)
                    let at = event / 3 * keyBytes
                    keys.withUnsafeBytes {
                        let answers = comparison.answer(
                            UnsafeRawBufferPointer(rebasing: $0[at..<at + keyBytes]), isSecond: isSecond,
                            seed: isSecond ? withPrevious[event] : withNext[event], at: places.numbers)
                        places.pick(answers, isSecond: isSecond, into: row)
                    }
                }
                if rounding.bits & 7 != 0 { row[row.count - 1] &= 1 << UInt8(rounding.bits & 7) - 1 }
            }
        }
        var result = scored
        result.scoreShares = out
        result.agreedDigest = agreed
        result.rounds += 2
        return result
    }

    // MARK: Records

    /// The client of a record by its place in the batch.
    private static func client(_ event: Int) -> PartyID { PartyID.allCases[event % 3] }

    private func records(of client: PartyID) -> StrideTo<Int> {
        stride(from: client.rawValue, to: scored.refusals.count, by: 3)
    }

    private var keyBytes: Int { SharedComparison.keyBytes(width: rounding.ringBits) }

    /// Bytes of what a client deals.
    private func dealtBytes(_ client: PartyID) -> Int {
        (scored.refusals.count - client.rawValue + 2) / 3 * keyBytes
    }

    // MARK: Randomness

    /// What the party with a tag, and the next one, know as its mask; nothing of refused records.
    private static func mask(
        _ scored: BatchResult, _ rounding: ScoreRounding, tag: [UInt8], _ pair: borrowing PairwisePRF
    ) -> [UInt64] {
        let digest = Digest32(of: [Array("cordon/rounding/mask/v1".utf8), scored.agreedDigest.bytes, tag])
        let stream = pair.bytes(
            .roundingMask, digest: digest, count: scored.refusals.count * rounding.ringBits / 8)
        return zip(elements(stream, rounding), scored.refusals).map { $1 == nil ? $0 : 0 }
    }

    /// A seed for each record, of which a client has one in common with each of its servers.
    private static func seeds(_ pair: borrowing PairwisePRF, _ digest: Digest32, _ count: Int) -> [UInt128] {
        pair.bytes(.comparisonSeed, digest: digest, count: count * 16).withUnsafeBytes { bytes in
            (0..<count).map { UInt128(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 16, as: UInt128.self)) }
        }
    }

    private static func comparison(_ rounding: ScoreRounding, _ digest: Digest32) -> SharedComparison {
        SharedComparison(
            width: rounding.ringBits,
            cipherKey: Digest32(of: [Array("cordon/rounding/cipher/v1".utf8), digest.bytes]).bytes[..<16])
    }

    private static func said(tag: [UInt8], hash: [UInt8]) -> Digest32 { Digest32(of: [tag, hash]) }

    // MARK: Elements

    private static func elements(_ bytes: [UInt8], _ rounding: ScoreRounding) -> [UInt64] {
        rounding.ringBits == 16
            ? UInt16.unpack(bytes).map { UInt64($0) } : UInt32.unpack(bytes).map { UInt64($0) }
    }

    private static func bytes(_ elements: [UInt64], _ rounding: ScoreRounding) -> [UInt8] {
        rounding.ringBits == 16
            ? UInt16.pack(elements.map { UInt16(truncatingIfNeeded: $0) })
            : UInt32.pack(elements.map { UInt32(truncatingIfNeeded: $0) })
    }

    private func check(_ frame: Frame, digest: Digest32, count: Int) throws(StepError) {
        try check(frame.kind, of: frame.sender, (frame.digest, frame.payload), digest: digest, count: count)
    }

    private func check(
        _ kind: Frame.Kind, of peer: PartyID, _ said: (digest: Digest32, payload: [UInt8]), digest: Digest32, count: Int
    ) throws(StepError) {
        guard said.digest == digest else { throw .disagreement(peer: peer, kind: kind) }
        guard said.payload.count == count else {
            throw .wrongLength(peer: peer, kind: kind, expected: count, got: said.payload.count)
        }
    }

    private func unexpected(_ frame: Frame) -> StepError { .unexpected(peer: frame.sender, kind: frame.kind) }
}
