/// A time for which an item's clock stands, since somebody else has to answer first. It ends by itself.
package struct Pause: Hashable, Sendable {
    /// By the log's clock, in microseconds since 1970.
    package var at: Int64
    package var until: Int64
    package var waitsFor: Awaited

    /// Who has to answer. A raw value stands in records.
    package enum Awaited: String, Sendable, Hashable, CaseIterable, Codable {
        case customer
        /// Another bank, a merchant, a provider.
        case partner
    }

    package init(at: Int64, until: Int64, waitsFor: Awaited) {
        self.at = at
        self.until = until
        self.waitsFor = waitsFor
    }

    /// Longest time of one, in microseconds, and most of an item.
    package static let longest: Int64 = 30 * 86_400_000_000
    package static let limit = 50
}

extension Work {
    /// The pause that its clock is in.
    package func pause(at now: Int64) -> Pause? { pauses.last.flatMap { $0.until > now ? $0 : nil } }
}
