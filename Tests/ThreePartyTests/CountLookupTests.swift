import Records
import Secrets
import Support
import Testing
import ThreeParty

/// Three count lookup sessions run by hand, frame by frame.
struct CountCell {
    let shape: CountShape
    let pairs: [[UInt8]]
    var generator: SplitMix64

    init(thresholds: [Int], seed: UInt64) throws {
        shape = try #require(CountShape(thresholds: thresholds))
        generator = SplitMix64(state: seed)
        pairs = [generator.bytes(32), generator.bytes(32), generator.bytes(32)]
    }

    func keys(_ party: PartyID) -> PairKeys {
        PairKeys(
            withPrevious: SecretKey(bytes: pairs[party.rawValue]),
            withNext: SecretKey(bytes: pairs[party.next.rawValue]))
    }

    /// Shares counts, one list a transaction; nil where party one refuses it.
    ///
    /// - Parameter events: of which all counts are a part.
    mutating func queries(
        _ counts: [[UInt16]?], of events: Int = 1023, thresholds: [[UInt16]]
    ) -> [PartyID: CountQueries] {
        var queries: [PartyID: CountQueries] = [:]
        for party in PartyID.allCases { queries[party] = CountQueries(shape: shape) }
        for (counts, thresholds) in zip(counts, thresholds) {
            let components = (counts ?? [UInt16](repeating: 0, count: shape.lookups)).map { share($0) }
            for party in PartyID.allCases {
                if counts == nil, party == .one {
                    queries[party]?.append(refused: 6)
                } else {
                    queries[party]?.append(
                        components.map {
                            CountShare(first: $0[party.rawValue], second: $0[party.next.rawValue])
                        }, of: components.map { _ in events }, thresholds: thresholds)
                }
            }
        }
        return queries
    }

    private mutating func share(_ count: UInt16) -> [UInt16] {
        let zero = UInt16.random(in: 0...UInt16.max, using: &generator)
        let one = UInt16.random(in: 0...UInt16.max, using: &generator)
        return [zero, one, count &- zero &- one]
    }

    struct Run {
        var results: [PartyID: CountLookupResult] = [:]
        var frames: [Frame] = []
    }

