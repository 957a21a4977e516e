package import Records

/// What a validation computes, all of it public: whose each row is, the models, and the thresholds that their scores are held
/// against. Rows themselves are bound by `source`.
package struct ValidationPlan: Sendable {
    /// A model that rows are scored by.
    package struct Model: Sendable, Hashable {
        /// Of the model as it is dealt: two sharings of one forest have two digests, since masks hang on them.
        package let digest: Digest32
        package let shape: ForestShape
        /// Bits of scores after the point.
        package let fraction: Int
        /// Scores in units of 2^-fraction, ascending: bin 0 is below the first, and bin n has scores from the nth on.
        package let thresholds: [Int64]

        package init(digest: Digest32, shape: ForestShape, fraction: Int, thresholds: [Int64]) {
            self.digest = digest
            self.shape = shape
            self.fraction = fraction
            self.thresholds = thresholds
        }

        /// Bins of a histogram: one more than thresholds.
        package var bins: Int { thresholds.count + 1 }
    }

    /// Thermometer bits of a row, as the last model reads it.
    package let bits: Int
    package let members: [MemberID]
    /// Of each row, its member's place among `members`.
    package let memberOfRow: [UInt16]
    package let models: [Model]
    /// Rows that are frauds, and rows that are not, below which nothing but the number of frauds is opened.
    package let least: (frauds: Int, legitimate: Int)
    /// What the one-hots of a piece of rows take at most, where they are of more than one row.
    package let pieceBytes: Int
    /// All masks hang on it.
    package let digest: Digest32

    package var rows: Int { memberOfRow.count }

    /// - Parameters:
    ///   - source: of where rows and labels come from: the order, the window's digest, the code's version.
    ///   - bits: of a row, as the last model reads it.
    ///   - members: each once; some may have no rows.
    ///   - memberOfRow: of each row, its member's place among `members`.
    ///   - models: one or two, the last of `bits`; the first of two may read the same events by rows of other bits.
    ///   - least: rows of each class, 1 or more.
    ///   - pieceBytes: of the longest messages of several rows: what memory a party takes hangs on it.
    /// - Throws: `validation`, with the first part that is not as a validation takes it.
    package init(
        source: Digest32, bits: Int, members: [MemberID], memberOfRow: [UInt16], models: [Model],
        least: (frauds: Int, legitimate: Int), pieceBytes: Int = 1 << 24
    ) throws(TrainingError) {
        precondition(pieceBytes > 0)
        guard (1..<1 << 24).contains(memberOfRow.count) else { throw .validation(.rows) }
        guard !members.isEmpty, Set(members).count == members.count,
            memberOfRow.allSatisfy({ Int($0) < members.count })
        else { throw .validation(.members) }
        guard (1...Self.mostModels).contains(models.count), models.last?.shape.bits == bits else {
            throw .validation(.models)
        }
        for model in models {
            guard (1...Self.mostThresholds).contains(model.thresholds.count),
                zip(model.thresholds, model.thresholds.dropFirst()).allSatisfy({ $0 < $1 }),
                model.bins * members.count <= Self.mostBins
            else { throw .validation(.thresholds) }
        }
        guard least.frauds > 0, least.legitimate > 0 else { throw .validation(.least) }
        self.bits = bits
        self.members = members
        self.memberOfRow = memberOfRow
        self.models = models
        self.least = least
        self.pieceBytes = pieceBytes
        var parts = [Array("cordon/validate/plan/v1".utf8), source.bytes, UInt32(bits).bigEndianBytes]
        parts += [UInt32(members.count).bigEndianBytes] + members.map { Array($0.name.utf8) }
        parts += [memberOfRow.flatMap(\.bigEndianBytes)]
        for model in models {
            let shape = model.shape
            let sizes = [shape.bits, shape.trees, shape.depth, shape.ringBits, model.fraction]
            parts += [
                model.digest.bytes, sizes.flatMap { UInt32($0).bigEndianBytes },
                model.thresholds.flatMap(\.bigEndianBytes),
            ]
        }
        parts += [[least.frauds, least.legitimate, pieceBytes].flatMap { UInt64($0).bigEndianBytes }]
        digest = Digest32(of: parts)
        guard rounds <= Int(UInt16.max) else { throw .validation(.rows) }
    }

    private static let mostModels = 2
    private static let mostThresholds = 1_024
    /// Bins of all members together, of one model: they go in one message, 8 bytes each.
    private static let mostBins = 1 << 19

    // MARK: Pieces

    /// Labels that go to the ring at once.
    static let labelPiece = 1 << 20

    /// Rows that are scored at once at most: of the smallest forests, whose one-hots are shorter than comparison keys, those would
    /// be more than a peer lets wait on its links.
    private static let mostRows = 1 << 16

    /// Rows that are scored at once.
    var piece: Int { min(Self.mostRows, max(1, pieceBytes / models.reduce(0) { $0 + $1.shape.dealBytes })) }

    /// Messages that wait for one another: two for each piece of labels and one for the frauds, four for each piece of rows, two
    /// for the sums.
    package var rounds: Int { 2 * Self.pieces(rows, of: Self.labelPiece) + 1 + 4 * Self.pieces(rows, of: piece) + 2 }

    private static func pieces(_ count: Int, of piece: Int) -> Int { (count + piece - 1) / piece }
}

/// Why a validation can't begin, or ends without histograms.
package enum ValidationRefusal: Error, Sendable, Hashable {
    /// There are not 1 to 2^24 - 1 rows, or they take more than 65,535 rounds.
    case rows
    /// No member, one that is there twice, or a row of none of them.
    case members
    /// Not one or two models, the last not of the rows' bits, or others than the plan says.
    case models
    /// Not 1 to 1,024 of them, not ascending, or too many for so many members.
    case thresholds
    /// The least number of a class is below 1.
    case least
    /// The window has fewer frauds than the plan's least number. Nothing else was opened.
    case frauds(Int, least: Int)
    /// The window has fewer rows that are no frauds. Nothing but the number of frauds was opened.
    case legitimate(Int, least: Int)
    /// What was opened does not add up to the rows and frauds of the window: a party departed from the protocol.
    case sums
}

extension ValidationRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rows: "a validation takes 1 to 16,777,215 rows in at most 65,535 rounds: take a smaller window"
        case .members: "a validation takes each member once, and rows of these members alone"
        case .models: "a validation takes one or two models, of the window's bits and of the plan's shapes"
        case .thresholds:
            "a validation takes 1 to 1,024 ascending thresholds, and at most 524,288 bins of all members together"
        case .least: "a validation's least number of frauds and of other rows is 1 or more"
        case .frauds(let got, let least):
            "the window has \(got) frauds, and \(least) are the least: take a larger window, or a later one"
        case .legitimate(let got, let least):
            "the window has \(got) rows that are no frauds, and \(least) are the least: take a larger window"
        case .sums: "the histograms don't add up to the window's rows: a party departed from the protocol"
        }
    }
}
