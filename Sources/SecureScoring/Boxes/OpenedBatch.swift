import Counters
import EventLogs
import Manifests
import Records
import Sealing
import ThreeParty
import Tokens

/// A batch as this party sees it after opening its boxes.
struct OpenedBatch {
    /// The records, one after the other; with transactions, this party's shares of their features.
    enum Content {
        case transactions([OpenedTransaction], BatchInputs)
        case labels([OpenedLabels])
    }

    let batch: SealedBatch
    let content: Content
    /// The epoch of the tokens in it; nil where the model reads no counts.
    let tokens: TokenEpoch?
    /// The bits of the next spec; nil where rows of none are collected.
    var shadow: BatchInputs?

    /// The transactions; none in a batch of labels.
    var transactions: [OpenedTransaction] {
        if case .transactions(let opened, _) = content { opened } else { [] }
    }

    /// The reason why this party refuses each record; nil where it takes it.
    var refusals: [Refusal?] {
        switch content {
        case .transactions(let opened, let inputs): opened.indices.map { inputs.refusal($0) }
        case .labels(let opened): opened.map(\.refusal)
        }
    }

    /// The part of this party in computing the batch.
    ///
    /// - Parameter counts: those that the model reads; nil where it reads none.
    func work(_ model: PreparedModel, _ counts: PartitionCounts?) -> BatchWork {
        switch content {
        case .transactions(let opened, let inputs):
            guard let counts else { return .score(model, inputs) }
            return .count(
                model, inputs, counts.look(opened) { inputs.refusal($0) },
                shadow: batch.nextSpec.flatMap { next in
                    shadow.map { ShadowInputs($0, rule: ThermometerRule(features: next.ownFeatures)) }
                })
        case .labels(let opened):
            var inputs = LabelInputs()
            for record in opened { record.add(to: &inputs) }
            return .agree(inputs)
        }
    }

    /// The batch to be counted; nil where the model reads no counts.
    ///
    /// - Parameters:
    ///   - inputs: that it was scored by; nil where it is counted again.
    ///   - shadow: those of the next spec; nil where there is none.
    func counted(
        _ agreement: Agreement, inputs: BatchInputs? = nil, shadow: BatchInputs? = nil
    ) -> CountedBatch? {
        guard let tokens else { return nil }
        let content: CountedBatch.Content =
            switch content {
            case .transactions(let opened, _): .transactions(opened)
            case .labels(let opened): .labels(opened)
            }
        return CountedBatch(
            plan: batch.plan, content: content, logged: batch.content.records.map(\.time), agreement: agreement,
            tokens: tokens, form: batch.model.rowForm, generation: batch.shares.counts, inputs: inputs,
            shadow: batch.nextSpec.flatMap { next in shadow.map { (next.form, $0) } })
    }
}
