import Records
import Support
import Testing
import ThreeParty

/// What a party receives in a whole training, but for what is opened, hangs on its inputs and on a key that it does not know. Where
/// it is uniform over that key, whatever the rows are, it could have been drawn at random: it tells nothing.
@Suite("What a party learns of a training")
struct TrainingLearningTests {
    private static let runs = 160

    @Test(
        "every byte that it receives is uniform but what is opened, hashes too, with a scorecard and without",
        arguments: PartyID.allCases, [nil, CardRule(features: [1, 3], passes: 1)])
    func uniform(party: PartyID, card: CardRule?) throws {
        let rule = try TrainingRule(trees: 1, stages: [1, 1], group: 1, candidates: 2)
        var cell = try TrainingCell(rows: 5, bits: 4, rule: rule, seed: 41, card: card) { bits, _ in
            bits[0] != (party == .one)
        }
        var generator = SplitMix64(state: 43)
        var views: [[[UInt8]]] = []
        var opened: Set<[UInt8]> = []
        for _ in 0..<Self.runs {
            cell.keys.keys[party.previous.rawValue] = generator.bytes(32)
            let received = try cell.run().frames.filter { $0.to == party }.map(\.frame)
            // In the order of senders and rounds, whichever came first.
            func key(_ frame: Frame) -> UInt64 {
                UInt64(frame.sender.rawValue) << 32 | UInt64(UInt32(bigEndianBytes: frame.payload.prefix(4)))
            }
            let sorted = received.sorted { key($0) < key($1) }
            views.append(
                try sorted.map { frame in
                    let place = try #require(TrainingPiece(decoding: frame.payload)).place
                    // The number of frauds, and whether the forest fits 16 bits.
                    let isOpened = place == .init(group: 0, round: 2) || place == .init(group: 2, round: 8)
                    if isOpened, frame.sender == party.next { opened.insert(Array(frame.payload.dropFirst(40))) }
                    return Array(frame.payload.dropFirst(8).prefix(isOpened ? 32 : frame.payload.count))
                })
        }
        let flat = views.map { $0.flatMap(\.self) }
        #expect(flat[0].count > 4_000 && flat.allSatisfy { $0.count == flat[0].count })
        let expected = Double(Self.runs) / 16
        var worst = 0.0
        for place in flat[0].indices {
            var bins = [Int](repeating: 0, count: 32)
            for view in flat {
                bins[Int(view[place] & 15)] += 1
                bins[16 + Int(view[place] >> 4)] += 1
            }
            for half in [bins[..<16], bins[16...]] {
                worst = max(worst, half.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected })
            }
        }
        // 15 degrees of freedom: above 90 less than once in 10^12.
        #expect(worst < 90)
        #expect(!opened.isEmpty)
    }
}
