package import Model

/// A model's figures on one member's transactions: for the member alone, who knows its team's budget and the model's probabilities.
package struct MemberFigures: Sendable, Hashable {
    /// Alerts, and what they find, are those of the budget.
    package let model: ModelFigures
    /// The part of alerts that are frauds, with the interval of a bootstrap; nil without a fraud, as the next.
    package let precision: Estimate?
    /// The part of all frauds that are among the alerts.
    package let recall: Estimate?
    /// Nil without a calibration, and where one of its steps begins within a bin.
    package let calibration: CalibrationCheck?

    /// - Parameter calibration: of the histogram's scores.
    package init(of histogram: ScoreHistogram, budget: AlertBudget, calibration: Calibration?) {
        let bootstrap = HistogramBootstrap(histogram)
        func found(_ histogram: ScoreHistogram) -> AlertFigures? {
            histogram.found(by: budget.alerts(of: histogram.rows))
        }
        model = ModelFigures(of: bootstrap, alerts: budget.alerts(of: histogram.rows))
        let confidence = ModelFigures.confidence
        precision = bootstrap.estimate(confidence: confidence) { found($0)?.precision.value }
        recall = bootstrap.estimate(confidence: confidence) { found($0)?.recall.value }
        self.calibration = calibration.flatMap { CalibrationCheck(of: $0, by: histogram, confidence: confidence) }
    }
}
