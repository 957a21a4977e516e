import Records
import Secrets
import Support
import Testing
import ThreeParty

/// What three parties have when scores are shared, and every frame of rounding them.
private struct RoundedBatch {
    let rounding: ScoreRounding
    let scores: [Int64?]
    let cell = StepCell(seed: 12)
    let scored: [PartyID: BatchResult]
    private(set) var results: [PartyID: BatchResult] = [:]
    private(set) var frames: [(to: PartyID, frame: Frame)] = []

    /// - Parameter scores: nil is refused.
    init(_ scores: [Int64?], ringBits: Int, thresholds: [Int64]) throws {
        rounding = try #require(ScoreRounding(ringBits: ringBits, thresholds: thresholds))
        self.scores = scores
        var generator = SplitMix64(state: UInt64(scores.count))
        let none = [UInt8](repeating: 0, count: scores.count)
        let codes = scores.map { $0 == nil ? UInt8(7) : UInt8(0) }
        let agreement = Agreement(
            plan: Digest32(of: [[3]]), codes: (none, codes, none), found: none, transcript: Digest32(of: [[4]]))
        var shares = [[UInt8]](repeating: [], count: 3)
        for score in scores {
            let (zero, one) = (generator.next(), generator.next())
            let parts: [UInt64] = [zero, one, UInt64(bitPattern: score ?? 0) &- zero &- one]
            for party in 0..<3 {
                for byte in 0..<ringBits / 8 {
                    let share = UInt8(truncatingIfNeeded: parts[party] >> UInt64(8 * byte))
                    shares[party].append(score == nil ? 0 : share)
                }
            }
        }
        var scored: [PartyID: BatchResult] = [:]
        for party in PartyID.allCases {
            scored[party] = BatchResult(
                scoreShares: shares[party.rawValue], refusals: agreement.refusals, agreedDigest: agreement.digest,
                agreement: agreement, received: Digest32(of: [[UInt8(party.rawValue)]]), rounds: 2)
        }
        self.scored = scored
        try exchange()
    }

    func session(_ party: PartyID) -> RoundingSession {
        RoundingSession(party: party, rounding: rounding, scored: scored[party]!, keys: cell.pair(party))
    }

    private mutating func exchange() throws {
        var zero = session(.zero)
        var one = session(.one)
        var two = session(.two)
        take(zero.start(keys: cell.pair(.zero)), of: .zero)
        take(one.start(keys: cell.pair(.one)), of: .one)
        take(two.start(keys: cell.pair(.two)), of: .two)
        var done = 0
        while done < frames.count {
            let (to, frame) = frames[done]
            done += 1
            switch to {
            case .zero: take(try zero.receive(frame, keys: cell.pair(.zero)), of: .zero)
            case .one: take(try one.receive(frame, keys: cell.pair(.one)), of: .one)
            case .two: take(try two.receive(frame, keys: cell.pair(.two)), of: .two)
            }
        }
    }

    private mutating func take(_ effects: [RoundingSession.Effect], of party: PartyID) {
        for effect in effects {
            switch effect {
            case .send(let kind, let to, let digest, let payload):
                let frame = Frame(
                    kind: kind, sender: party, stream: .scoring(0), batch: 1, digest: digest, payload: payload)
                frames.append((to, frame))
            case .finished(let result): results[party] = result
            }
        }
    }

