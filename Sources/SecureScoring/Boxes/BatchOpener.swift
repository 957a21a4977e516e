import Counters
import EventLogs
import Manifests
import Model
import Records
import Sealing
import ThreeParty
import Tokens

/// The opener of this party's boxes of a whole batch.
final class BatchOpener {
    private let transactions: TransactionOpener
    private let labels: LabelOpener

    init(party: PartyID, sessions: SessionRegistry) {
        transactions = TransactionOpener(party: party, sessions: sessions)
        labels = LabelOpener(party: party, sessions: sessions)
    }

    /// Opens a batch.
    ///
    /// - Parameters:
    ///   - counts: those that its model reads; a batch of labels has them.
    ///   - admission: refuses what could be used otherwise; nil for a batch that was decided.
    func open(_ batch: SealedBatch, counts: PartitionCounts?, admission: Admission? = nil) throws -> OpenedBatch {
        switch batch.content {
        case .transactions(let records):
            transactions.begin()
            let slots = counts?.features.slots ?? 0
            var inputs = BatchInputs(
                bits: batch.model.ownBits, capacity: records.count, publicBytes: slots * CountedEntity.byteCount)
            var shadow = batch.nextSpec.map { BatchInputs(bits: $0.bits, capacity: records.count) }
            let opened = try records.map {
                try transactions.open(
                    $0, for: batch.model, counts: counts, closed: batch.epochs.closed, into: &inputs,
                    next: batch.nextSpec, &shadow)
            }
            let refused = admission?.admit(batch) {
                inputs.refusal($0) == nil
            } isCounted: { member, event in
                counts?.hasCounted(event, of: member, before: batch.plan.range.lowerBound) ?? false
            }
            for (index, refusal) in refused ?? [:] { inputs.refuse(index, code: refusal.rawValue) }
            return OpenedBatch(
                batch: batch, content: .transactions(opened, inputs), tokens: counts?.standing.tokens, shadow: shadow)
        case .labels(let records):
            guard let counts else { preconditionFailure("labels are proposed where the model reads counts") }
            let opened = try records.map {
                try labels.open($0, for: batch.model, counts: counts, closed: batch.epochs.closed)
            }
            return OpenedBatch(batch: batch, content: .labels(opened), tokens: counts.standing.tokens)
        }
    }

    /// The reason why this party can't use a transaction, whatever limits there are; nil where it can.
    func refusal(of record: SealedRecord, by model: ModelManifest) throws -> Refusal? {
        transactions.begin()
        var (inputs, shadow) = (BatchInputs(bits: model.ownBits, capacity: 1), BatchInputs?.none)
        _ = try transactions.open(record, for: model, into: &inputs, next: nil, &shadow)
        return inputs.refusal(0)
    }
}