    func run(
        plan: Digest32, _ queries: [PartyID: CountQueries], order: UInt64 = 1,
        change: (inout Frame) -> Void = { _ in }
    ) throws -> Run {
        var run = Run()
        var generator = SplitMix64(state: order)
        var zero = CountLookupSession(
            party: .zero, plan: plan, queries: queries[.zero]!, word: Word(codes: queries[.zero]!.refusals))
        var one = CountLookupSession(
            party: .one, plan: plan, queries: queries[.one]!, word: Word(codes: queries[.one]!.refusals))
        var two = CountLookupSession(
            party: .two, plan: plan, queries: queries[.two]!, word: Word(codes: queries[.two]!.refusals))
        var wire: [(to: PartyID, frame: Frame)] = []
        func take(_ effects: [CountLookupSession.Effect], from sender: PartyID) {
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

    /// The bits of each transaction, opened, after a check that every component is held twice alike.
    func open(_ run: Run) throws -> [[Bool]?] {
        let zero = try #require(run.results[.zero])
        let one = try #require(run.results[.one])
        let two = try #require(run.results[.two])
        #expect(zero.agreement.digest == one.agreement.digest && zero.agreement.digest == two.agreement.digest)
        return zero.bits.indices.map { event in
            guard let zero = zero.bits[event], let one = one.bits[event], let two = two.bits[event] else {
                return nil
            }
            #expect(zero.second == one.first && one.second == two.first && two.second == zero.first)
            return (0..<shape.bits).map { bit -> Bool in
                let byte: UInt8 = zero.first[bit >> 3] ^ one.first[bit >> 3] ^ two.first[bit >> 3]
                return byte >> UInt8(bit & 7) & 1 == 1
            }
        }
    }
}

private let plan = Digest32(of: [[1, 2, 3]])

@Suite("Count lookups")
struct CountLookupTests {
    @Test("equal the plain comparison for every count and every role")
    func everyCount() throws {
        let thresholds: [UInt16] = [0, 1, 2, 3, 17, 63, 64, 65, 511, 512, 513, 1000, 1022, 1023, CountThreshold.never]
        // Four lookups a transaction: over three transactions every slot meets every client.
        var cell = try CountCell(thresholds: [15, 15, 15, 15], seed: 11)
        let counts = (0..<1024).map { count -> [UInt16] in
            [0, 256, 512, 768].map { UInt16((count + $0) % 1024) }
        }
        let row = thresholds + thresholds + thresholds + thresholds
        let all = [[UInt16]](repeating: row, count: 1024)
        let run = try cell.run(plan: plan, cell.queries(counts, thresholds: all))
        let opened = try cell.open(run)
        for (event, counts) in counts.enumerated() {
            let expected: [Bool] = counts.flatMap { count in thresholds.map { count >= $0 } }
            #expect(opened[event] == expected)
        }
    }

    @Test("hold every threshold against a count", arguments: [0, 1, 500, 1023] as [UInt16])
    func everyThreshold(count: UInt16) throws {
        var cell = try CountCell(thresholds: [1023], seed: UInt64(count))
        let thresholds = Array(1...1023 as ClosedRange<UInt16>)
        let queries = cell.queries([[count], [count], [count]], thresholds: [thresholds, thresholds, thresholds])
        let opened = try cell.open(cell.run(plan: plan, queries))
        for event in 0..<3 { #expect(opened[event] == thresholds.map { count >= $0 }) }
    }

    @Test(
        "hold each transaction against thresholds of its own, in any order of frames",
        arguments: 1...4 as ClosedRange<UInt64>)
    func ownThresholds(order: UInt64) throws {
        var cell = try CountCell(thresholds: [3, 1, 9], seed: 7 + order)
        var counts: [[UInt16]] = []
        var thresholds: [[UInt16]] = []
        for _ in 0..<100 {
            counts.append((0..<3).map { _ in UInt16.random(in: 0...1023, using: &cell.generator) })
            thresholds.append((0..<13).map { _ in UInt16.random(in: 0...1024, using: &cell.generator) })
        }
        let opened = try cell.open(cell.run(plan: plan, cell.queries(counts, thresholds: thresholds), order: order))
        for (event, counts) in counts.enumerated() {
            let slots = [0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2]
            let expected: [Bool] = (0..<13).map { counts[slots[$0]] >= thresholds[event][$0] }
            #expect(opened[event] == expected)
        }
    }

    @Test("a transaction that one party refuses is looked up by none, and the rest of the batch is")
    func refusals() throws {
        var cell = try CountCell(thresholds: [4, 4], seed: 5)
        let thresholds = [[UInt16]](repeating: [1, 2, 3, 4, 1, 2, 3, 4], count: 5)
        let counts: [[UInt16]?] = [[1, 2], [3, 4], nil, [0, 9], [4, 0]]
        let run = try cell.run(plan: plan, cell.queries(counts, thresholds: thresholds))
        let opened = try cell.open(run)
        for (event, counts) in counts.enumerated() {
            let expected: [Bool]? = counts.map { [$0[0], $0[0], $0[0], $0[0], $0[1], $0[1], $0[1], $0[1]] }
                .map { zip($0, thresholds[event]).map { $0 >= $1 } }
            #expect(opened[event] == expected)
        }
        for party in PartyID.allCases {
            let refusals = try #require(run.results[party]).agreement.refusals
            #expect(refusals[2]?.party == .one && refusals[2]?.code == 6)
            #expect(refusals.count { $0 != nil } == 1)
        }
        // Its bytes carry no mask, so the masks are still unused.
        for frame in run.frames where frame.kind == .countBits { #expect(frame.payload[2] == 0) }
        let deal = try #require(run.frames.first { $0.kind == .countDeal && $0.sender == .one })
        // Party one deals lookups 0, 3, 6 and 9, of transactions 0, 1, 3 and 4; none of transaction 2, which has 4 and 5.
        #expect(deal.payload.count == 5 + 4 + 4 * 128 && deal.payload[2] == 6)
        #expect(!deal.payload[5...].allSatisfy { $0 == 0 })
    }

    @Test("a refusing client deals nothing")
    func refusedDeal() throws {
        var cell = try CountCell(thresholds: [1], seed: 6)
        let run = try cell.run(plan: plan, cell.queries([nil, [1], [1]], thresholds: [[1], [1], [1]]))
        let deal = try #require(run.frames.first { $0.kind == .countDeal && $0.sender == .one })
        #expect(deal.payload == [6, 0, 0, 0])
        #expect(try cell.open(run) == [nil, [true], [true]])
    }

    @Test("a run again gives the same bytes; another plan unrelated ones; other refusals other masks of the bits")
    func deterministic() throws {
        var cell = try CountCell(thresholds: [16], seed: 8)
        let thresholds = [[UInt16]](repeating: Array(1...16), count: 6)
        let queries = cell.queries([[1], [2], [3], [4], [5], [6]], thresholds: thresholds)
        let first = try cell.run(plan: plan, queries)
        let again = try cell.run(plan: plan, queries, order: 9)
        let other = try cell.run(plan: Digest32(of: [[9]]), queries)
        func payloads(_ run: CountCell.Run, _ kind: Frame.Kind) -> [PartyID: [UInt8]] {
            run.frames.filter { $0.kind == kind }.reduce(into: [:]) { $0[$1.sender] = $1.payload }
        }
        #expect(payloads(first, .countDeal) == payloads(again, .countDeal))
        #expect(payloads(first, .countBits) == payloads(again, .countBits))
        for kind in [Frame.Kind.countDeal, .countBits] {
            for party in PartyID.allCases { #expect(payloads(first, kind)[party] != payloads(other, kind)[party]) }
        }
        #expect(try cell.open(first) == cell.open(other))

        var refusing = queries
        refusing[.two] = CountQueries(shape: cell.shape)
        for event in 0..<5 {
            refusing[.two]?.append([queries[.two]!.shares[event]], of: [1023], thresholds: thresholds[event])
        }
        refusing[.two]?.append(refused: 5)
        let refused = try cell.run(plan: plan, refusing)
        // What party zero says of the first transaction hangs on the last one's refusal.
        #expect(payloads(refused, .countBits)[.zero]?.prefix(2) != payloads(first, .countBits)[.zero]?.prefix(2))
        #expect(try cell.open(refused).dropLast() == cell.open(first).dropLast())
    }

    @Test("what a party sends for two different counts looks alike", arguments: [0, 1023] as [UInt16])
    func masked(count: UInt16) throws {
        var cell = try CountCell(thresholds: [8], seed: UInt64(count) + 21)
        let thresholds: [UInt16] = [1, 2, 3, 4, 5, 6, 7, 1023]
        var deal = [PartyID: [Int]]()
        var bits = [PartyID: [Int]]()
        for party in PartyID.allCases {
            deal[party] = [Int](repeating: 0, count: 1024)
            bits[party] = [Int](repeating: 0, count: 8)
        }
        for n in 0..<400 as Range<UInt16> {
            let queries = cell.queries(
                [[count], [count], [count]], thresholds: [thresholds, thresholds, thresholds])
            let run = try cell.run(plan: Digest32(of: [[UInt8(n >> 8), UInt8(n & 255)]]), queries)
            for frame in run.frames {
                if frame.kind == .countDeal {
                    for bit in 0..<1024 {
                        let byte = frame.payload[4 + bit >> 3]
                        deal[frame.sender]?[bit] += Int(byte >> UInt8(bit & 7) & 1)
                    }
                } else if frame.kind == .countBits {
                    for bit in 0..<8 { bits[frame.sender]?[bit] += Int(frame.payload[0] >> UInt8(bit) & 1) }
                }
            }
        }
        // Five standard deviations of 400 fair coins are 50.
        for party in PartyID.allCases {
            #expect(deal[party]!.allSatisfy { (145...255).contains($0) })
            #expect(bits[party]!.allSatisfy { (145...255).contains($0) })
        }
    }

    @Test("cost two rounds and the documented bytes")
    func cost() throws {
        var cell = try CountCell(thresholds: [31, 31, 31, 31, 31, 31], seed: 2)
        let counts = [[UInt16]](repeating: [0, 1, 2, 3, 4, 5], count: 10)
        let thresholds = [[UInt16]](repeating: .init(repeating: 3, count: 186), count: 10)
        let run = try cell.run(plan: plan, cell.queries(counts, thresholds: thresholds))
        for party in PartyID.allCases {
            #expect(run.results[party]?.rounds == 2)
            let sent = run.frames.filter { $0.sender == party }
            #expect(sent.map(\.kind) == [.countDeal, .refusals, .countBits, .countBitsHash])
            #expect(sent.map(\.payload.count) == [10 + 20 + 20 * 128, 10 + 32, 10 * 24, 32])
        }
        // Of up to 63 events a one-hot has 8 bytes.
        let few = try cell.run(plan: plan, cell.queries(counts, of: 63, thresholds: thresholds))
        for frame in few.frames where frame.kind == .countDeal { #expect(frame.payload.count == 10 + 20 + 20 * 8) }
    }

    @Test("frames of a wrong length, plan, sender or order are errors")
    func malformed() throws {
        var cell = try CountCell(thresholds: [8], seed: 4)
        let thresholds = [[UInt16]](repeating: Array(1...8), count: 3)
        let queries = cell.queries([[1], [2], [3]], thresholds: thresholds)
        for kind in [Frame.Kind.countDeal, .refusals, .countBits, .countBitsHash] {
            #expect(throws: StepError.self) {
                try cell.run(plan: plan, queries) { if $0.kind == kind { $0.payload.removeLast() } }
            }
            #expect(throws: StepError.self) {
                try cell.run(plan: plan, queries) { if $0.kind == kind { $0.digest = Digest32(of: [[7]]) } }
            }
            #expect(throws: StepError.self) {
                try cell.run(plan: plan, queries) { if $0.kind == kind { $0.sender = $0.sender.next } }
            }
        }
        #expect(throws: StepError.self) {
            try cell.run(plan: plan, queries) { frame in
                if frame.kind == .refusals, frame.sender == .two { frame.payload[0] = 6 }
            }
        }
        for kind in [Frame.Kind.abort, .conditionBits, .lookupDeal, .proposal, .completed] {
            var session = CountLookupSession(
                party: .zero, plan: plan, queries: queries[.zero]!, word: Word(codes: queries[.zero]!.refusals))
            _ = session.start(keys: cell.keys(.zero))
            let frame = Frame(kind: kind, sender: .two, stream: .scoring(0), batch: 1, digest: plan, payload: [])
            var error: StepError?
            do { _ = try session.receive(frame, keys: cell.keys(.zero)) } catch let thrown { error = thrown }
            #expect(error == (kind == .abort ? .peerAborted(.two) : .unexpected(peer: .two, kind: kind)))
        }
    }

    @Test("an empty batch ends, too")
    func empty() throws {
        var cell = try CountCell(thresholds: [8], seed: 4)
        #expect(try cell.open(cell.run(plan: plan, cell.queries([], thresholds: []))).isEmpty)
    }
}

@Suite("Count thresholds")
struct CountThresholdTests {
    @Test("of a count are the least whole number at or above the edge")
    func counts() {
        #expect(
            [-1, 0, 0.5, 1, 1.5, 8191, 8191.5, 90_000].map(CountThreshold.count) == [
                0, 0, 1, 1, 2, 8191, CountThreshold.never, CountThreshold.never,
            ])
    }

    @Test("of a rate agree with the quotient in the clear, also where the product is rounded")
    func rates() {
        for events in [0, 1, 2, 3, 7, 10, 49, 50, 99, 100, 997, 1023, 4000] {
            for edge in [0, 0.001, 0.01, 0.1, 0.2, 0.3, 1.0 / 3, 0.58, 0.7, 0.99, 1, 1.5, 2000] {
                let threshold = CountThreshold.rate(edge, of: events)
                for count in 0...min(max(events, 1), 1023) {
                    #expect((Double(count) / Double(max(events, 1)) >= edge) == (count >= Int(threshold)))
                }
            }
        }
        // 0.58 * 50 is 28.999... in the clear, and 29 / 50 is at or above 0.58.
        #expect(CountThreshold.rate(0.58, of: 50) == 29)
        #expect(CountThreshold.rate(0.3, of: 1_000_000) == CountThreshold.never)
    }
}
