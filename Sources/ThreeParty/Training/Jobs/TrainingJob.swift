package import Records

/// What a training is ordered to be, in the same words at all parties, beside the rows.
package struct TrainingJob: Sendable {
    /// Of the order; grows from job to job.
    package var number: UInt64
    /// Of the order, as it stands in the log.
    package var order: Digest32
    package var rule: TrainingRule
    /// How often each thermometer bit of the rows is set in the population.
    package var frequencies: BitFrequencies
    /// Members that take part however many frauds they have.
    package var admitted: Set<MemberID>
    /// With fewer rows, those of members that are left out not counted, there is no training.
    package var leastRows: Int
    /// With fewer frauds among these, there is none.
    package var leastFrauds: Int
    /// How a scorecard is fitted to the forest; nil where none is.
    package var card: CardRule?
    /// Whether it is opened, once there is a model, how often each bit is set in the window's rows: of all of them, whoever the
    /// caps leave out, so that the same window never tells another number.
    package var opensSums: Bool

    package init(
        number: UInt64, order: Digest32, rule: TrainingRule, frequencies: BitFrequencies,
        admitted: Set<MemberID> = [], leastRows: Int = 1, leastFrauds: Int = 0, card: CardRule? = nil,
        opensSums: Bool = false
    ) {
        self.number = number
        self.order = order
        self.rule = rule
        self.frequencies = frequencies
        self.admitted = admitted
        self.leastRows = leastRows
        self.leastFrauds = leastFrauds
        self.card = card
        self.opensSums = opensSums
    }

    /// The digest of all that has to be the same before the coin is opened.
    func base(of source: TrainingSource) -> Digest32 {
        let admitted = admitted.sorted().map { Array($0.name.utf8) }
        let numbers = [source.rows.count, source.rows.bits, leastRows, leastFrauds, opensSums ? 1 : 0, admitted.count]
        return Digest32(
            of: [
                Array("cordon/train/base/v2".utf8), order.bytes, number.bigEndianBytes, source.digest.bytes,
                rule.encoded, frequencies.encoded, numbers.flatMap { UInt64($0).bigEndianBytes },
            ] + admitted + (card.map { [$0.encoded] } ?? []))
    }
}

/// The rows that a training is ordered on, as one party has them: what its window has.
///
/// Never printed.
package struct TrainingSource: Sendable, Unprinted {
    package let rows: TrainingRows
    /// The members that rows are of.
    package let members: [MemberID]
    /// Of each row, its member's place in `members`.
    package let memberOf: [UInt16]
    /// Of each row, its place in the log, which no other row has.
    package let offsets: [Int64]
    /// Of which rows these are: of whatever members, places and labels' places hang on.
    package let digest: Digest32

    /// - Parameters:
    ///   - memberOf: one a row, each below `members.count`.
    ///   - offsets: one a row.
    package init(
        rows: TrainingRows, members: [MemberID], memberOf: [UInt16], offsets: [Int64], digest: Digest32
    ) {
        precondition(
            memberOf.count == rows.count && offsets.count == rows.count, "every row has a member and an offset")
        precondition(memberOf.allSatisfy { $0 < members.count }, "every row's member has a name")
        self.rows = rows
        self.members = members
        self.memberOf = memberOf
        self.offsets = offsets
        self.digest = digest
    }

    package var description: String { "TrainingSource(\(rows.count) rows of \(members.count) members)" }
}

/// What a party keeps of a job from its beginning on, until all three have their model: each entry in the place of the one before
/// under its name, as secret as the party's other shares.
package enum TrainingEntry: String, CaseIterable, Hashable, Sendable {
    /// This party's part of the coin, and what the parties committed to.
    case coin
    /// The last checkpoint of an even number of groups, and of an odd one.
    case even, odd
}

/// How far a training has come.
package struct TrainingProgress: Sendable, Hashable {
    /// Groups of trees that are grown.
    package let groups: Int
    package let of: Int
}

/// What a job came to: the model in shares, and what may be told of it.
package struct TrainedJob: Sendable {
    package let model: TrainedModel
    /// The digest of the plan: of order, rows, coin, and who is left out.
    package let plan: Digest32
    package let coin: Digest32
    /// Rows that were trained on.
    package let rows: Int
    /// Frauds among them.
    package let frauds: Int
    /// Members over the cap on frauds, by name.
    package let leftOut: [MemberID]
    /// Members over the cap on rows, with the rows that stayed of them.
    package let thinned: [MemberID: Int]
    /// Of how many rows of the window each bit is set; nil where the job opens none.
    package let ones: [Int]?

    /// Bits of the ring that scores are computed in.
    package var ringBits: Int { model.shape.ringBits }
}
