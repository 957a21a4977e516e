/// How far a reader of the feed is: the next offset of each partition of the alerts, and of the cases. It means the same at every
/// desk of the member, and to whoever reads the topics.
package struct FeedCursor: Hashable, Sendable, CustomStringConvertible {
    /// Next offsets of the partitions of `<member>.alerts`, by number.
    package var alerts: [Int64]
    /// The next offset of `<member>.cases`.
    package var cases: Int64

    package init(alerts: [Int64], cases: Int64) {
        self.alerts = alerts
        self.cases = cases
    }

    /// `a1834.77-c912`: the alerts' partitions, then the cases.
    package var description: String { "a\(alerts.map(String.init).joined(separator: "."))-c\(cases)" }

    /// Nil where the text is no cursor.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= 4096, halves.count == 2, halves[0].hasPrefix("a"), halves[1].hasPrefix("c"),
            let cases = Self.offset(halves[1].dropFirst())
        else { return nil }
        let alerts = halves[0].dropFirst().split(separator: ".", omittingEmptySubsequences: false).map {
            Self.offset($0)
        }
        guard !alerts.isEmpty, alerts.allSatisfy({ $0 != nil }) else { return nil }
        self.init(alerts: alerts.compactMap { $0 }, cases: cases)
    }

    private static func offset(_ text: some StringProtocol) -> Int64? {
        guard let number = Int64(text), number >= 0, String(number) == text else { return nil }
        return number
    }

    /// What a reader that stands here is to be told first.
    package enum Start: Hashable, Sendable {
        /// It goes on where it was.
        case here(FeedCursor)
        /// Something between is not there any more, or the log is another one: the reader has to look at all anew and goes on from
        /// there.
        case reset(FeedCursor)
    }

    /// Where a reader goes on.
    ///
    /// - Parameters:
    ///   - kept: the oldest position that everything behind is kept of.
    ///   - end: where the log ends now.
    package func start(kept: FeedCursor, end: FeedCursor) -> Start {
        guard alerts.count == end.alerts.count, kept.isWithin(self), isWithin(end) else { return .reset(end) }
        return .here(self)
    }

    /// Whether no offset is behind the other's.
    private func isWithin(_ other: FeedCursor) -> Bool {
        cases <= other.cases && alerts.count == other.alerts.count && zip(alerts, other.alerts).allSatisfy { $0 <= $1 }
    }
}
