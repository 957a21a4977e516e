package import Records

/// A customer of a member. Two members may use the same customer id for different people. Cards are ordered by member,
/// then customer.
package struct Card: Sendable, Hashable, Comparable {
    package var member: MemberID
    package var customer: String

    package init(member: MemberID, customer: String) {
        self.member = member
        self.customer = customer
    }

    package static func < (left: Card, right: Card) -> Bool {
        (left.member, left.customer) < (right.member, right.customer)
    }
}

/// Card precision: of the `k` cards that score highest on a day, the share that is defrauded that day, averaged over
/// the days (Le Borgne et al., "Reproducible Machine Learning for Credit Card Fraud Detection", chapter 4).
///
/// A card scores what its highest transaction of the day scores, and leaves the following days once it was among the
/// top `k` and defrauded: it is blocked by then. Cards of equal score are taken in order of the card. A day is divided
/// by `k` also where it has fewer cards, so it may be unable to reach 1.
///
/// - Parameters:
///   - day: one a transaction.
///   - card: one a transaction.
///   - fraud: one a transaction.
///   - score: one a transaction, any scale.
///   - k: cards that the risk team can look at a day, at least 1.
/// - Returns: 0 ... 1; nil where there is no transaction, a score is NaN, the counts differ or `k` is below 1.
package func cardPrecision<C: Hashable & Comparable>(
    day: [Int], card: [C], fraud: [Bool], score: [Double], k: Int = 100
) -> Double? {
    guard !day.isEmpty, k >= 1, card.count == day.count, fraud.count == day.count, score.count == day.count,
        !score.contains(where: \.isNaN)
    else { return nil }
    var days: [Int: [C: (score: Double, fraud: Bool)]] = [:]
    for row in day.indices {
        let known = days[day[row]]?[card[row]]
        days[day[row], default: [:]][card[row]] = (
            max(score[row], known?.score ?? -.infinity), fraud[row] || known?.fraud ?? false
        )
    }
    var caught = Set<C>()
    var sum = 0.0
    for number in days.keys.sorted() {
        let cards = (days[number] ?? [:]).filter { !caught.contains($0.key) }
        let top = cards.sorted { ($1.value.score, $0.key) < ($0.value.score, $1.key) }.prefix(k)
        let defrauded = top.filter(\.value.fraud)
        caught.formUnion(defrauded.map(\.key))
        sum += Double(defrauded.count) / Double(k)
    }
    return sum / Double(days.count)
}
