import Records
import Secrets
import Support
import Testing
import ThreeParty

private let plan = Digest32(of: [[3]])

/// Scores of which each party has an additive share, as scoring ends with them, and three rounding sessions run by hand.
private struct RoundingCell {
    let rounding: ScoreRounding
    let pairs: [[UInt8]]
    var generator: SplitMix64

    init(ringBits: Int, thresholds: [Int64], seed: UInt64) throws {
        rounding = try #require(ScoreRounding(ringBits: ringBits, thresholds: thresholds))
        generator = SplitMix64(state: seed)
        pairs = [generator.bytes(32), generator.bytes(32), generator.bytes(32)]
    }

    func keys(_ party: PartyID) -> PairKeys {
        PairKeys(
            withPrevious: SecretKey(bytes: pairs[party.rawValue]),
            withNext: SecretKey(bytes: pairs[party.next.rawValue]))
    }

    /// Results of scoring; nil is refused.
    mutating func scored(_ scores: [Int64?]) -> [PartyID: BatchResult] {
        var shares: [[UInt32]] = [[], [], []]
        for score in scores {
            let (zero, one) = (
                UInt32.random(in: 0...UInt32.max, using: &generator),
                UInt32.random(in: 0...UInt32.max, using: &generator)
            )
            let all = [zero, one, UInt32(truncatingIfNeeded: score ?? 0) &- zero &- one]
            for party in 0..<3 { shares[party].append(score == nil ? 0 : all[party]) }
        }
        let none = [UInt8](repeating: 0, count: scores.count)
        let codes = scores.map { UInt8($0 == nil ? 7 : 0) }
        let agreement = Agreement(plan: plan, codes: (codes, none, none), found: none, transcript: plan)
        return Dictionary(
            uniqueKeysWithValues: PartyID.allCases.map { party in
                let elements = shares[party.rawValue]
                let bytes =
                    rounding.ringBits == 16
                    ? UInt16.pack(elements.map { UInt16(truncatingIfNeeded: $0) }) : UInt32.pack(elements)
                return (
                    party,
                    BatchResult(
                        scoreShares: bytes, refusals: agreement.refusals, agreedDigest: agreement.digest,
                        agreement: agreement, received: Digest32(of: [[UInt8(party.rawValue)]]), rounds: 2)
                )
            })
    }

    struct Run {
        var results: [PartyID: BatchResult] = [:]
        var frames: [(to: PartyID, frame: Frame)] = []
    }

    func run(
        _ scored: [PartyID: BatchResult], order: UInt64 = 1, change: (inout Frame, PartyID) -> Void = { _, _ in }
    ) throws -> Run {
        var run = Run()
        var generator = SplitMix64(state: order)
        func session(_ party: PartyID) -> RoundingSession {
            RoundingSession(party: party, rounding: rounding, scored: scored[party]!, keys: keys(party))
        }
        var zero = session(.zero)
        var one = session(.one)
        var two = session(.two)
        var wire: [(to: PartyID, frame: Frame)] = []
        func take(_ effects: [RoundingSession.Effect], from sender: PartyID) {
            for effect in effects {
                switch effect {
                case .send(let kind, let to, let digest, let payload):
                    var frame = Frame(
                        kind: kind, sender: sender, stream: .scoring(0), batch: 1, digest: digest, payload: payload)
                    change(&frame, to)
                    run.frames.append((to, frame))
                    wire.append((to, frame))
                case .finished(let result): run.results[sender] = result
                }
            }
        }
        take(zero.start(keys: keys(.zero)), from: .zero)
        take(one.start(keys: keys(.one)), from: .one)
        take(two.start(keys: keys(.two)), from: .two)
        while !wire.isEmpty {
            let (to, frame) = wire.remove(at: Int.random(in: 0..<wire.count, using: &generator))
            switch to {
            case .zero: take(try zero.receive(frame, keys: keys(.zero)), from: .zero)
            case .one: take(try one.receive(frame, keys: keys(.one)), from: .one)
            case .two: take(try two.receive(frame, keys: keys(.two)), from: .two)
            }
        }
        return run
    }

    /// The bits of each score, opened.
    func open(_ run: Run) throws -> [[UInt8]] {
        let shares = try PartyID.allCases.map { try #require(run.results[$0]).scoreShares }
        #expect(Set(PartyID.allCases.map { run.results[$0]?.agreedDigest }).count == 1)
        return run.results[.zero]!.refusals.indices.map { event in
            (event * rounding.bytes..<(event + 1) * rounding.bytes).map { byte -> UInt8 in
                shares[0][byte] ^ shares[1][byte] ^ shares[2][byte]
            }
        }
    }

    /// What a member reads of the scores, and what it would by counting thresholds.
    mutating func steps(_ scores: [Int64], order: UInt64 = 1) throws -> (opened: [Int?], counted: [Int]) {
        let run = try run(scored(scores), order: order)
        return (
            try open(run).map { ScoreRounding.step($0, bits: rounding.bits) },
            scores.map { score in rounding.thresholds.count { score >= $0 } }
        )
    }
}

@Suite("Rounded scores")
struct RoundingTests {
    private static let edges: [Int64] = [-32_768, -32_767, -20_000, -1, 0, 1, 127, 128, 129, 255, 256, 4095, 32_767]

    @Test("are the step of every score of 16 bits")
    func everyScore() throws {
        var cell = try RoundingCell(ringBits: 16, thresholds: Self.edges, seed: 5)
        let (opened, counted) = try cell.steps((0..<65_536).map { Int64(Int16(bitPattern: UInt16($0))) })
        #expect(opened == counted)
    }

