package import Records

/// What each feature adds to the scores of some transactions by a scorecard in shares, as one party computes it (`CardShares`).
/// Nothing is opened: each party ends with an additive share for the transactions' member, which adds up three.
///
/// A feature's points at a row's bin are those of its first bin, and for each thermometer bit that is set what the next bin has
/// more: the inner product of the bins' one-hot with the points, summed by parts.
package struct CardContributions: Unprinted {
    private let steps: SecureSteps
    private let card: CardShares

    /// Rounds, whatever the number of rows.
    package static let rounds = 3

    package init(party: PartyID, card: CardShares) {
        steps = SecureSteps(party: party)
        self.card = card
    }

    /// The contributions of all features to each row. `rounds` rounds: two in which bits go to the ring, one in which the products
    /// are shared anew, so that a share tells nothing beside the sum. A party sends 4 bytes a bit, and 4 a feature that has any.
    ///
    /// - Parameter rows: as many bits each as the card's features have, in their order.
    package func contributions(to rows: [BitShares]) -> Interaction<ContributionShares> {
        let bits = card.features.reduce(0, +)
        precondition(
            rows.allSatisfy { $0.first.count == (bits + 7) / 8 && $0.second.count == (bits + 7) / 8 },
            "rows have the bits of the card's features")
        let own = XORShares<UInt8>(
            first: rows.flatMap { Self.unpacked($0.first, bits) },
            second: rows.flatMap { Self.unpacked($0.second, bits) })
        return steps.toRing(own, as: UInt32.self, .reasonBits)
            .then { steps.reshare(products($0, rows: rows.count), in: Addition.self, .reasons) }
            .map { ContributionShares(rows: rows.count, elements: $0.first) }
    }

    /// This party's additive shares of the contributions, by row and feature with bits.
    private func products(_ bits: AdditiveShares<UInt32>, rows: Int) -> [UInt32] {
        // Of what is shared by addition, the first components are additive shares.
        let firsts = CardRule.firsts(card.points.first, features: card.features)
        let rises = card.points.map { CardRule.rises($0, features: card.features) }
        let widths = card.features.filter { $0 > 0 }
        var out: [UInt32] = []
        out.reserveCapacity(rows * widths.count)
        var bit = 0
        for _ in 0..<rows {
            var rise = 0
            for (width, first) in zip(widths, firsts) {
                var sum = first
                for _ in 0..<width {
                    sum &+= bits.first[bit] &* (rises.first[rise] &+ rises.second[rise])
                    sum &+= bits.second[bit] &* rises.first[rise]
                    bit += 1
                    rise += 1
                }
                out.append(sum)
            }
        }
        return out
    }

    /// The first `bits` bits, a byte each.
    private static func unpacked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
        (0..<bits).map { bytes[$0 >> 3] >> UInt8($0 & 7) & 1 }
    }

    package var description: String { "CardContributions(\(card.features.count) features)" }
}

/// One party's share of the contributions to some transactions: uniform beside those of one other party. Never printed.
package struct ContributionShares: Sendable, Unprinted {
    package let rows: Int
    /// By row and feature with bits.
    private let elements: [UInt32]

    init(rows: Int, elements: [UInt32]) {
        self.rows = rows
        self.elements = elements
    }

    /// What is for the member: little-endian elements of Z_2^32 by row and feature with bits, 4 bytes each.
    package var encoded: [UInt8] { UInt32.pack(elements) }

    /// What three parties' shares come to, at the member: of each row a number a feature, in units of the model's fraction bits; 0
    /// for one without bits. Nil where a share has another length than rows and features say.
    ///
    /// - Parameters:
    ///   - shares: of parties 0, 1 and 2, as `encoded` has them.
    ///   - features: thermometer bits of each feature, in order.
    package static func opened(_ shares: [[UInt8]], rows: Int, features: [Int]) -> [[Int32]]? {
        let width = features.count { $0 > 0 }
        guard shares.count == PartyID.allCases.count,
            shares.allSatisfy({ $0.count == rows * width * UInt32.byteCount })
        else { return nil }
        let parts = shares.map { UInt32.unpack($0) }
        var at = 0
        return (0..<rows).map { _ in
            features.map { bits in
                guard bits > 0 else { return 0 }
                defer { at += 1 }
                return Int32(bitPattern: parts[0][at] &+ parts[1][at] &+ parts[2][at])
            }
        }
    }

    package var description: String { "ContributionShares(\(rows) rows)" }
}
