/// A model's figures on some windows together, by one histogram.
package struct ModelFigures: Sendable, Hashable, Codable {
    package var rows: Int
    package var frauds: Int
    /// The part of transactions that are frauds.
    package var baseRate: Estimate?
    /// What binning leaves open of the area under the receiver operating characteristic.
    package var auc: Binned?
    /// Its interval, were transactions drawn anew.
    package var aucInterval: Estimate?
    package var averagePrecision: Binned?
    package var averagePrecisionInterval: Estimate?
    /// What the alert budget finds; nil without a budget.
    package var alerts: AlertFigures?

    /// Of all intervals, two-sided.
    package static let confidence = 0.95

    /// - Parameter alerts: transactions that are looked at over all windows.
    package init(of bootstrap: HistogramBootstrap, alerts: Int?) {
        let histogram = bootstrap.original
        rows = histogram.rows
        frauds = histogram.fraudRows
        baseRate = histogram.baseRate(confidence: Self.confidence)
        auc = histogram.auc
        aucInterval = bootstrap.estimate(confidence: Self.confidence) { $0.auc?.value }
        averagePrecision = histogram.averagePrecision
        averagePrecisionInterval = bootstrap.estimate(confidence: Self.confidence) { $0.averagePrecision?.value }
        self.alerts = alerts.flatMap { histogram.found(by: $0) }
    }
}

extension ModelHistory {
    /// One version's figures on the windows of one validation, beside those of the version that it was held against.
    package struct VersionFigures: Sendable, Hashable, Codable {
        package var version: String
        package var kind: Validation.Kind
        package var own: ModelFigures
        package var beside: String?
        package var other: ModelFigures?
        /// Average precision that it has more than the other, with a one-sided confidence of 90 % above the low end and below the
        /// high one.
        package var gain: Estimate?
    }

    /// Figures of all validations that scored anything, the oldest version first.
    package var figures: [VersionFigures] {
        versions.flatMap { version in
            version.validations.compactMap { validation -> VersionFigures? in
                guard let own = validation.own, own.rows > 0 else { return nil }
                let alerts = validation.alerts(aDay: alertsADay)
                return VersionFigures(
                    version: version.version, kind: validation.kind,
                    own: ModelFigures(of: HistogramBootstrap(own), alerts: alerts), beside: validation.beside,
                    other: validation.other.map { ModelFigures(of: HistogramBootstrap($0), alerts: alerts) },
                    gain: validation.comparison?.gain(confidence: 0.9)?.estimate)
            }
        }
    }
}
