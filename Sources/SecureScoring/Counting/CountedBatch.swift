import Records
import ThreeParty
import Tokens

/// A batch that all parties computed, with what this one opened of it: what `PartitionCounts` counts. The stage passes it on
/// and does not look inside.
package struct CountedBatch {
    /// The opened records, one after the other.
    enum Content {
        case transactions([OpenedTransaction])
        case labels([OpenedLabels])
    }

    let plan: BatchPlan
    let content: Content
    /// When the log took each record.
    let logged: [EventTime]
    /// The parties' agreement on what to take.
    let agreement: Agreement
    /// The epoch of the tokens in it: what is counted may have moved on since it was opened.
    let tokens: TokenEpoch
    /// What a row of its bits means (`ModelManifest.rowForm`).
    let form: Digest32
    /// The generation of shares that it is computed with.
    let generation: ShareGeneration
    /// The bits that its transactions were scored by; nil for labels, and for a batch that is counted again.
    let inputs: BatchInputs?
    /// The same of the next spec, and what a row of it means; nil where none is collected.
    var shadow: (form: Digest32, inputs: BatchInputs)?
}
