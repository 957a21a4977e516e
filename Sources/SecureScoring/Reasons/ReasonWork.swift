import EventLogs
import Manifests
import Model
import Records
import Sealing
import ThreeParty

/// All that one party computes an answer from. Its plan is a function of the log, of what all three keep, and of the generation of
/// the model's shares: parties of which one has anything else make other plans, and compute nothing.
struct ReasonWork {
    let plan: Digest32
    let card: CardShares
    let choices: [BitShares]
    let rows: ReasonRows

    /// - Parameters:
    ///   - batches: those in the request's range, in their order.
    ///   - limits: of the agreement in force.
    ///   - epoch: of the pairwise keys.
    /// - Throws: why this party can't answer.
    init(
        _ request: ReasonRequest, choices: [BitShares], batches: [RowBatch], of manifest: ModelManifest,
        card: CardShares,
        shares: SharesInForce, at party: PartyID, limits: ReasonLimits, epoch: KeyEpoch
    ) throws(ReasonRefusal) {
        let member = RowKey.Member(request.member)
        let hiding = manifest.bitsOfSlots
        var rows = ReasonRows(bits: manifest.shape.bits, at: party)
        var digests: [[UInt8]] = []
        for batch in batches {
            guard batch.form == manifest.rowForm, batch.bits == manifest.shape.bits else { throw .otherModel }
            var known: [UInt8] = []
            for (row, key) in batch.keys.enumerated() where key.member == member {
                let members = batch.members(row)
                var shown: UInt8 = 0
                var hidden: [Range<Int>] = []
                for (slot, ranges) in hiding.enumerated() {
                    if slot < members.count, members[slot] >= limits.members {
                        shown |= 1 << UInt8(slot)
                    } else {
                        hidden += ranges
                    }
                }
                rows.append(batch.shares(row), hiding: hidden, shown: shown)
                known.append(shown)
            }
            digests.append(
                batch.range.lowerBound.bigEndianBytes + batch.range.upperBound.bigEndianBytes + batch.agreed.bytes
                    + batch.generations.encoded + known)
        }
        guard rows.count == request.rows else { throw .otherRows }
        plan = Digest32(
            of: [
                Array("cordon/reasons/plan/v1".utf8), request.digest.bytes, manifest.digest.bytes, shares.digest.bytes,
                epoch.number.bigEndianBytes,
            ] + digests)
        self.choices = choices
        self.card = card
        self.rows = rows
    }
}

extension ModelManifest {
    /// By token of a transaction, which bits of a row are made of its counts.
    var bitsOfSlots: [[Range<Int>]] {
        guard let counts else { return [] }
        var out = [[Range<Int>]](repeating: [], count: counts.slots)
        var bit = ownBits
        for feature in counts.features {
            out[feature.slot].append(bit..<bit + feature.edges.count)
            bit += feature.edges.count
        }
        return out
    }
}
