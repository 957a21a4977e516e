package import Records

/// A transaction of a past day with its features: what trainers and checks in the clear work on.
package struct FeatureRow: Sendable {
    /// Its place in the list that was handed in.
    package var index: Int
    /// One value a feature of the spec, a member's own first, then the consortium's.
    package var values: [Double]
}

/// The features of some days of many members' transactions. Each member's own are over its own history, by the same engine as
/// the live agents', so that offline features equal online ones; the consortium's are over all members' (`ConsortiumCounts`).
///
/// - Parameters:
///   - transactions: by time. Outcomes count as confirmed from the start, which no window with a delay of at least the
///     label's can tell from the truth.
///   - wanted: whether a day's transactions are wanted; all others only fill windows.
///   - progress: called now and then with the transactions done.
/// - Returns: a row for each wanted transaction, in the order of the list.
package func offlineFeatures(
    _ transactions: [LabelledTransaction], spec: FeatureSpec, where wanted: (Int) -> Bool,
    progress: (Int) -> Void = { _ in }
) -> [FeatureRow] {
    var engines: [MemberID: FeatureEngine] = [:]
    var counts = ConsortiumCounts(spec: spec)
    let own = spec.own
    var out: [FeatureRow] = []
    for (index, labelled) in transactions.enumerated() {
        engines[labelled.member, default: FeatureEngine(spec: own)]
            .add(labelled.transaction, fraud: labelled.fraud)
        if wanted(labelled.transaction.time.dayNumber), let engine = engines[labelled.member] {
            out.append(
                FeatureRow(
                    index: index,
                    values: engine.features(of: labelled.transaction) + counts.values(of: labelled.transaction)))
        }
        counts.add(labelled)
        if index % 10_000 == 9_999 { progress(index + 1) }
    }
    return out
}
