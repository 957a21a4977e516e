import Records
import Secrets
import Support
import Testing
import ThreeParty

/// A model in the clear with its shares, and a cell of three sessions run by hand, frame by frame.
struct Cell {
    let shape: ForestShape
    let conditions: [Int]
    let leaves: [Int64]
    let models: [PartyID: PreparedModel]
    var generator: SplitMix64
    let pairs: [[UInt8]]

    /// - Parameters:
    ///   - own: how many of the bits are a member's, where others are counts'.
    ///   - thresholds: of rounded scores; nil where they are exact.
    init(
        bits: Int, own: Int? = nil, trees: Int, depth: Int, ringBits: Int, thresholds: [Int64]? = nil, seed: UInt64
    ) throws {
        var g = SplitMix64(state: seed)
        let shape = try #require(ForestShape(bits: bits, trees: trees, depth: depth, ringBits: ringBits))
        let bound: Int64 = ringBits == 16 ? 32_767 / Int64(trees) : 1 << 20
        let conditions = (0..<shape.conditions).map { _ in Int.random(in: 0..<bits, using: &g) }
        let leaves = (0..<shape.leaves).map { _ in Int64.random(in: -bound...bound, using: &g) }
        var rows = [UInt8](repeating: 0, count: shape.selectionBytes)
        for (row, bit) in conditions.enumerated() { rows[row * shape.inputBytes + bit >> 3] |= 1 << (bit & 7) }
        let table =
            ringBits == 16
            ? UInt16.pack(leaves.map { UInt16(truncatingIfNeeded: $0) })
            : UInt32.pack(leaves.map { UInt32(truncatingIfNeeded: $0) })
        let selection = SeededComponents(rows, group: .xor, seeds: (g.bytes(16), g.bytes(16)), from: 1)
        let values = SeededComponents(
            table, group: .addition(ringBits: ringBits), seeds: (g.bytes(16), g.bytes(16)), from: 1)
        var models: [PartyID: PreparedModel] = [:]
        for party in PartyID.allCases {
            let row = selection.parts(for: party)
            let leaf = values.parts(for: party)
            func whole(_ part: [UInt8], _ component: PartyID, _ bytes: Int) throws -> [UInt8] {
                try #require(SeededComponents.expand(part, component: component.rawValue, from: 1, bytes: bytes))
            }
            let selectionFirst = try whole(row.first, party, shape.selectionBytes)
            let selectionSecond = try whole(row.second, party.next, shape.selectionBytes)
            let leavesFirst = try whole(leaf.first, party, shape.leafBytes)
            let leavesSecond = try whole(leaf.second, party.next, shape.leafBytes)
            guard
                let components = ModelComponents(
                    shape: shape, selectionFirst: selectionFirst, selectionSecond: selectionSecond,
                    leavesFirst: leavesFirst, leavesSecond: leavesSecond)
            else { throw Malformed() }
            models[party] = PreparedModel(
                shape: shape, features: [Int](repeating: 1, count: own ?? bits), components: components,
                rounding: thresholds.flatMap { ScoreRounding(ringBits: ringBits, thresholds: $0) })
        }
        self.shape = shape
        self.conditions = conditions
        self.leaves = leaves
        self.models = models
        pairs = [g.bytes(32), g.bytes(32), g.bytes(32)]
        generator = g
    }

    struct Malformed: Error {}

    /// The key that all three parties check records under.
    static func checkKey() -> SecretKey { SecretKey(bytes: [UInt8](repeating: 7, count: 32)) }

    func keys(_ party: PartyID) -> PairKeys {
        PairKeys(
            withPrevious: SecretKey(bytes: pairs[party.rawValue]),
            withNext: SecretKey(bytes: pairs[party.next.rawValue]))
    }

