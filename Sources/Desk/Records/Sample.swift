import Formats

/// What a random sample was drawn from, and with which chance. It stays with the item for ever: whoever counts weighs it with one
/// over the chance, also once samples are drawn by another one.
package struct Sample: Hashable, Sendable {
    /// The payments of which a share is drawn. A raw value stands in records.
    package enum Stratum: String, Sendable, Hashable, CaseIterable, Codable {
        case approved, declined
        /// Alerts that a snooze puts aside.
        case snoozed
    }

    package let stratum: Stratum
    /// Of a thousand, 1 to 1000.
    package let perMille: Int64

    /// Nil where the share is none.
    package init?(_ stratum: Stratum, perMille: Int64) {
        guard (1...1000).contains(perMille) else { return nil }
        self.stratum = stratum
        self.perMille = perMille
    }

    /// How many payments of its kind one that was drawn stands for.
    package var weight: Double { 1000 / Double(perMille) }

    func write(to out: inout JSONObjectWriter) {
        out.put("perMille", perMille)
        out.put("stratum", stratum.rawValue)
    }
}
