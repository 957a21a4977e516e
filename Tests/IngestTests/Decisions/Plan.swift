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
    var shares: [PartyID: [UInt8]] = [:]
    var ringBits: UInt32
    var model = Digest32(of: [[1]])

    /// Shares of `scores`, additive in the ring.
    init<R: RingElement>(_ name: UInt8, _ scores: [Int64: Int64], in ring: R.Type, seed: UInt64 = 1) {
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
        header.sources = sources.map { offset in
            var source = WireSourcePosition()
            source.offset = offset
            return source
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
