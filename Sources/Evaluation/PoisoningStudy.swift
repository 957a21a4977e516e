package import Model
package import Records

/// What one member's false labels cost the others, with and without the caps of a training (`TrainingCaps`), in the clear:
/// models are trained on poisoned labels, and measured on the other members' later transactions.
///
/// The labels that are trained on are poisoned, and features keep the true ones: what false labels do to the consortium's
/// counts is another question.
package struct PoisoningStudy {
    /// What a member says of its training rows.
    package enum Attack: Sendable, Hashable, CaseIterable {
        /// The truth.
        case honest
        /// Nothing: its rows are left out.
        case leftOut
        /// The opposite for one row in twenty, drawn at random.
        case flipsTwentieth
        /// The opposite for every row.
        case flipsAll
        /// That nothing is a fraud.
        case hidesFrauds
        /// That the half of its frauds which an honest model finds first is none, and that one clean row in twenty, drawn
        /// at random, is a fraud.
        case clearsAndBlames
    }

    /// One member's attack.
    package struct Outcome: Sendable, Hashable {
        package var member: MemberID
        package var attack: Attack
        /// Frauds that it claims of its rows.
        package var claimed: Int
        /// Whether its frauds are over the cap, so that it is left out unless the plan admits it.
        package var isOverCap: Bool
        /// Average precision on the other members' rows without any cap; nil without a fraud among them.
        package var uncapped: Double?
        /// Likewise where a member over the cap on frauds is left out, and the others' rows are thinned.
        package var capped: Double?
    }

    package let outcomes: [Outcome]

    /// - Parameters:
    ///   - transactions: of all members, by time.
    ///   - train: days that models learn from.
    ///   - test: days that are measured; customers known to be defrauded are left out.
    ///   - rows: features of both.
    ///   - bins: of the features, as they are published.
    ///   - progress: shows how far it is.
    /// - Throws: `TrainingError.noFraud`, or what training finds wrong.
    package init(
        _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, rows: [FeatureRow],
        bins: BinnedSpec, rule: TrainingRule, coin: TrainingCoin, progress: ProgressFactory
    ) throws {
        let progress = progress("poisoning")
        let bench = try Bench(transactions, train: train, test: test, rows: rows, bins: bins, rule: rule, coin: coin)
        let members = Set(bench.training.map(\.member)).sorted()
        let honest = try bench.forest(bench.training)
        var outcomes: [Outcome] = []
        for member in members {
            for attack in Attack.allCases {
                progress.show("\(outcomes.count) of \(members.count * Attack.allCases.count) attacks")
                outcomes.append(try bench.outcome(of: attack, by: member, honest: honest))
            }
        }
        self.outcomes = outcomes
        progress.done("\(outcomes.count) attacks on \(bench.training.count) transactions")
    }
}

/// Rows to train on and rows to measure on.
private struct Bench {
    struct Row {
        /// The place in the list of transactions, which stands for the offset in a log.
        var index: Int
        var member: MemberID
        var bins: [UInt8]
        var fraud: Bool
    }

    let transactions: [LabelledTransaction]
    let train: ClosedRange<Int>
    let test: ClosedRange<Int>
    let bins: BinnedSpec
    let rule: TrainingRule
    let coin: TrainingCoin
    let frequencies: BitFrequencies
    private(set) var training: [Row] = []
    private(set) var later: [Row] = []

    init(
        _ transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, rows: [FeatureRow],
        bins: BinnedSpec, rule: TrainingRule, coin: TrainingCoin
    ) throws {
        (self.transactions, self.train, self.test) = (transactions, train, test)
        (self.bins, self.rule, self.coin) = (bins, rule, coin)
        for row in rows {
            let labelled = transactions[row.index]
            let day = labelled.transaction.time.dayNumber
            let own = Row(
                index: row.index, member: labelled.member, bins: bins.bins(row.values), fraud: labelled.fraud)
            if train.contains(day) { training.append(own) } else if test.contains(day) { later.append(own) }
        }
        guard training.contains(where: \.fraud) else { throw TrainingError.noFraud }
        let set = try TrainingSet(spec: bins, rows: training.map(\.bins), fraud: training.map(\.fraud))
        guard let frequencies = set.frequencies else { throw ReferenceTrainer.Failure.bounds(.rows) }
        self.frequencies = frequencies
    }

    func forest(_ rows: [Row]) throws -> Forest {
        let set = try TrainingSet(spec: bins, rows: rows.map(\.bins), fraud: rows.map(\.fraud))
        return try ReferenceTrainer(rule: rule, frequencies: frequencies, coin: coin).train(BitColumns(set))
    }

    func outcome(
        of attack: PoisoningStudy.Attack, by member: MemberID, honest: Forest
    ) throws -> PoisoningStudy.Outcome {
        let said = attack == .leftOut ? training.filter { $0.member != member } : poisoned(by: attack, member, honest)
        let claimed = said.count { $0.member == member && $0.fraud }
        let isOver = TrainingCaps.excess(frauds: claimed, of: said.count { $0.fraud }) > 0
        let admitted = thinned(isOver ? said.filter { $0.member != member } : said)
        let uncapped = try precision(forest(said), without: member)
        let isSame = admitted.count == said.count
        return PoisoningStudy.Outcome(
            member: member, attack: attack, claimed: claimed, isOverCap: isOver, uncapped: uncapped,
            capped: isSame ? uncapped : try precision(forest(admitted), without: member))
    }

    /// The training rows with what the member says of its own.
    private func poisoned(by attack: PoisoningStudy.Attack, _ member: MemberID, _ honest: Forest) -> [Row] {
        let own = training.indices.filter { training[$0].member == member }
        let frauds = own.filter { training[$0].fraud }.sorted { score(honest, $0) > score(honest, $1) }
        let found = Set(frauds.prefix(frauds.count / 2))
        var rows = training
        for index in own {
            let drawn = coin.place(of: Int64(rows[index].index)) % 20 == 0
            switch attack {
            case .honest, .leftOut: break
            case .flipsTwentieth: if drawn { rows[index].fraud.toggle() }
            case .flipsAll: rows[index].fraud.toggle()
            case .hidesFrauds: rows[index].fraud = false
            case .clearsAndBlames: rows[index].fraud = rows[index].fraud ? !found.contains(index) : drawn
            }
        }
        return rows
    }

    private func score(_ forest: Forest, _ row: Int) -> Int64 {
        forest.score(thermometer: bins.thermometer(training[row].bins))
    }

    private func thinned(_ rows: [Row]) -> [Row] {
        let offsets = Dictionary(grouping: rows, by: \.member).mapValues { $0.map { Int64($0.index) } }
        let kept = Set(TrainingCaps.thinned(offsets, by: coin).values.joined())
        return rows.filter { kept.contains(Int64($0.index)) }
    }

    private func precision(_ forest: Forest, without member: MemberID) -> Double? {
        var scores: [Int: Double] = [:]
        for row in later where row.member != member {
            scores[row.index] = Double(forest.score(thermometer: bins.thermometer(row.bins)))
        }
        return measure(transactions, train: train, test: test, scores: scores).overall.averagePrecision
    }
}