    func plain(_ bits: [UInt8]) -> Int64 {
        var sum: Int64 = 0
        for tree in 0..<shape.trees {
            var leaf = 0
            for level in 0..<shape.depth {
                let bit = conditions[tree * shape.depth + level]
                leaf |= Int(bits[bit >> 3] >> (bit & 7) & 1) << level
            }
            sum += leaves[tree << shape.depth + leaf]
        }
        return sum
    }

    mutating func inputs(_ events: Int) -> (plain: [[UInt8]], shared: [PartyID: [BitShares]]) {
        var plain: [[UInt8]] = []
        var shared: [PartyID: [BitShares]] = [:]
        for _ in 0..<events {
            var bits = generator.bytes(shape.inputBytes)
            if shape.bits % 8 != 0 { bits[bits.count - 1] &= UInt8(1 << (shape.bits % 8) - 1) }
            plain.append(bits)
            let sharing = SeededComponents(
                bits, group: .xor, seeds: (generator.bytes(16), generator.bytes(16)), from: 2)
            for party in PartyID.allCases {
                let parts = sharing.parts(for: party)
                shared[party, default: []].append(
                    BitShares(party: party, first: parts.first, second: parts.second, from: 2, bits: shape.bits)!)
            }
        }
        return (plain, shared)
    }

    func batch(_ shared: [PartyID: [BitShares]]) -> [PartyID: BatchInputs] {
        shared.mapValues { BatchInputs($0, bits: shape.bits) }
    }

    struct Run {
        var results: [PartyID: BatchResult] = [:]
        var frames: [Frame] = []
    }

    func run(
        plan: Digest32, inputs: [PartyID: BatchInputs], order: UInt64 = 1, change: (inout Frame) -> Void = { _ in }
    ) throws -> Run {
        let work = Dictionary(uniqueKeysWithValues: inputs.map { ($0, BatchWork.score(models[$0]!, $1)) })
        return try run(plan: plan, work: work, order: order, change: change)
    }

    /// Runs a batch at the three parties to its end; frames are delivered in an order drawn from `order`.
    func run(
        plan: Digest32, work: [PartyID: BatchWork], order: UInt64 = 1, change: (inout Frame) -> Void = { _ in }
    ) throws -> Run {
        var run = Run()
        var generator = SplitMix64(state: order)
        var zero = BatchRun(party: .zero, plan: plan, work: work[.zero]!)
        var one = BatchRun(party: .one, plan: plan, work: work[.one]!)
        var two = BatchRun(party: .two, plan: plan, work: work[.two]!)
        var wire: [(to: PartyID, frame: Frame)] = []
        func take(_ effects: [BatchSession.Effect], from sender: PartyID) {
            for effect in effects {
                switch effect {
                case .send(let kind, let to, let digest, let payload):
                    var frame = Frame(
                        kind: kind, sender: sender, stream: .scoring(0), batch: 1, digest: digest, payload: payload)
                    run.frames.append(frame)
                    change(&frame)
                    wire.append((to, frame))
                case .finished(let result): run.results[sender] = result
                }
            }
        }
        take(zero.start(keys: keys(.zero), checkKey: Self.checkKey()), from: .zero)
        take(one.start(keys: keys(.one), checkKey: Self.checkKey()), from: .one)
        take(two.start(keys: keys(.two), checkKey: Self.checkKey()), from: .two)
        while !wire.isEmpty {
            let (to, frame) = wire.remove(at: Int.random(in: 0..<wire.count, using: &generator))
            let copy = try Frame(decoding: frame.encoded)
            switch to {
            case .zero: take(try zero.receive(copy, keys: keys(.zero)), from: .zero)
            case .one: take(try one.receive(copy, keys: keys(.one)), from: .one)
            case .two: take(try two.receive(copy, keys: keys(.two)), from: .two)
            }
        }
        return run
    }