    @Test(
        "hold scores at, above and below each threshold, however shares lie", arguments: [16, 32],
        1...4 as ClosedRange<UInt64>)
    func thresholds(ringBits: Int, seed: UInt64) throws {
        var generator = SplitMix64(seed)
        let half = Int64(1) << Int64(ringBits - 1)
        for count in [1, 2, 7, 8, 9, 40] {
            var thresholds: Set<Int64> = []
            while thresholds.count < count { thresholds.insert(Int64.random(in: -half..<half, using: &generator)) }
            let sorted = thresholds.sorted()
            var scores: [Int64] = [-half, half - 1, 0, -1]
            for threshold in sorted { scores += [max(threshold - 1, -half), threshold, min(threshold + 1, half - 1)] }
            var cell = try RoundingCell(ringBits: ringBits, thresholds: sorted, seed: seed)
            let (opened, counted) = try cell.steps(scores, order: seed)
            #expect(opened == counted)
        }
    }

    @Test("are over every score or under it where a threshold lies outside of the ring")
    func outside() throws {
        var cell = try RoundingCell(
            ringBits: 16, thresholds: [Int64.min, -32_769, -32_768, 0, 32_767, 32_768, Int64.max], seed: 9)
        let (opened, counted) = try cell.steps([-32_768, -1, 0, 32_766, 32_767])
        #expect(opened == counted && counted == [3, 3, 4, 4, 5])
    }

    @Test("of one step alone have no bits")
    func oneStep() throws {
        var cell = try RoundingCell(ringBits: 16, thresholds: [], seed: 9)
        #expect(try cell.steps([5, -5, 7, 8]).opened == [0, 0, 0, 0])
    }

    @Test("of refused records have zeros, and move no mask of another")
    func refused() throws {
        var cell = try RoundingCell(ringBits: 16, thresholds: [-5, 10, 300], seed: 4)
        let scores: [Int64?] = [4, nil, 9, 10, nil, nil, 300, -400, nil]
        let run = try cell.run(cell.scored(scores))
        for (score, bits) in zip(scores, try cell.open(run)) {
            #expect(
                bits == [
                    score.map { score in
                        [-5, 10, 300].enumerated().reduce(UInt8(0)) { $0 | (score >= $1.1 ? 1 << $1.0 : 0) }
                    } ?? 0
                ])
        }
        for party in PartyID.allCases {
            let shares = try #require(run.results[party]).scoreShares
            for (event, score) in scores.enumerated() where score == nil { #expect(shares[event] == 0) }
        }
        // Keys of refused records are zeros, of which the stream is not used.
        for (_, frame) in run.frames where frame.kind == .comparisonKeys {
            for (place, event) in stride(from: frame.sender.rawValue, to: 9, by: 3).enumerated() {
                let key = frame.payload[place * 169..<(place + 1) * 169]
                #expect(key.allSatisfy { $0 == 0 } == (scores[event] == nil))
            }
        }
    }

    @Test("take two rounds, and these bytes of a party", arguments: [(16, 169), (32, 441)])
    func cost(ringBits: Int, keyBytes: Int) throws {
        var cell = try RoundingCell(ringBits: ringBits, thresholds: [1, 2, 3], seed: 4)
        let run = try cell.run(cell.scored([Int64?](repeating: 2, count: 30)))
        for party in PartyID.allCases {
            let sent = run.frames.filter { $0.frame.sender == party }.map(\.frame.payload.count).sorted()
            #expect(sent == [64, 32 + 30 * ringBits / 8, 10 * keyBytes, 10 * keyBytes].sorted())
            #expect(run.results[party]?.rounds == 4)
        }
    }

    @Test("stop where a client deals two servers other keys", arguments: PartyID.allCases)
    func otherDeals(party: PartyID) throws {
        var cell = try RoundingCell(ringBits: 16, thresholds: [1, 2, 3], seed: 4)
        let run = try cell.run(cell.scored([1, 2, 3])) { frame, to in
            if frame.kind == .comparisonKeys, frame.sender == party, to == party.next { frame.payload[9] ^= 1 }
        }
        // Their shares are of digests that differ, so no member adds them up.
        #expect(run.results[party.next]?.agreedDigest != run.results[party.previous]?.agreedDigest)
    }

    @Test(
        "stop where a party tells the two others of different parts",
        arguments: PartyID.allCases,
        [(Frame.Kind.scorePart, 0), (.scorePart, 33), (.scorePartHash, 0), (.scorePartHash, 40)])
    func otherParts(party: PartyID, change: (kind: Frame.Kind, byte: Int)) throws {
        var cell = try RoundingCell(ringBits: 16, thresholds: [1, 2, 3], seed: 4)
        let scored = cell.scored([1, 2, 3])
        #expect(throws: StepError.self) {
            try cell.run(scored) { frame, _ in
                if frame.sender == party, frame.kind == change.kind { frame.payload[change.byte] ^= 1 }
            }
        }
    }

    @Test("say no step where bits are no thermometer")
    func noStep() throws {
        func step(_ bytes: [UInt8]) -> Int? { ScoreRounding.step(bytes, bits: 10) }
        #expect(step([0, 0]) == 0 && step([0b111, 0]) == 3 && step([0xFF, 0b11]) == 10)
        for bytes: [UInt8] in [[0b101, 0], [0b110, 0], [0xFF, 0b10], [0xFF, 0b111], [0x7F, 1], [0, 0x80]] {
            #expect(step(bytes) == nil)
        }
        #expect(ScoreRounding(ringBits: 16, thresholds: [1, 1]) == nil)
        #expect(ScoreRounding(ringBits: 8, thresholds: []) == nil)
    }
}
