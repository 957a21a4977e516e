import Records

/// How large a training's rounds are, from public numbers alone: what a peer that is one round ahead has waiting at a party, which
/// takes no more than its inbox holds (`LinkProtocol.mostWaiting`, `FrameInbox.byteLimit`).
struct TrainingRounds {
    let rows: Int
    let bits: Int
    let rule: TrainingRule
    let card: CardRule?

    /// Frames of one round that may wait, both peers' together: as many of the round after it may be there, too.
    static let mostFrames = min(
        LinkProtocol.training.mostWaiting / 2,
        FrameInbox.byteLimit / (2 * (TrainingPiece.limit + TrainingPiece.headerBytes + FrameInbox.frameCost)))

    /// Elements of columns that go to the ring at once, so that messages have some MB, unless eight columns have more.
    private static let piece = 1 << 20

    /// Columns that go to the ring at once, a multiple of 8.
    static func width(rows: Int) -> Int { max(8, piece / max(1, rows) & ~7) }

    /// Frames of the largest round that a party receives.
    var mostFrames: Int { received.map { TrainingPiece.count(of: $0) + TrainingPiece.count(of: $1) }.max() ?? 0 }

    /// Bytes of the largest round that a party receives, at most.
    var mostReceived: Int { received.map { $0 + $1 }.max() ?? 0 }

    /// The most rows, up to this number, of which all rounds fit; 0 where the rule is too large for any.
    var rowsThatFit: Int {
        func fits(_ rows: Int) -> Bool {
            TrainingRounds(rows: rows, bits: bits, rule: rule, card: card).mostFrames <= Self.mostFrames
        }
        var (fit, least) = (0, rows + 1)
        while least - fit > 1 {
            let middle = (fit + least) / 2
            if fits(middle) { fit = middle } else { least = middle }
        }
        return fit
    }

    /// Bytes of the rounds that can be the largest, from the next party and from the previous one, hashes too, at most.
    private var received: [(Int, Int)] {
        let hash = 32
        func third(_ count: Int) -> Int { (count + 2) / 3 }
        func reshared(_ bytes: Int) -> (Int, Int) { (hash + bytes, hash) }
        func dealt(_ bytes: Int) -> (Int, Int) { (hash, hash + bytes) }
        func exchanged(_ bytes: Int) -> (Int, Int) { (hash + bytes, hash + bytes) }
        let stride = RowVectors.stride(rows: rows)
        let columns = min(Self.width(rows: rows), bits + 1)
        var out = [exchanged(4 * third(columns * rows)), exchanged(8 * third(rows))]
        var domain = 2
        while domain < min(rule.candidates, bits) { domain *= 2 }
        var level = 0
        for together in rule.stages {
            let nodes = 1 << level
            let candidates = min(bits, rule.candidates * together)
            let sums = rule.group * nodes * (candidates + 1)
            let pairs = rule.group * together * (rule.candidates * (rule.candidates - 1) / 2)
            // Sums of residuals and their lifting, digits of differences, one-hots of losses.
            out += [reshared(4 * sums), dealt(12 * third(sums)), dealt(256 * third(pairs))]
            out += [dealt(4 * domain * third(rule.group * candidates))]
            out += [reshared(4 * rule.group * together * stride)]
            for divided in level..<level + together {
                let halves = 1 << divided
                let vectors = (divided == 0 ? 0 : halves - 1) + (divided + 1 == rule.depth ? 0 : halves)
                out += [reshared(4 * rule.group * vectors * stride)]
            }
            level += together
        }
        let leaves = rule.group << rule.depth
        var places = 64
        while places <= rows { places *= 2 }
        // Leaves' sums beside places of the table, bits of reciprocals, digits of quotients; residuals; the model.
        out += [(hash + 4 * leaves, hash + places / 8 * third(leaves)), exchanged(8 * third(32 * leaves))]
        out += [dealt((4 * 32 + 4) * third(leaves)), reshared(4 * stride)]
        let all = rule.trees << rule.depth
        // Beside the model, places of a card's table and bits of its reciprocals.
        let bins = third(card?.bins ?? 0)
        out += [
            (hash + 4 * all + rule.trees * rule.depth * ((bits + 7) / 8), hash + 12 * third(all) + places / 8 * bins)
        ]
        out += [exchanged(256 * bins)]
        return out
    }
}
