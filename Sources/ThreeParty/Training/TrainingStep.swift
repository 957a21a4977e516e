/// The steps of training, validation and reasons that draw masks. Their names stand in the labels of all of their randomness.
package enum TrainingStep: String, CaseIterable, Sendable {
    case bits, histograms, scores, comparisons, losses, chosen, chosenBits = "chosen-bits", nodes
    case leafSums = "leaf-sums", reciprocals, leaves, residuals, fit, model, rows, shuffle
    /// Members' frauds, before a training.
    case caps
    /// How often each bit of rows is set, behind a training or a validation.
    case columnSums = "column-sums"
    // Of a validation, for the plan's first and second model (`ValidationSteps`).
    case firstConditions = "1-conditions", firstLeaves = "1-leaves", firstScores = "1-scores", firstKeys = "1-keys"
    case firstSums = "1-sums"
    case secondConditions = "2-conditions", secondLeaves = "2-leaves", secondScores = "2-scores", secondKeys = "2-keys"
    case secondSums = "2-sums"
    case cardCounts = "card-counts", cardSums = "card-sums", cardSteps = "card-steps", cardRows = "card-rows"
    /// Of a scorecard's contributions to rows that a member chose (`ReasonQuery`).
    case reasonRows = "reason-rows", reasonBits = "reason-bits", reasons
    /// No step: how messages are told to the party that does not get them.
    case transcript

    /// What a stream is for within a step and round.
    package enum Use: String, CaseIterable, Sendable {
        /// A zero-share: stream(k_i) less stream(k_{i+1}).
        case zero
        /// The first server's share of what the client deals.
        case deal
        /// Of what is dealt beside it: parts of the same values in another ring.
        case part
        /// The component of a dealt product that the first server has in common with the client, or its seeds of comparison keys.
        case first
        /// What the second server has of these.
        case second
        /// No mask: the order in which two parties permute rows.
        case order
        /// No mask: what two parties hash their messages with, so that the hash tells the third nothing.
        case salt
    }

    private static let labels: [TrainingStep: [Use: StepLabel]] = Dictionary(
        uniqueKeysWithValues: allCases.map { step in
            let uses = Use.allCases.map { ($0, StepLabel("cordon/train/1/\(step.rawValue)/\($0.rawValue)")) }
            return (step, Dictionary(uniqueKeysWithValues: uses))
        })

    package func label(_ use: Use) -> StepLabel { Self.labels[self]![use]! }

    /// The labels of all steps.
    package static let allLabels: [StepLabel] = allCases.flatMap { step in Use.allCases.map { step.label($0) } }
}
