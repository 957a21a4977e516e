import Foundation
import Ingest
import Model
import Records
import Roles
import ThreeParty

/// INSECURE: features and scores in the clear, as the baseline of `cordon-bench pipeline` has them. Records have the
/// production schemas, with plain bytes where a box would be; no production process takes them for sealed ones.
struct ClearForm: AgentForm {
    /// What plain bytes begin with.
    static let mark = Array("INSECURE".utf8)

    func sealer(_ sealer: TransactionSealer, _ spec: BinnedSpec) -> any TransactionSealing {
        ClearWriter(sealer: sealer, spec: spec)
    }

    func collector(_ shares: ShareCollector, _ member: MemberID) -> any ScoreCollecting { ClearScores(member: member) }
}

/// Writes a transaction's thermometer bits as they are.
private final class ClearWriter: TransactionSealing {
    private let sealer: TransactionSealer
    private let spec: BinnedSpec

    init(sealer: TransactionSealer, spec: BinnedSpec) {
        self.sealer = sealer
        self.spec = spec
    }

    var sessions: SealingSessions { sealer.sessions }

    func eventID(_ id: UInt64) -> EventID { sealer.eventID(id) }

    func seal(
        _ transaction: Transaction, event: EventID, features: [Double], shadow _: [Double]?, tokens: BoxedTokens,
        at place: SealedPlace
    ) -> [UInt8] {
        let box = ClearForm.mark + spec.ownThermometer(features)
        return SealedTransaction.record(
            header: sealer.header(transaction, event: event, tokens: tokens, at: place), boxes: [box.count]
        ) { _, record in record += box }
    }
}

/// Reads the clear worker's scores, each record complete by itself.
private struct ClearScores: ScoreCollecting {
    let member: MemberID
    var oldest: Int64? { nil }

    mutating func receive(_ bytes: [UInt8], offset: Int64) throws(ShareCollector.Refused) -> [Answer] {
        guard let record = WireScoreShares(decoding: bytes),
            let header = WireScoreHeader(decoding: Array(record.header)),
            header.schema == 1
        else { throw .unreadable }
        let plain = Array(record.box)
        guard header.member == member.name, let model = Digest32(header.modelDigest),
            plain.starts(with: ClearForm.mark),
            plain.count == ClearForm.mark.count + 4 * header.sources.count
        else { throw .malformed }
        let scores = UInt32.unpack(Array(plain[ClearForm.mark.count...]))
        return zip(header.sources, scores).map { source, score in
            Answer(
                source: SourcePosition(source),
                outcome: .score(.exact(signed(score)), model: model, modelVersion: header.modelVersion),
                firstOffset: offset)
        }
    }

    mutating func forget(where decided: (SourcePosition) -> Bool) {}
}
