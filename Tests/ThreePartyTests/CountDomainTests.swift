import Records
import Support
import Testing
import ThreeParty

extension Int {
    /// The least power of two above it.
    fileprivate var nextPowerOfTwo: Int {
        var power = 1
        while power <= self { power *= 2 }
        return power
    }
}

private let plan = Digest32(of: [[1, 2, 3]])

@Suite("Domains of count lookups")
struct CountDomainTests {
    @Test(
        "equal the plain comparison in every domain, up to the last count that it holds",
        arguments: [0, 1, 63, 64, 127, 128, 255, 256, 511, 512, 1023, 1024, 2047, 2048, 4095, 4096, 8191])
    func everyDomain(events: Int) throws {
        let least = events.nextPowerOfTwo
        #expect(CountDomain(events: events).size == max(64, least))
        #expect(CountDomain(events: events).oneHotBytes == max(64, least) / 8)
        var cell = try CountCell(thresholds: [40], seed: UInt64(events))
        let near = [0, 1, 2, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, events / 2, events - 1, events].filter {
            (0...events).contains($0)
        }
        var counts = near
        for _ in 0..<30 { counts.append(Int.random(in: 0...events, using: &cell.generator)) }
        let thresholds = counts.map { count -> [UInt16] in
            var row = [0, 1, 63, 64, 65, count, count + 1, max(0, count - 1), events, events + 1, 8191, 8192]
            while row.count < 40 { row.append(Int.random(in: 0...events + 1, using: &cell.generator)) }
            return row.map { UInt16($0) }
        }
        let queries = cell.queries(counts.map { [UInt16($0)] }, of: events, thresholds: thresholds)
        let opened = try cell.open(cell.run(plan: plan, queries))
        for (event, count) in counts.enumerated() {
            #expect(opened[event] == thresholds[event].map { count >= $0 }, "\(count) of \(events)")
        }
    }

    @Test("a deal in another domain than its receiver's, of none or of no known one is a disagreement")
    func otherDomain() throws {
        var cell = try CountCell(thresholds: [2, 1], seed: 3)
        let counts: [[UInt16]?] = [[5, 6], nil, [7, 8]]
        let thresholds = [[UInt16]](repeating: [1, 2, 3], count: 3)
        let queries = cell.queries(counts, of: 100, thresholds: thresholds)
        var other = queries
        other[.two] = cell.queries(counts, of: 200, thresholds: thresholds)[.two]
        #expect(throws: StepError.self) { try cell.run(plan: plan, other) }
        // Lookups 0 and 3 are party one's: of the first transaction, and of the one that it refused.
        for (place, exponents) in [(3, [0, 5, 6, 8, 13, 14, 255]), (4, [1, 7, 13, 255])] as [(Int, [UInt8])] {
            for exponent in exponents {
                #expect(throws: StepError.disagreement(peer: .one, kind: .countDeal), "\(place), \(exponent)") {
                    try cell.run(plan: plan, queries) { frame in
                        if frame.kind == .countDeal, frame.sender == .one { frame.payload[place] = exponent }
                    }
                }
            }
        }
        #expect(try cell.open(cell.run(plan: plan, queries)).map { $0 != nil } == [true, false, true])
    }

    @Test("what a party deals of other transactions is the same bytes, whatever it refuses", arguments: [20, 8191])
    func masksStay(events: Int) throws {
        var cell = try CountCell(thresholds: [1], seed: 9)
        let thresholds = [[UInt16]](repeating: [1], count: 9)
        let counts = (0..<9).map { [UInt16($0)] }
        let queries = cell.queries(counts, of: events, thresholds: thresholds)
        let own = try #require(queries[.one])
        var refusing = CountQueries(shape: cell.shape)
        refusing.append(refused: 6)
        for event in 1..<9 {
            refusing.append([own.shares[event]], of: [events], thresholds: thresholds[event])
        }
        func deal(_ queries: CountQueries) -> [UInt8] {
            var stream = cell.keys(.one).withPrevious.stream(StepLabel("t"), digest: plan)
            return CountLookup(party: .one, shape: cell.shape).deal(queries, stream: &stream)
        }
        let (all, rest) = (deal(own), deal(refusing))
        let bytes = CountDomain(events: events).oneHotBytes
        // Party one deals lookups 0, 3 and 6: three exponents, and a one-hot for each that it did not refuse.
        #expect(all.count == 3 + 3 * bytes && rest.count == 3 + 2 * bytes)
        #expect(all.suffix(2 * bytes) == rest.suffix(2 * bytes))
    }
}
