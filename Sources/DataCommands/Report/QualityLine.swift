import Evaluation
import Terminal

/// A quality report in one line, for people.
func describe(_ quality: QualityReport) -> String {
    "AUC \(decimals(quality.auc)), average precision \(decimals(quality.averagePrecision)), "
        + "card precision@100 \(decimals(quality.cardPrecision100)) "
        + "(\(quality.transactions) transactions, \(quality.frauds) frauds)"
}
