/// Area under the receiver operating characteristic: how often a fraud scores above a legitimate transaction, ties
/// counting half (Hanley and McNeil 1982; mid-ranks).
///
/// - Parameters:
///   - scores: one a transaction, any scale.
///   - labels: one a score, true for fraud.
/// - Returns: 0 ... 1; nil where a class is missing, a score is NaN or the counts differ.
package func rocAUC(scores: [Double], labels: [Bool]) -> Double? {
    guard let groups = tieGroups(scores, labels) else { return nil }
    let frauds = groups.reduce(0) { $0 + $1.frauds }
    let legitimate = scores.count - frauds
    guard frauds > 0, legitimate > 0 else { return nil }
    // Twice the number of pairs in the right order, exact in integers.
    var twice = 0
    var fraudsAbove = 0
    for group in groups {
        let others = group.count - group.frauds
        twice += others * (2 * fraudsAbove + group.frauds)
        fraudsAbove += group.frauds
    }
    return Double(twice) / 2 / (Double(frauds) * Double(legitimate))
}

/// Average precision: precision at every distinct score from the top, weighted by the recall it adds, without
/// interpolation (as scikit-learn's `average_precision_score`).
///
/// - Returns: 0 ... 1; nil where there is no fraud, a score is NaN or the counts differ.
package func averagePrecision(scores: [Double], labels: [Bool]) -> Double? {
    guard let groups = tieGroups(scores, labels) else { return nil }
    let frauds = groups.reduce(0) { $0 + $1.frauds }
    guard frauds > 0 else { return nil }
    var sum = 0.0
    var flagged = 0
    var found = 0
    for group in groups {
        flagged += group.count
        found += group.frauds
        sum += Double(group.frauds) * Double(found) / Double(flagged)
    }
    return sum / Double(frauds)
}

/// Transactions of equal score, highest score first; nil where the counts differ or a score is NaN.
private func tieGroups(_ scores: [Double], _ labels: [Bool]) -> [(count: Int, frauds: Int)]? {
    guard scores.count == labels.count, !scores.contains(where: \.isNaN) else { return nil }
    var groups: [(count: Int, frauds: Int)] = []
    var last: Double?
    for index in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
        if scores[index] != last { groups.append((0, 0)) }
        last = scores[index]
        groups[groups.count - 1].count += 1
        groups[groups.count - 1].frauds += labels[index] ? 1 : 0
    }
    return groups
}
