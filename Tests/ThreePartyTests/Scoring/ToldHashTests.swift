import Records
import Support
import Testing
import ThreeParty

private let plan = Digest32(of: [[5]])

/// Whoever does not get a frame is told its hash. Two of three shares are known to that party, so of a short frame few payloads are
/// possible; each could be held against the hash.
@Suite("The hash of a frame that a party does not get")
struct ToldHashTests {
    @Test("is that of no payload that it could try: of a count's dealt one-hot, or of its bits")
    func countLookup() throws {
        var cell = try CountCell(thresholds: [2], seed: 8)
        let run = try cell.run(plan: plan, cell.queries([[3]], of: 60, thresholds: [[1, 3]]))
        // The lookup's client is party one. The server that has the stream in common with it tries every place of the one bit.
        let told = try #require(run.frames.first { $0.kind == .refusals && $0.sender == .one }).payload.suffix(32)
        let head: [UInt8] = [0, 6]
        var stream = cell.keys(.zero).withNext.stream(.countOneHot, digest: plan)
        var share = [UInt8](repeating: 0, count: 8)
        share.withUnsafeMutableBytes { stream.fill($0) }
        let deal = try #require(run.frames.first { $0.kind == .countDeal && $0.sender == .one }).payload
        var isRight = 0
        for place in 0..<64 {
            var guess = share
            guess[place >> 3] ^= 1 << UInt8(place & 7)
            if head + guess == deal { isRight += 1 }
            #expect(Digest32(of: [head + guess]).bytes != Array(told))
        }
        #expect(isRight == 1)
        for frame in run.frames where frame.kind == .countBitsHash {
            for byte in 0...UInt8.max { #expect(Digest32(of: [[byte]]).bytes != frame.payload) }
        }
    }

    @Test("is that of no condition bits that it could try")
    func conditionBits() throws {
        var cell = try Cell(bits: 4, trees: 1, depth: 1, ringBits: 16, seed: 3)
        let run = try cell.run(plan: plan, inputs: cell.batch(cell.inputs(1).shared))
        for party in PartyID.allCases {
            let frame = try #require(run.frames.first { $0.kind == .conditionBits && $0.sender == party })
            let told = try #require(run.frames.first { $0.kind == .refusals && $0.sender == party })
            let word = Array(frame.payload.dropLast())
            #expect(told.payload.dropLast(32).elementsEqual(word))
            for byte in 0...UInt8.max {
                #expect(Digest32(of: [word + [byte]]).bytes != Array(told.payload.suffix(32)))
            }
        }
    }
}
