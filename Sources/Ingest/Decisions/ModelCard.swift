package import Model

/// The public parts of a model's manifest that a member needs.
package struct ModelCard: Sendable {
    package var calibration: Calibration
    package var fractionBits: Int
    /// Whether the parties open the calibration's step of a score, and not the score.
    package var isRounded: Bool
    /// The feature spec that it reads (`BinnedSpec.id`).
    package var featureSpec: UInt64

    package init(calibration: Calibration, fractionBits: Int, isRounded: Bool = false, featureSpec: UInt64) {
        self.calibration = calibration
        self.fractionBits = fractionBits
        self.isRounded = isRounded
        self.featureSpec = featureSpec
    }

    /// The score in ring units to decide by: the exact one, or the score that its step begins at. Nil where the parties opened
    /// something else than the manifest says.
    package func raw(of value: Answer.Score) -> Int64? {
        switch value {
        case .exact(let score): isRounded ? nil : score
        case .step(let step, let steps):
            isRounded && steps == calibration.points.count ? calibration.points[step].score : nil
        }
    }

    /// A score of the model, in ring units, on the model's own scale.
    func score(_ raw: Int64) -> Double { Double(raw) / Double(1 << fractionBits) }
}