    func open(_ run: Run) -> [Int64] {
        let shares = PartyID.allCases.map { run.results[$0]!.scoreShares }
        if shape.ringBits == 16 {
            let all = shares.map { UInt16.unpack($0) }
            return all[0].indices.map { signed(all[0][$0] &+ all[1][$0] &+ all[2][$0]) }
        }
        let all = shares.map { UInt32.unpack($0) }
        return all[0].indices.map { signed(all[0][$0] &+ all[1][$0] &+ all[2][$0]) }
    }
}

private let plan = Digest32(of: [[1, 2, 3]])

extension LabelInputs {
    /// Records without outcomes, of one content at all parties; a code a record, 0 for one that is taken.
    init(refusals: [UInt8]) {
        self.init()
        for code in refusals {
            if code == 0 { append(content: [1], outcomes: []) } else { append(refused: code, outcomes: 0) }
        }
    }
}

@Suite("Secure scores")
struct SecureScoreTests {
    @Test(
        "equal the model in the clear in every bit",
        arguments: [
            (590, 100, 4, 16), (324, 100, 4, 16), (13, 7, 1, 16), (930, 100, 6, 32), (200, 130, 4, 32), (33, 5, 8, 16),
        ])
    func equalsPlain(bits: Int, trees: Int, depth: Int, ring: Int) throws {
        var cell = try Cell(bits: bits, trees: trees, depth: depth, ringBits: ring, seed: UInt64(bits + depth))
        let (plain, shared) = cell.inputs(17)
        for order in 1...3 as ClosedRange<UInt64> {
            let run = try cell.run(plan: plan, inputs: cell.batch(shared), order: order)
            #expect(cell.open(run) == plain.map(cell.plain))
        }
    }

