package import Records

/// What features add to some of a member's rows, where the parties learn nothing of which rows these are: the member shares, for
/// each of them, a bit a row that is set for it alone. Nothing is opened; a choice of no row is as good as one of any.
package struct ReasonQuery: Unprinted {
    private let steps: SecureSteps
    private let party: PartyID
    private let card: CardShares

    /// Rounds, whatever the numbers of rows and choices: one in which the chosen rows are shared anew, and those of
    /// `CardContributions`.
    package static let rounds = 1 + CardContributions.rounds

    package init(party: PartyID, card: CardShares) {
        self.party = party
        self.card = card
        steps = SecureSteps(party: party)
    }

    /// - Parameters:
    ///   - choices: a bit a row each, packed, least significant bit first.
    ///   - rows: the same, in the same order, at all parties; of the card's bits.
    package func answers(to choices: [BitShares], among rows: ReasonRows) -> Interaction<ReasonShares> {
        precondition(rows.bits == card.features.reduce(0, +), "rows have the bits of the card's features")
        precondition(choices.allSatisfy { $0.first.count == (rows.count + 7) / 8 }, "a choice has a bit a row")
        let width = rows.width
        return steps.reshare(rows.chosen(by: choices), in: ExclusiveOr.self, .reasonRows).then { chosen in
            func part(_ bytes: [UInt8], _ at: Int) -> [UInt8] { Array(bytes[at * width..<(at + 1) * width - 1]) }
            let bits = choices.indices.map { BitShares(first: part(chosen.first, $0), second: part(chosen.second, $0)) }
            let shown = choices.indices.map { chosen.first[($0 + 1) * width - 1] }
            return CardContributions(party: party, card: card).contributions(to: bits)
                .map { ReasonShares(contributions: $0, shown: shown) }
        }
    }

    package var description: String { "ReasonQuery(\(card.features.count) features)" }
}

/// One party's share of the answers to some choices, for their member. Never printed.
package struct ReasonShares: Sendable, Unprinted {
    let contributions: ContributionShares
    /// This party's XOR share of each chosen row's public byte.
    let shown: [UInt8]

    /// Of the contributions, then a byte a choice.
    package var encoded: [UInt8] { contributions.encoded + shown }

    /// What three parties' shares come to.
    package struct Opened: Sendable, Hashable {
        /// By feature, in units of the model's fraction bits; 0 for one without bits.
        package let contributions: [Int32]
        /// The row's public byte.
        package let shown: UInt8
    }

    /// What three parties' shares come to, at the member; nil where a share has another length.
    ///
    /// - Parameters:
    ///   - shares: of parties 0, 1 and 2, as `encoded` has them.
    ///   - choices: how many there are.
    ///   - features: thermometer bits of each feature, in order.
    package static func opened(_ shares: [[UInt8]], choices: Int, features: [Int]) -> [Opened]? {
        guard shares.allSatisfy({ $0.count >= choices }),
            let sums = ContributionShares.opened(
                shares.map { Array($0.dropLast(choices)) }, rows: choices, features: features)
        else { return nil }
        return sums.enumerated().map { at, contributions in
            let shown = shares.reduce(0 as UInt8) { $0 ^ $1[$1.count - choices + at] }
            return Opened(contributions: contributions, shown: shown)
        }
    }

    package var description: String { "ReasonShares(\(shown.count) choices)" }
}
