/// What the records so far have made, by which the next one is decided. An index keeps it on disk, `DeskLedger` in memory.
package protocol DeskState {
    /// An item's work; nil before anybody did something to it.
    func work(on item: ItemID) throws -> Work?
    mutating func put(_ work: Work, on item: ItemID) throws
    func file(_ id: ItemID) throws -> CaseFile?
    mutating func put(_ file: CaseFile, as id: ItemID) throws
    /// An open case about a name; nil where there is none.
    func openFile(about name: QueueFilter.NamedEntity) throws -> ItemID?
    /// Whether an item of a case has no verdict.
    func hasOpenItems(in file: ItemID) throws -> Bool
    func job(_ id: ItemID) throws -> BulkJob?
    /// Keeps how far a job is; `order` where it begins.
    mutating func put(_ job: BulkJob, as id: ItemID, order: BulkOrder?) throws
    /// Keeps what became of an item of a job.
    ///
    /// - Returns: whether the item is one of the job's, and nothing had become of it.
    mutating func keep(_ outcome: DeskLedger.Outcome, of item: ItemID, in job: ItemID) throws -> Bool
    func ruleSnooze(_ id: ItemID) throws -> RuleSnooze?
    mutating func put(_ snooze: RuleSnooze, as id: ItemID) throws
    /// The snoozes that are not over.
    func ruleSnoozes(at now: Int64) throws -> [RuleSnooze]
    func keptFilters() throws -> [ItemID: KeptFilter]
    /// Keeps a filter; nil takes it away.
    mutating func put(_ filter: KeptFilter?, as id: ItemID) throws
    func house() throws -> HouseRules
    mutating func put(_ house: HouseRules) throws
}

extension DeskState {
    /// Applies a record whose act did not come before.
    ///
    /// - Parameter now: the log's clock at the record, in microseconds.
    /// - Throws: what keeps the state from being read or written; a refusal is an outcome.
    package mutating func settle(_ record: DeskRecord, at now: Int64) throws -> DeskLedger.Outcome {
        var running: BulkJob?
        if let within = record.within, let job = try job(within) {
            guard !job.isCancelled else { return .refused(.cancelled) }
            running = job
        }
        var outcome: DeskLedger.Outcome
        do { outcome = .done(version: try decide(record, at: now)) } catch let refusal as Work.Refusal {
            outcome = .refused(refusal)
        }
        if let within = record.within, var job = running, try keep(outcome, of: record.item, in: within) {
            if case .done = outcome { job.done += 1 } else { job.refused += 1 }
            try put(job, as: within, order: nil)
        }
        return outcome
    }

    /// - Returns: the version of what the act is on, behind it.
    private mutating func decide(_ record: DeskRecord, at now: Int64) throws -> Int64 {
        switch record.act {
        case .house(var rules):
            let old = try house()
            if let expects = record.expects, expects != old.version { throw Work.Refusal.changed }
            rules.version = old.version + 1
            rules.salt = record.id.hex
            rules.since = now
            try put(rules)
            return rules.version
        case .bulk(.start(let order)):
            guard record.item.hex == record.id.hex else { throw Work.Refusal.noSuchAct }
            try put(BulkJob(order, by: record.actor, at: now), as: record.item, order: order)
            return 1
        case .bulk(.cancel):
            guard var job = try job(record.item) else { throw Work.Refusal.missing }
            guard !job.isOver else { throw Work.Refusal.over }
            job.isCancelled = true
            try put(job, as: record.item, order: nil)
            return 2
        case .file(let act): return try decide(act, record, at: now)
        case .ruleSnooze(.start(let order)):
            guard record.item.hex == record.id.hex else { throw Work.Refusal.noSuchAct }
            let snooze = try RuleSnooze(asking: order, by: record.actor, at: now, house: house())
            let running = try ruleSnoozes(at: now)
            let isThere = running.contains {
                ($0.order.rule, $0.order.about, $0.order.scope) == (order.rule, order.about, order.scope)
            }
            guard !isThere else { throw Work.Refusal.snoozeExists }
            guard running.count < RuleSnooze.limit else { throw Work.Refusal.full }
            try put(snooze, as: record.item)
            return snooze.version
        case .filter(let act): return try decide(act, record)
        case .ruleSnooze, .confirm, .object:
            if var snooze = try ruleSnooze(record.item) {
                try snooze.take(record, at: now)
                try put(snooze, as: record.item)
                return snooze.version
            }
            if case .ruleSnooze = record.act { throw Work.Refusal.missing }
            return try onItemOrCase(record, at: now)
        default: return try onItemOrCase(record, at: now)
        }
    }

    private mutating func decide(_ act: FileAct, _ record: DeskRecord, at now: Int64) throws -> Int64 {
        switch act {
        case .open(let title, let about, let isAnother):
            guard record.item.hex == record.id.hex else { throw Work.Refusal.noSuchAct }
            if let about, !isAnother, try openFile(about: about) != nil { throw Work.Refusal.caseExists }
            let file = CaseFile(title: title, about: about, by: record.actor, at: now)
            try put(file, as: record.item)
            return file.version
        case .link(let target): return try move(record, to: target)
        case .unlink: return try move(record, to: nil)
        case .task, .finish, .close: return try onItemOrCase(record, at: now)
        }
    }

    private mutating func onItemOrCase(_ record: DeskRecord, at now: Int64) throws -> Int64 {
        if var file = try file(record.item) {
            let hasOpenItems = try hasOpenItems(in: record.item)
            try file.take(record, at: now, house: house(), hasOpenItems: hasOpenItems)
            try put(file, as: record.item)
            return file.version
        }
        if case .file = record.act { throw Work.Refusal.missing }
        var work = try work(on: record.item) ?? Work()
        let file = try record.within.flatMap { try self.file($0) }
        try work.take(record, at: now, house: house(), file: file)
        try put(work, on: record.item)
        return work.version
    }

    /// Puts an item into a case, or out of the one that it is in. Both cases see it, and neither may be closed.
    private mutating func move(_ record: DeskRecord, to target: ItemID?) throws -> Int64 {
        var work = try work(on: record.item) ?? Work()
        if let expects = record.expects, expects != work.version { throw Work.Refusal.changed }
        guard work.file != target else { throw target == nil ? Work.Refusal.notLinked : .linked }
        var files: [(id: ItemID, file: CaseFile)] = []
        for (id, change) in [(work.file, -1), (target, 1)] as [(ItemID?, Int64)] {
            guard let id else { continue }
            guard var file = try file(id) else { throw Work.Refusal.missing }
            guard file.state == .open else { throw Work.Refusal.caseClosed }
            // What was proposed was proposed of other items.
            guard file.proposal == nil else { throw Work.Refusal.proposed }
            file.items += change
            files.append((id, file))
        }
        for (id, file) in files { try put(file, as: id) }
        work.file = target
        work.version += 1
        try put(work, on: record.item)
        return work.version
    }
}