    @Test("a run again of the same plan gives the same messages and shares; another plan unrelated ones")
    func deterministic() throws {
        var cell = try Cell(bits: 100, trees: 10, depth: 3, ringBits: 16, seed: 5)
        let (_, shared) = cell.inputs(4)
        let inputs = cell.batch(shared)
        let first = try cell.run(plan: plan, inputs: inputs)
        let again = try cell.run(plan: plan, inputs: inputs)
        let other = try cell.run(plan: Digest32(of: [[9]]), inputs: inputs)
        #expect(first.frames.map(\.payload) == again.frames.map(\.payload))
        for party in PartyID.allCases {
            #expect(first.results[party]!.scoreShares == again.results[party]!.scoreShares)
            #expect(first.results[party]!.scoreShares != other.results[party]!.scoreShares)
        }
        for (a, b) in zip(first.frames, other.frames) where a.kind != .refusals { #expect(a.payload != b.payload) }
        #expect(cell.open(first) == cell.open(other))
    }

    @Test("a transaction that one party refuses is scored by none, and the rest of the batch is")
    func refusals() throws {
        var cell = try Cell(bits: 50, trees: 6, depth: 4, ringBits: 16, seed: 8)
        let (plain, shared) = cell.inputs(5)
        var inputs = cell.batch(shared)
        inputs[.one] = BatchInputs(bits: 50, capacity: 5)
        for event in 0..<5 {
            if event == 2 {
                inputs[.one]!.append(refused: 6)
            } else {
                inputs[.one]!.append(shared[.one]![event])
            }
        }
        let run = try cell.run(plan: plan, inputs: inputs)
        let opened = cell.open(run)
        for event in 0..<5 where event != 2 { #expect(opened[event] == cell.plain(plain[event])) }
        for party in PartyID.allCases {
            let result = run.results[party]!
            #expect(result.refusals[2]?.party == .one && result.refusals[2]?.code == 6)
            #expect(result.refusals.count { $0 != nil } == 1)
            #expect(Array(result.scoreShares[4..<6]) == [0, 0])
        }
        // The refusing party's bytes for that transaction carry no mask, so the mask is still unused.
        let frame = try #require(run.frames.first { $0.kind == .conditionBits && $0.sender == .one })
        let width = cell.shape.conditionBytes
        #expect(frame.payload[(5 * 17 + 2 * width)..<(5 * 17 + 3 * width)].allSatisfy { $0 == 0 })
    }

    @Test("a batch costs two rounds and the documented bytes")
    func cost() throws {
        var cell = try Cell(bits: 590, trees: 100, depth: 4, ringBits: 16, seed: 3)
        let (_, shared) = cell.inputs(10)
        let run = try cell.run(plan: plan, inputs: cell.batch(shared))
        for party in PartyID.allCases {
            let sent = run.frames.filter { $0.sender == party }
            #expect(sent.map(\.kind) == [.conditionBits, .refusals, .lookupDeal])
            #expect(sent.map(\.payload.count) == [10 * (17 + 50), 10 * 17 + 32, 10 * 3200])
        }
    }

    @Test("parties that hold different plans stop before anything is released")
    func disagreement() throws {
        var cell = try Cell(bits: 50, trees: 6, depth: 4, ringBits: 16, seed: 8)
        let (_, shared) = cell.inputs(2)
        let inputs = cell.batch(shared)
        #expect(throws: StepError.self) {
            try cell.run(plan: plan, inputs: inputs) { frame in
                if frame.sender == .two { frame.digest = Digest32(of: [[7]]) }
            }
        }
        #expect(throws: StepError.self) {
            try cell.run(plan: plan, inputs: inputs) { frame in
                if frame.kind == .refusals, frame.sender == .two { frame.payload[0] = 6 }
            }
        }
        #expect(throws: StepError.self) {
            try cell.run(plan: plan, inputs: inputs) { frame in
                if frame.kind == .lookupDeal { frame.payload.removeLast() }
            }
        }
    }

    @Test("what a party sends for two different transactions looks alike")
    func masked() throws {
        // Condition bits of fixed, very different inputs under many plans: each bit is one about half of the time.
        var cell = try Cell(bits: 16, trees: 2, depth: 4, ringBits: 16, seed: 4)
        for bits in [[0, 0], [255, 255]] as [[UInt8]] {
            var ones = [Int](repeating: 0, count: 8)
            for n in 0..<400 as Range<UInt16> {
                let sharing = SeededComponents(
                    bits, group: .xor, seeds: (cell.generator.bytes(16), cell.generator.bytes(16)), from: 3)
                var inputs: [PartyID: BatchInputs] = [:]
                for party in PartyID.allCases {
                    let parts = sharing.parts(for: party)
                    let shares = BitShares(
                        party: party, first: parts.first, second: parts.second, from: 3, bits: 16)!
                    inputs[party] = BatchInputs([shares], bits: 16)
                }
                let run = try cell.run(plan: Digest32(of: [[UInt8(n >> 8), UInt8(n & 255)]]), inputs: inputs)
                let frame = try #require(run.frames.first { $0.kind == .conditionBits && $0.sender == .one })
                for bit in 0..<8 { ones[bit] += Int(frame.payload[17] >> bit & 1) }
            }
            #expect(ones.allSatisfy { (130...270).contains($0) })
        }
    }
}

@Suite("Frames")
struct FrameTests {
    @Test("survive encoding, and damaged ones are errors")
    func roundTrip() throws {
        let frame = Frame(
            kind: .lookupDeal, sender: .two, stream: .scoring(7), batch: 1 << 50, digest: plan, payload: [1, 2, 3])
        let copy = try Frame(decoding: frame.encoded)
        #expect(copy.kind == .lookupDeal && copy.sender == .two && copy.stream == .scoring(7) && copy.batch == 1 << 50)
        #expect(copy.digest == plan && copy.payload == [1, 2, 3])
        #expect(throws: FrameError.truncated(bytes: 47)) { try Frame(decoding: Array(frame.encoded.prefix(47))) }
        var bytes = frame.encoded
        bytes[1] = 99
        #expect(throws: FrameError.kind(99)) { try Frame(decoding: bytes) }
        bytes[0] = 1
        #expect(throws: FrameError.version(1)) { try Frame(decoding: bytes) }
    }
}
