package import Records

/// A member's transactions of some days, as its windows know them: confirmed are the frauds whose label fell due before
/// those days' end.
///
/// - Parameter days: day numbers since 1970, the last not included.
package func history(
    of member: MemberID, in transactions: [LabelledTransaction], days: Range<Int>, labelDelayDays: Int = 7
) -> [(transaction: Transaction, fraud: Bool)] {
    transactions.filter { $0.member == member && days.contains($0.transaction.time.dayNumber) }
        .map { ($0.transaction, $0.fraud && $0.transaction.time.dayNumber + labelDelayDays < days.upperBound) }
}
