import Records

/// A case: several items under one, with what people did and still have to do. All of it follows from the records, as of an item's
/// work; which items are in it, their own work says.
package struct CaseFile: Hashable, Sendable {
    package struct Task: Hashable, Sendable {
        package var text: String
        package var by: Actor
        /// Nil before somebody has ticked it off.
        package var doneBy: Actor?

        package init(_ text: String, by actor: Actor, doneBy: Actor? = nil) {
            self.text = text
            by = actor
            self.doneBy = doneBy
        }
    }

    package var state = Work.State.open
    /// Rises with each change that others have to see first; 1 when it is opened.
    package var version: Int64 = 1
    package var title: String
    /// What it is about; nil where it is about no name.
    package var about: QueueFilter.NamedEntity?
    package var openedBy: Actor
    /// By the log's clock, in microseconds.
    package var openedAt: Int64
    /// Who looks after it; nil for nobody.
    package var owner: Actor?
    package var tasks: [Task] = []
    /// How many items are in it.
    package var items: Int64 = 0
    /// Of a closed case: what each item gets that has no verdict; nil where all had one.
    package var judgement: Judgement?
    package var proposal: Proposal?
    package var closedBy: Actor?
    /// By the log's clock, in microseconds; nil while it is open.
    package var closedAt: Int64?

    package init(title: String, about: QueueFilter.NamedEntity?, by actor: Actor, at now: Int64) {
        self.title = title
        self.about = about
        openedBy = actor
        openedAt = now
        owner = actor
    }

    /// What an act on the case itself would do.
    ///
    /// - Parameters:
    ///   - hasOpenItems: whether an item in it has no verdict.
    ///   - house: the rules at the record.
    /// - Throws: why it does nothing; the case is as it was then.
    package mutating func take(
        _ record: DeskRecord, at now: Int64, house: HouseRules, hasOpenItems: Bool
    ) throws(Work.Refusal) {
        if let expects = record.expects, expects != version { throw .changed }
        switch record.act {
        case .note: return
        case .assign(let to, _):
            try mustBeOpen()
            owner = to
        case .file(.task(let text)):
            try mustBeOpen()
            guard tasks.count < FileAct.taskLimit else { throw .full }
            tasks.append(Task(text, by: record.actor))
        case .file(.finish(let place)):
            try mustBeOpen()
            guard tasks.indices.contains(place), tasks[place].doneBy == nil else { throw .changed }
            tasks[place].doneBy = record.actor
        case .file(.close(let judgement)):
            try mustBeOpen()
            guard judgement != nil || !hasOpenItems else { throw .openItems }
            if house.needsTwo(record.amount) {
                proposal = Proposal(judgement, by: record.actor)
            } else {
                close(judgement, record.actor, now)
            }
        case .confirm:
            guard let proposal else { throw .notProposed }
            guard record.actor.isSecond(to: proposal.by) else { throw .ownProposal }
            guard proposal.judgement != nil || !hasOpenItems else { throw .openItems }
            close(proposal.judgement, proposal.by, now)
        case .object:
            guard proposal != nil else { throw .notProposed }
            proposal = nil
        case .reopen:
            guard state == .closed else { throw .notClosed }
            (state, judgement, closedAt, closedBy) = (.open, nil, nil, nil)
        default: throw .noSuchAct
        }
        version += 1
    }

    private func mustBeOpen() throws(Work.Refusal) { if state == .closed { throw .closed } }

    private mutating func close(_ judgement: Judgement?, _ actor: Actor, _ now: Int64) {
        (state, self.judgement, proposal, closedAt, closedBy) = (.closed, judgement, nil, now, actor)
    }
}

extension HouseRules {
    /// Whether a verdict on so much needs a second person.
    ///
    /// - Parameter amount: nil where the record doesn't say: then none is needed.
    func needsTwo(_ amount: MinorUnits?) -> Bool {
        guard let fourEyes, let amount else { return false }
        return fourEyes <= amount
    }
}