    /// The bits of all records, opened.
    func opened() throws -> [UInt8] {
        let shares = try PartyID.allCases.map { try #require(results[$0]).scoreShares }
        return shares[0].indices.map { shares[0][$0] ^ shares[1][$0] ^ shares[2][$0] }
    }

    /// The bits of all records, by counting.
    var counted: [UInt8] {
        scores.flatMap { score in
            var bytes = [UInt8](repeating: 0, count: (rounding.thresholds.count + 7) / 8)
            for (at, threshold) in rounding.thresholds.enumerated() {
                if let score, score >= threshold { bytes[at / 8] |= 1 << UInt8(at % 8) }
            }
            return bytes
        }
    }

    /// The frames that party 1 gets in this batch: the next party's part, the previous one's hash, and the keys of both.
    func frames(_ kind: Frame.Kind, from sender: PartyID) throws -> Frame {
        try #require(frames.first { $0.to == .one && $0.frame.kind == kind && $0.frame.sender == sender }).frame
    }

    func toOne() throws -> [Frame] {
        [
            try frames(.scorePart, from: .two), try frames(.scorePartHash, from: .zero),
            try frames(.comparisonKeys, from: .two), try frames(.comparisonKeys, from: .zero),
        ]
    }

    /// What party 1 comes to with frames in this order.
    func end(_ frames: [Frame]) -> Result<BatchResult?, StepError> {
        var session = session(.one)
        _ = session.start(keys: cell.pair(.one))
        var result: BatchResult?
        do throws(StepError) {
            for frame in frames {
                for case .finished(let end) in try session.receive(frame, keys: cell.pair(.one)) { result = end }
            }
        } catch { return .failure(error) }
        return .success(result)
    }

    func error(_ frames: [Frame]) -> StepError? {
        guard case .failure(let error) = end(frames) else { return nil }
        return error
    }
}

@Suite("The rounding of a batch at one party")
struct RoundingSessionTests {
    private static let thresholds: [Int64] = [-300, -1, 0, 5, 6, 7, 100, 101, 32_000]

    private func batch(_ scores: [Int64?] = [4, nil, 6, -2, 120], ringBits: Int = 16) throws -> RoundedBatch {
        try RoundedBatch(scores, ringBits: ringBits, thresholds: Self.thresholds)
    }

    @Test(
        "comes to what counting does for any number of records, and of refused ones", arguments: 0...7, [16, 32])
    func records(count: Int, ringBits: Int) throws {
        let scores: [Int64] = [5, -301, 32_000, 99, -300, -32_768, 32_767]
        for refused in 0...count {
            let some = (0..<count).map { $0 >= refused ? scores[$0] : nil }
            let batch = try batch(some, ringBits: ringBits)
            #expect(try batch.opened() == batch.counted, "\(refused) refused of \(count)")
            #expect(PartyID.allCases.allSatisfy { batch.results[$0]?.rounds == 4 })
        }
    }

