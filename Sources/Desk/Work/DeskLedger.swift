/// The desk's state in memory: every item's work, and what became of every act. What an index keeps on disk has to be the same.
package struct DeskLedger: Sendable {
    /// What became of an act. An act that is asked for twice has the outcome of the first time.
    package enum Outcome: Hashable, Sendable {
        /// The version from then on of what the act was on.
        case done(version: Int64)
        case refused(Work.Refusal)
    }

    package private(set) var items: [ItemID: Work] = [:]
    package private(set) var files: [ItemID: CaseFile] = [:]
    package private(set) var ruleSnoozes: [ItemID: RuleSnooze] = [:]
    package private(set) var filters: [ItemID: KeptFilter] = [:]
    package private(set) var jobs: [ItemID: BulkJob] = [:]
    /// What became of each item of a job; nil where nothing did yet.
    package private(set) var results: [ItemID: [ItemID: Outcome?]] = [:]
    package private(set) var outcomes: [ActID: Outcome] = [:]
    package private(set) var clock = LogClock()
    private var rules = HouseRules()

    package init() {}

    /// - Parameter timestamp: the record's, by the log's clock, in microseconds.
    @discardableResult
    package mutating func take(_ record: DeskRecord, timestamp: Int64) -> Outcome {
        clock.pass(timestamp)
        if let known = outcomes[record.id] { return known }
        // Nothing that is in memory fails.
        guard let outcome = try? settle(record, at: clock.now) else { fatalError("a ledger in memory failed") }
        outcomes[record.id] = outcome
        return outcome
    }
}

extension DeskLedger: DeskState {
    package func work(on item: ItemID) -> Work? { items[item] }
    package mutating func put(_ work: Work, on item: ItemID) { items[item] = work }
    package func file(_ id: ItemID) -> CaseFile? { files[id] }
    package mutating func put(_ file: CaseFile, as id: ItemID) { files[id] = file }

    package func openFile(about name: QueueFilter.NamedEntity) -> ItemID? {
        files.filter { $0.value.state == .open && $0.value.about == name }.keys.min()
    }

    package func hasOpenItems(in file: ItemID) -> Bool {
        items.values.contains { $0.file == file && $0.state == .open }
    }

    package func job(_ id: ItemID) -> BulkJob? { jobs[id] }

    package mutating func put(_ job: BulkJob, as id: ItemID, order: BulkOrder?) {
        jobs[id] = job
        if let order { results[id] = Dictionary(uniqueKeysWithValues: order.items.map { ($0.item, nil) }) }
    }

    package mutating func keep(_ outcome: Outcome, of item: ItemID, in job: ItemID) -> Bool {
        guard results[job]?[item] == .some(nil) else { return false }
        results[job]?[item] = .some(outcome)
        return true
    }

    package func ruleSnooze(_ id: ItemID) -> RuleSnooze? { ruleSnoozes[id] }
    package mutating func put(_ snooze: RuleSnooze, as id: ItemID) { ruleSnoozes[id] = snooze }
    package func ruleSnoozes(at now: Int64) -> [RuleSnooze] { ruleSnoozes.values.filter { !$0.isOver(at: now) } }
    package func keptFilters() -> [ItemID: KeptFilter] { filters }
    package mutating func put(_ filter: KeptFilter?, as id: ItemID) { filters[id] = filter }
    package func house() -> HouseRules { rules }
    package mutating func put(_ house: HouseRules) { rules = house }
}
