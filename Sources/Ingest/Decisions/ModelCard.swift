package import Model

/// The public parts of a model's manifest that a member needs.
package struct ModelCard: Sendable {
    package var calibration: Calibration
    package var fractionBits: Int

    package init(calibration: Calibration, fractionBits: Int) {
        self.calibration = calibration
        self.fractionBits = fractionBits
    }
}
