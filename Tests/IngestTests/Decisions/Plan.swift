import Foundation
import Keys
import Records
import Sealing
import Support
import ThreeParty

/// Score shares of one plan as the parties seal them.
struct Plan {
    var digest: Digest32
    var sources: [Int64]
    var refused: [Int64: Refusal]
    var shares: [PartyID: [UInt8]] = [:]
    var ringBits: UInt32
    /// Of rounded scores; 0 where they are exact.
    var steps: UInt32 = 0
    var model = Digest32(of: [[1]])

    /// Shares of `scores`, additive in the ring.
    init<R: RingElement>(
        _ name: UInt8, _ scores: [Int64: Int64], refused: [Int64: Refusal] = [:], in ring: R.Type, seed: UInt64 = 1
    ) {
        self.refused = refused
        digest = Digest32(of: [[name]])
        sources = scores.keys.sorted()
        ringBits = UInt32(R.bitWidth)
        var generator = SplitMix64(state: seed + UInt64(name))
        var parts: [[R]] = [[], [], []]
        for source in sources {
            let a = R.random(in: .min ... .max, using: &generator)
            let b = R.random(in: .min ... .max, using: &generator)
            parts[0].append(a)
            parts[1].append(b)
            parts[2].append(R(truncatingIfNeeded: scores[source]!) &- a &- b)
        }
        for party in PartyID.allCases { shares[party] = R.pack(parts[party.rawValue]) }
    }

    /// Shares of the steps that scores are in, a bit each but the first.
    init(_ name: UInt8, steps scores: [Int64: Int], of steps: Int, seed: UInt64 = 1) {
        self.init(name, scores.mapValues { _ in 0 }, in: UInt16.self)
        self.steps = UInt32(steps)
        let bytes = (steps - 1 + 7) / 8
        var generator = SplitMix64(state: seed + UInt64(name))
        var parts: [[UInt8]] = [[], [], []]
        for source in sources {
            var bits = [UInt8](repeating: 0, count: bytes)
            for bit in 0..<scores[source]! { bits[bit / 8] |= 1 << UInt8(bit % 8) }
            let (a, b) = (generator.bytes(bytes), generator.bytes(bytes))
            parts[0] += a
            parts[1] += b
            parts[2] += (0..<bytes).map { bits[$0] ^ a[$0] ^ b[$0] }
        }
        for party in PartyID.allCases { shares[party] = parts[party.rawValue] }
    }

    func record(
        _ party: PartyID, _ sessions: Sessions, change: (inout WireScoreHeader) -> Void = { _ in }
    ) -> WireScoreShares {
        var header = WireScoreHeader()
        header.schema = 1
        header.party = UInt32(party.rawValue)
        header.member = sessions.member.name
        header.planDigest = Data(digest.bytes)
        header.sessionEpoch = sessions.epoch
        header.modelDigest = Data(model.bytes)
        header.modelVersion = "v1"
        header.ringBits = ringBits
        header.steps = steps
        header.sources = sources.map { offset in
            var source = WireSourcePosition()
            source.offset = offset
            return source
        }
        for (offset, refusal) in refused.sorted(by: { $0.key < $1.key }) {
            header.refused.append(SourcePosition(offset: offset).wire)
            header.refusals.append(refusal.rawValue)
        }
        change(&header)
        var record = WireScoreShares()
        let bytes = header.encoded
        record.header = Data(bytes)
        record.box = Data(
            SealedBox.seal(
                shares[party]!, salted: [scoreBoxLabel, digest.bytes], from: [],
                under: sessions.parties[party]!.scoreBoxes,
                associated: bytes))
        return record
    }

    func bytes(_ party: PartyID, _ sessions: Sessions) -> [UInt8] { record(party, sessions).encoded }
}
