package import Records

/// What a training computes, all of it public: rule, coin, frequencies, and how many rows of how many bits there are. Rows
/// themselves are bound by `source`.
package struct TrainingPlan: Sendable {
    package let rule: TrainingRule
    package let coin: TrainingCoin
    package let frequencies: BitFrequencies
    /// Rows that take part, N.
    package let rows: Int
    /// How a scorecard is fitted to the forest in the same training; nil where none is.
    package let card: CardRule?
    /// Of plan and coin; all masks hang on it.
    package let digest: Digest32
    /// Of each thermometer bit.
    let weights: [BitWeights]

    /// Thermometer bits of a row.
    package var bits: Int { frequencies.bits.count }

    /// Of all but the coin, which hangs on it.
    ///
    /// - Parameter source: of where rows and labels come from: ranges of the log, what was refused, the spec, the code's version.
    package static func digest(
        source: Digest32, rule: TrainingRule, frequencies: BitFrequencies, rows: Int, card: CardRule? = nil
    ) -> Digest32 {
        Digest32(
            of: [
                Array("cordon/train/plan/v1".utf8), source.bytes, rule.encoded, frequencies.encoded,
                UInt64(rows).bigEndianBytes,
            ] + (card.map { [$0.encoded] } ?? []))
    }

    /// - Parameters:
    ///   - plan: `digest(source:rule:frequencies:rows:card:)` of the same.
    ///   - card: of as many bits as there are frequencies.
    /// - Throws: `rows` for none or too many, `candidates` where there are too few bits to draw from, `card` where it is of other
    ///   bits, `tooLarge` where a round's messages are more than a party lets wait.
    package init(
        plan: Digest32, rule: TrainingRule, coin: TrainingCoin, frequencies: BitFrequencies, rows: Int,
        card: CardRule? = nil
    ) throws(TrainingError) {
        guard (1..<1 << 24).contains(rows) else { throw .bounds(.rows) }
        guard frequencies.bits.count > rule.candidates * ((rule.stages.max() ?? 1) - 1),
            ForestShape(bits: frequencies.bits.count, trees: rule.trees, depth: rule.depth, ringBits: 16) != nil
        else { throw .candidates }
        guard card.map({ $0.bits == frequencies.bits.count }) ?? true else { throw .card }
        self.card = card
        let rounds = TrainingRounds(rows: rows, bits: frequencies.bits.count, rule: rule, card: card)
        guard rounds.mostFrames <= TrainingRounds.mostFrames else { throw .tooLarge(rows, fitting: rounds.rowsThatFit) }
        self.rule = rule
        self.coin = coin
        self.frequencies = frequencies
        self.rows = rows
        weights = rule.weights(frequencies)
        digest = Digest32(of: [Array("cordon/train/masks/v1".utf8), plan.bytes, coin.digest.bytes])
    }

    /// Groups of trees that are grown one after the other.
    package var groups: Int { rule.trees / rule.group }

    /// Bytes of the largest round that a party receives, at most.
    package var mostReceived: Int { TrainingRounds(rows: rows, bits: bits, rule: rule, card: card).mostReceived }

    /// The bits that a stage of a tree chooses among, in order.
    func candidates(tree: Int, level: Int, together: Int) -> [Int] {
        coin.draw(tree: tree, level: level, bits: bits, count: candidates(together: together))
    }

    /// How many they are.
    func candidates(together: Int) -> Int { min(bits, rule.candidates * together) }

    /// Which of them are for each of a stage's conditions; the last has what is left.
    func parts(together: Int) -> [Range<Int>] {
        let all = 0..<candidates(together: together)
        return (0..<together).map { ($0 * rule.candidates..<($0 + 1) * rule.candidates).clamped(to: all) }
    }
}

/// Why a training can't begin or go on. Nothing of the model is released then.
package enum TrainingError: Error, Sendable, Hashable {
    /// Values could leave their rings.
    case bounds(TrainingBounds.Exceeded)
    /// There are too few thermometer bits for each condition of a stage to have a candidate, or a forest has no such shape.
    case candidates
    /// The scorecard's features have other bits than rows.
    case card
    /// A round's messages are more than a party lets wait on its links; with so many rows they are not.
    case tooLarge(Int, fitting: Int)
    /// There are other rows than the plan says, or rows of another length.
    case rows(expected: Int, got: Int)
    /// There are fewer rows than the order asks for, those that the caps leave out not counted.
    case fewRows(Int, least: Int)
    /// There are fewer frauds among them than the order asks for.
    case fewFrauds(Int, least: Int)
    /// The peer computes another plan, or has seen other messages.
    case disagreement(peer: PartyID)
    case wrongLength(peer: PartyID, expected: Int, got: Int)
    /// A frame of another attempt, kind, group or round, or one that came twice.
    case unexpected(peer: PartyID)
    /// The peer's order or rows are others than this party's.
    case otherBase(peer: PartyID)
    /// The peer opened another coin than it had committed to, or committed to another one than before.
    case otherCoin(peer: PartyID)
    /// The peer is at a job that was ordered later.
    case laterJob(peer: PartyID)
    /// A checkpoint that is none, or is of another plan.
    case checkpoint
    /// What the parties set up is not what the checkpoint hangs on.
    case otherSetUp
    /// Sums of columns that no rows have: a party departed from the protocol.
    case columnSums
    /// A validation can't begin, or ends without histograms.
    case validation(ValidationRefusal)
}

extension TrainingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bounds(let exceeded): "\(exceeded)"
        case .candidates:
            "the model has too few thermometer bits for a stage's candidates, or more than a forest takes"
        case .card: "the scorecard's features have other thermometer bits than the rows"
        case .tooLarge(_, fitting: 0):
            "a round of this rule is more than parties let wait on their links: lower its group, depth or candidates"
        case .tooLarge(let rows, let fitting):
            """
            a round with \(rows) rows is more than parties let wait on their links: take \(fitting) rows at most, or lower the rule's \
            group or depth
            """
        case .rows(let expected, let got): "the plan has \(expected) rows, and \(got) are there"
        case .fewRows(let rows, let least):
            """
            \(rows) rows are left to train on, and the order asks for \(least): order a longer window, or admit members that the caps \
            leave out
            """
        case .fewFrauds(let frauds, let least):
            "there are \(frauds) frauds, and the order asks for \(least): order a longer window"
        case .disagreement(let peer):
            "\(peer) trains by another plan, or has seen other messages: start the training again"
        case .wrongLength(let peer, let expected, let got):
            "a message of \(peer) has \(got) bytes, and \(expected) belong there"
        case .unexpected(let peer): "\(peer) sent a training frame that has no place here, or sent it twice"
        case .otherBase(let peer):
            "\(peer) has another order or other rows: order a window whose rows all three keep"
        case .otherCoin(let peer):
            "\(peer) has another coin than it had committed to, as one that lost its state of this job: order the training anew"
        case .laterJob(let peer): "\(peer) is at a job that was ordered later: this one is over"
        case .checkpoint: "the checkpoint is damaged or of another training: begin from the first group"
        case .otherSetUp:
            "rows or messages are not those that the checkpoint was made after: begin from the first group"
        case .columnSums: "a bit is set more often than there are rows: a party departed from the protocol"
        case .validation(let refusal): "\(refusal)"
        }
    }
}
