/// The rule by which a forest is boosted so that three parties can follow it on shares: integers throughout, a score
/// without divisions, and trees in groups (docs/TRAINING.md).
///
/// Everything in it is public and part of a training plan's digest. What two sides compute by equal rules, from equal
/// rows and an equal coin, is equal in every bit.
package struct TrainingRule: Sendable, Hashable {
    /// Trees of the forest: 1 to 1,024, a whole number of groups.
    package let trees: Int
    /// How many conditions of a tree are chosen at the same nodes, stage by stage: `[1, 1, 1, 1]` chooses one a level.
    package let stages: [Int]
    /// Trees that are grown on the same residuals: 1 to 64.
    package let group: Int
    /// Thermometer bits that the coin draws for each condition to be chosen from, C: 1 to 256, so that a candidate's
    /// losses fit a byte.
    package let candidates: Int
    /// Bits of residuals and leaves after the point, f: 1 to 14.
    package let fraction: Int
    /// The part of a leaf's mean that a tree takes, η: above 0.
    package let rate: Millionths
    /// Rows of residual zero that every leaf has besides its own, λ: 1 to 1,000,000.
    package let prior: Int
    /// Bits of a thermometer bit's weights after the point, t: 0 to 8.
    package let weightBits: Int
    /// Bits of the reciprocals after the point, s: 8, 16 or 24, since a truncation goes by whole bytes.
    package let tableBits: Int
    /// The least and, from 1, the greatest frequency that a thermometer bit's weights are made of: above 0, at most a
    /// half. A bit that one row in ten thousand has would win by noise else.
    package let clip: Millionths
    /// How many times as far as the population's the rows' bits may spread, κ: 1 to 1,000,000. It is taken for granted
    /// where sizes are checked (`TrainingBounds`).
    package let spread: Int

    /// Why a rule is none: the first parameter that is outside of its range.
    package enum Invalid: Error, Sendable, Hashable {
        case trees, stages, group, candidates, fraction, rate, prior, weightBits, tableBits, clip, spread
    }

    /// The rule that is used where nothing else is said: 100 trees of depth 4 in groups of four.
    package static let standard = TrainingRule(
        unchecked: 100, stages: [1, 1, 1, 1], group: 4, candidates: 32, fraction: 11, rate: standardRate, prior: 20,
        weightBits: 4, tableBits: 24, clip: standardClip, spread: 16)
    private static let standardRate = Millionths(part: 15, of: 100)!
    private static let standardClip = Millionths(part: 3, of: 1_000)!

    /// A rule that differs from the standard one in what is named.
    ///
    /// - Throws: the first parameter, in the order of the arguments, that is outside of its range.
    package init(
        trees: Int = standard.trees, stages: [Int] = standard.stages, group: Int = standard.group,
        candidates: Int = standard.candidates, fraction: Int = standard.fraction, rate: Millionths = standard.rate,
        prior: Int = standard.prior, weightBits: Int = standard.weightBits, tableBits: Int = standard.tableBits,
        clip: Millionths = standard.clip, spread: Int = standard.spread
    ) throws(Invalid) {
        guard (1...1_024).contains(trees) else { throw .trees }
        guard !stages.isEmpty, stages.count <= 8, stages.allSatisfy({ (1...8).contains($0) }),
            stages.reduce(0, +) <= 8
        else { throw .stages }
        guard (1...64).contains(group), trees % group == 0 else { throw .group }
        guard (1...256).contains(candidates) else { throw .candidates }
        guard (1...14).contains(fraction) else { throw .fraction }
        guard rate.count > 0 else { throw .rate }
        guard (1...1_000_000).contains(prior) else { throw .prior }
        guard (0...8).contains(weightBits) else { throw .weightBits }
        guard [8, 16, 24].contains(tableBits) else { throw .tableBits }
        guard clip.count > 0, 2 * clip.count <= Millionths.one else { throw .clip }
        guard (1...1_000_000).contains(spread) else { throw .spread }
        self.init(
            unchecked: trees, stages: stages, group: group, candidates: candidates, fraction: fraction, rate: rate,
            prior: prior, weightBits: weightBits, tableBits: tableBits, clip: clip, spread: spread)
    }

    private init(
        unchecked trees: Int, stages: [Int], group: Int, candidates: Int, fraction: Int, rate: Millionths, prior: Int,
        weightBits: Int, tableBits: Int, clip: Millionths, spread: Int
    ) {
        self.trees = trees
        self.stages = stages
        self.group = group
        self.candidates = candidates
        self.fraction = fraction
        self.rate = rate
        self.prior = prior
        self.weightBits = weightBits
        self.tableBits = tableBits
        self.clip = clip
        self.spread = spread
    }

    /// Conditions of every tree: 1 to 8.
    package var depth: Int { stages.reduce(0, +) }

    /// The residual of a fraud before anything is learnt is `one` less `base`; that of others, 0 less `base`.
    package var one: Int { 1 << fraction }

    /// The forest's constant, in units of 2^-f: the part of rows that are frauds, rounded to the nearest, a half up.
    ///
    /// - Parameters:
    ///   - rows: N, at least 1.
    ///   - frauds: F, 0 to `rows`.
    package func base(rows: Int, frauds: Int) -> Int { (2 * frauds * one + rows) / (2 * rows) }

    /// All parameters as bytes, for the digest of a training plan: each one of eight bytes, big-endian, in the order of
    /// the initialiser's arguments, the stages behind their number.
    package var encoded: [UInt8] {
        let numbers =
            [trees, stages.count] + stages
            + [group, candidates, fraction, rate.count, prior, weightBits, tableBits, clip.count, spread]
        return Array("cordon/train/rule/v1".utf8) + numbers.flatMap { UInt64($0).bigEndianBytes }
    }
}

extension TrainingRule.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .trees: "the rule's trees are not 1 to 1,024"
        case .stages: "the rule's stages are not of 1 to 8 conditions, and at most 8 together"
        case .group: "the rule's group is not 1 to 64 trees, or the trees are no whole number of groups"
        case .candidates: "the rule's candidates are not 1 to 256"
        case .fraction: "the rule's fraction bits are not 1 to 14"
        case .rate: "the rule's rate is not above 0"
        case .prior: "the rule's prior is not 1 to 1,000,000"
        case .weightBits: "the rule's weight bits are not 0 to 8"
        case .tableBits: "the rule's table bits are not 8, 16 or 24"
        case .clip: "the rule's clip is not above 0 and at most 0.5"
        case .spread: "the rule's spread is not 1 to 1,000,000"
        }
    }
}