    @Test("has a bit for each threshold, in whole bytes, and none behind the last", arguments: 0...17)
    func bits(count: Int) throws {
        let thresholds = (0..<count).map { Int64($0 * 10) }
        let batch = try RoundedBatch([-1, 0, 45, 170, nil], ringBits: 16, thresholds: thresholds)
        let bytes = count == 0 ? 0 : (count - 1) / 8 + 1
        #expect(batch.rounding.bits == count && batch.rounding.bytes == bytes && ScoreRounding.bytes(count) == bytes)
        for party in PartyID.allCases { #expect(batch.results[party]?.scoreShares.count == 5 * bytes) }
        #expect(try batch.opened() == batch.counted)
    }

    @Test(
        "sends its share less a mask that hangs on what it was dealt, and zeros of refused records",
        arguments: [16, 32])
    func parts(ringBits: Int) throws {
        let batch = try batch(ringBits: ringBits)
        let size = ringBits / 8
        for party in PartyID.allCases {
            let scored = try #require(batch.scored[party])
            func bytes(_ key: PartyID, _ label: String, _ digest: Digest32, _ count: Int) -> [UInt8] {
                PairwisePRF(SecretKey(bytes: batch.cell.keys[key.rawValue])).bytes(
                    StepLabel("cordon/rounding/\(label)"), digest: digest, count: count)
            }
            let tag = bytes(party, "tag", Digest32(of: [[UInt8(party.rawValue)]]), 32)
            let under = Digest32(of: [Array("cordon/rounding/mask/v1".utf8), scored.agreedDigest.bytes, tag])
            let mask = bytes(party.next, "mask", under, 5 * size)
            func number(_ bytes: [UInt8], _ at: Int) -> UInt64 {
                (0..<size).reduce(0) { $0 | UInt64(bytes[at * size + $1]) << UInt64(8 * $1) }
            }
            var want = tag
            for at in 0..<5 {
                let part = batch.scores[at] == nil ? 0 : number(scored.scoreShares, at) &- number(mask, at)
                for byte in 0..<size { want.append(UInt8(truncatingIfNeeded: part >> UInt64(8 * byte))) }
            }
            let sent = batch.frames.filter { $0.frame.sender == party }
            let part = try #require(sent.first { $0.frame.kind == .scorePart })
            #expect(part.to == party.previous && part.frame.payload == want && part.frame.digest == scored.agreedDigest)
            let told = try #require(sent.first { $0.frame.kind == .scorePartHash })
            #expect(told.to == party.next && told.frame.payload.count == 64 && Array(told.frame.payload[..<32]) == tag)
            #expect(told.frame.digest == scored.agreedDigest)
            let keys = sent.filter { $0.frame.kind == .comparisonKeys }
            #expect(Set(keys.map(\.to)) == [party.next, party.previous] && sent.count == 4)
            #expect(Set(keys.map(\.frame.payload)).count == 1 && Set(keys.map(\.frame.digest)).count == 1)
        }
    }

    @Test("ends with the same shares in whichever of 24 orders its frames come, and not before the last")
    func orders() throws {
        let batch = try batch()
        let frames = try batch.toOne()
        let want = try #require(batch.results[.one])
        var orders: [[Int]] = [[]]
        for _ in 0..<4 {
            orders = orders.flatMap { order in (0..<4).filter { !order.contains($0) }.map { order + [$0] } }
        }
        #expect(Set(orders).count == 24)
        for order in orders {
            for count in 0..<4 {
                guard case .success(nil) = batch.end(order[..<count].map { frames[$0] }) else {
                    Issue.record("\(count) of \(order)")
                    return
                }
            }
            guard case .success(let result?) = batch.end(order.map { frames[$0] }) else {
                Issue.record("\(order)")
                return
            }
            #expect(result.scoreShares == want.scoreShares && result.agreedDigest == want.agreedDigest)
        }
    }

    @Test("refuses a second frame of each kind, one from the other neighbour, and kinds that have no place")
    func places() throws {
        let batch = try batch()
        let frames = try batch.toOne()
        for (at, frame) in frames.enumerated() {
            let twice = Array(frames[...at]) + [frame]
            #expect(batch.error(twice) == .unexpected(peer: frame.sender, kind: frame.kind))
            var other = frame
            other.sender = .one
            if at < 2 {
                #expect(batch.error([other]) == .unexpected(peer: .one, kind: frame.kind))
                other.sender = frame.sender.next == .one ? .two : .zero
                #expect(batch.error([other]) == .unexpected(peer: other.sender, kind: frame.kind))
            }
            for kind: Frame.Kind in [.proposal, .conditionBits, .lookupDeal, .completed, .training] {
                var odd = frame
                odd.kind = kind
                #expect(batch.error(Array(frames[..<at]) + [odd]) == .unexpected(peer: frame.sender, kind: kind))
            }
            var abort = frame
            (abort.kind, abort.payload) = (.abort, [])
            #expect(batch.error(Array(frames[..<at]) + [abort]) == .peerAborted(frame.sender))
        }
    }

    @Test("refuses frames of another length, or of another digest", arguments: [16, 32])
    func lengths(ringBits: Int) throws {
        let batch = try batch(ringBits: ringBits)
        let frames = try batch.toOne()
        // Keys have 17 bytes a level and 16 for the leaf; of five records the first two parties are each the client of two.
        let key = (ringBits - 7) * 17 + 16
        let expected = [32 + 5 * ringBits / 8, 64, key, 2 * key]
        #expect(frames.map(\.payload.count) == expected)
        for at in 0..<4 {
            func error(_ change: (inout Frame) -> Void) -> StepError? {
                var changed = frames
                change(&changed[at])
                return batch.error(changed)
            }
            let (peer, kind) = (frames[at].sender, frames[at].kind)
            for got in [0, expected[at] - 1, expected[at] + 1] {
                let length = error { $0.payload = [UInt8](repeating: 1, count: got) }
                #expect(length == .wrongLength(peer: peer, kind: kind, expected: expected[at], got: got))
            }
            #expect(error { $0.digest = Digest32(of: [[0]]) } == .disagreement(peer: peer, kind: kind))
            #expect(error { _ in } == nil)
        }
    }
}
