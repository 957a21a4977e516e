package import Records

/// How far people are with an item: what follows from its records on `<member>.cases`, in their order, and from nothing else.
package struct Work: Hashable, Sendable {
    /// Whether somebody still has to look at it. A raw value is what an index keeps.
    package enum State: Int64, Sendable, Hashable {
        case open = 0
        case closed = 1
    }

    /// Who works on it now, or last did.
    package struct Holder: Hashable, Sendable {
        package var actor: Actor
        /// Until when nobody else may take it, in microseconds since 1970 by the log's clock.
        package var until: Int64

        package init(_ actor: Actor, until: Int64) {
            self.actor = actor
            self.until = until
        }
    }

    /// What is known of an item that people put before the desk themselves.
    package struct Raised: Hashable, Sendable {
        package var source: SourcePosition
        /// The member's own id of the transaction.
        package var transaction: String
        /// When, by the log's clock in microseconds since 1970.
        package var at: Int64
        /// Nil where somebody chose it.
        package var sample: Sample?
        /// Whether somebody chose it, also where it was drawn later on.
        package var isReported: Bool

        package init(
            source: SourcePosition, transaction: String, at: Int64 = 0, sample: Sample? = nil, isReported: Bool? = nil
        ) {
            self.source = source
            self.transaction = transaction
            self.at = at
            self.sample = sample
            self.isReported = isReported ?? (sample == nil)
        }
    }

    package var state = State.open
    /// Rises with each change that others have to see before they change it themselves; 0 before the first.
    package var version: Int64 = 0
    package var holder: Holder?
    /// The latest one; it stays when the item is opened again.
    package var judgement: Judgement?
    /// When it was first claimed and when it was judged last, by the log's clock in microseconds; nil where it was not.
    package var firstTouch: Int64?
    package var closedAt: Int64?
    /// How often it was claimed anew, and opened again.
    package var claims: Int64 = 0
    package var reopened: Int64 = 0
    package var raised: Raised?
    /// The case that it is in.
    package var file: ItemID?
    /// A verdict that waits for a second person.
    package var proposal: Proposal?
    package var snoozed: Snooze?
    /// The second person of the latest verdict; nil where it needed none.
    package var confirmedBy: Actor?
    /// A second person's look; nil where it was not drawn for one.
    package var second: SecondLook?
    /// When the desk said that it is late, by the log's clock in microseconds; nil where it did not.
    package var lateAt: Int64?
    /// The same of its time being nearly over; anew where its clock stood since.
    package var warnedAt: Int64?
    /// When its clock stood, and does now, in order.
    package var pauses: [Pause] = []

    package init() {}

    /// Why an act takes no effect. A raw value stands in answers and stays what it means.
    package enum Refusal: String, Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
        /// Somebody changed it since the actor saw it.
        case changed
        /// Somebody else has it, and the lease runs.
        case held
        case notHeld = "not_held"
        case closed
        case notClosed = "not_closed"
        case alreadyRaised = "already_raised"
        /// Nothing waits for a second person, or the second person is the first one.
        case notProposed = "not_proposed"
        case ownProposal = "own_proposal"
        /// A verdict waits for a second person.
        case proposed
        /// There is no such case or job.
        case missing
        /// There is an open case about the same name.
        case caseExists = "case_exists"
        case caseClosed = "case_closed"
        case linked
        case notLinked = "not_linked"
        /// An item of the case has no verdict.
        case openItems = "open_items"
        case full
        /// It is put aside until then already, or for too long.
        case badTime = "bad_time"
        case notSnoozed = "not_snoozed"
        /// The job was ended by a person, or had come to its end.
        case cancelled, over
        /// What the act is on knows no such act.
        case noSuchAct = "no_such_act"
        /// It was not drawn for a second look, or has had it.
        case noSecondLook = "no_second_look"
        /// The rule is snoozed for the same already.
        case snoozeExists = "snooze_exists"
        /// Its clock stands already, or goes.
        case paused
        case notPaused = "not_paused"

        package var description: String {
            switch self {
            case .changed: "somebody changed it in the meantime; look at it again"
            case .held: "somebody else is working on it"
            case .notHeld: "nobody has it whose claim could be given back"
            case .closed: "it has a verdict; open it again first"
            case .notClosed: "it is open already"
            case .alreadyRaised: "somebody put it before the desk already"
            case .notProposed: "no verdict of it waits for a second person"
            case .ownProposal: "a second person has to agree"
            case .proposed: "a verdict of it waits for a second person"
            case .missing: "there is no such case or job"
            case .caseExists: "there is an open case about the same name"
            case .caseClosed: "the case is closed; open it again first"
            case .linked: "it is in this case already"
            case .notLinked: "it is in no case"
            case .openItems: "an item of the case has no verdict"
            case .full: "there are as many as there may be"
            case .badTime: "the time is over, or too far away"
            case .notSnoozed: "it is not put aside"
            case .cancelled: "somebody ended the job"
            case .over: "it is over"
            case .noSuchAct: "nothing like this can be done to it"
            case .noSecondLook: "it waits for no second look"
            case .snoozeExists: "the rule is snoozed for it already"
            case .paused: "its clock stands already"
            case .notPaused: "its clock does not stand"
            }
        }
    }

    /// The holder whose lease still runs.
    package func holder(at now: Int64) -> Actor? { holder.flatMap { $0.until > now ? $0.actor : nil } }

    /// What an act would do.
    ///
    /// - Parameters:
    ///   - now: the log's clock at the record, in microseconds; never before that of an earlier record.
    ///   - house: the rules at the record.
    ///   - file: the case that the record is part of.
    /// - Throws: why it does nothing; the work is as it was then.
    package mutating func take(
        _ record: DeskRecord, at now: Int64, house: HouseRules = HouseRules(), file: CaseFile? = nil
    ) throws(Refusal) {
        if let expects = record.expects, expects != version { throw .changed }
        switch record.act {
        case .claim(let lease): try claim(record.actor, lease, now)
        case .release: try release(record.actor, now)
        case .assign(let to, let lease):
            guard state == .open else { throw .closed }
            hold(to, lease, now)
            version += 1
        case .judge(let judgement): try judge(judgement, record, now, house, file)
        case .confirm: try confirm(record, now, house)
        case .second(let judgement): try lookAgain(judgement, record.actor)
        case .object:
            guard proposal != nil else { throw .notProposed }
            proposal = nil
            version += 1
        case .reopen:
            guard state == .closed else { throw .notClosed }
            (state, holder, closedAt, confirmedBy) = (.open, nil, nil, nil)
            if second?.isWaiting == true { second = nil }
            reopened += 1
            version += 1
        case .note: renew(record.actor, now)
        case .raise(let source, let transaction, let sample):
            if sample != nil, raised != nil, raised?.sample == nil {
                // What somebody reported is drawn like any other payment, else samples would say too little.
                raised?.sample = sample
                return
            }
            guard raised == nil else { throw .alreadyRaised }
            raised = Raised(source: source, transaction: transaction, at: now, sample: sample)
        case .aside(let act): try aside(act, record.actor, now)
        case .late:
            guard state == .open else { throw .closed }
            lateAt = lateAt ?? now
        case .soon:
            guard state == .open else { throw .closed }
            warnedAt = warnedAt ?? now
        case .file, .bulk, .house, .ruleSnooze, .filter: throw .noSuchAct
        }
    }

    private mutating func claim(_ actor: Actor, _ lease: Int64, _ now: Int64) throws(Refusal) {
        guard state == .open else { throw .closed }
        let current = holder(at: now)
        guard current == nil || current == actor else { throw .held }
        // A claim that is renewed tells nobody anything new.
        if current == nil {
            claims += 1
            version += 1
        }
        hold(actor, lease, now)
    }

    /// Gives it to somebody, who finds it in the list, whatever kept it out of there.
    private mutating func hold(_ actor: Actor, _ lease: Int64, _ now: Int64) {
        snoozed = nil
        holder = Holder(actor, until: now + lease * 1_000_000)
        if firstTouch == nil { firstTouch = now }
    }

    /// Seconds that a claim lasts where nobody says otherwise.
    package static let lease: Int64 = 600

    /// A claim whose holder does something with the item lasts as if it were claimed then.
    private mutating func renew(_ actor: Actor, _ now: Int64) {
        guard holder(at: now) == actor, let until = holder?.until else { return }
        holder?.until = max(until, now + Self.lease * 1_000_000)
    }

    private mutating func release(_ actor: Actor, _ now: Int64) throws(Refusal) {
        guard state == .open else { throw .closed }
        guard let current = holder(at: now) else { throw .notHeld }
        guard current == actor else { throw .held }
        holder = nil
        version += 1
    }

    private mutating func judge(
        _ judgement: Judgement, _ record: DeskRecord, _ now: Int64, _ house: HouseRules, _ file: CaseFile?
    ) throws(Refusal) {
        guard state == .open else { throw .closed }
        if let file {
            // A closed case's verdict was agreed on for all that is in it, and goes over claims.
            guard file.state == .closed, file.judgement == judgement, self.file == record.within else { throw .changed }
            return close(judgement, record.actor, now)
        }
        if let current = holder(at: now), current != record.actor { throw .held }
        guard house.needsTwo(record.amount) else {
            close(judgement, record.actor, now)
            return drawSecond(record.item, house)
        }
        proposal = Proposal(judgement, by: record.actor)
        // The second person is another one, and waits for no time that the first one set.
        (holder, snoozed) = (nil, nil)
        if firstTouch == nil { firstTouch = now }
        version += 1
    }

    private mutating func aside(_ act: AsideAct, _ actor: Actor, _ now: Int64) throws(Refusal) {
        guard state == .open else { throw .closed }
        switch act {
        case .snooze(let until, let wakes):
            if let current = holder(at: now), current != actor { throw .held }
            guard until > now, until <= now + AsideAct.longest else { throw .badTime }
            (snoozed, holder) = (Snooze(at: now, until: until, wakes: wakes), nil)
        case .wake:
            guard snoozed != nil else { throw .notSnoozed }
            snoozed = nil
        case .pause(let until, let awaited):
            if let current = holder(at: now), current != actor { throw .held }
            guard pause(at: now) == nil else { throw .paused }
            guard until > now, until <= now + Pause.longest else { throw .badTime }
            guard pauses.count < Pause.limit else { throw .full }
            pauses.append(Pause(at: now, until: until, waitsFor: awaited))
            warnedAt = nil
        case .resume:
            guard pause(at: now) != nil else { throw .notPaused }
            pauses[pauses.count - 1].until = now
            warnedAt = nil
        }
        renew(actor, now)
        version += 1
    }

    private mutating func confirm(_ record: DeskRecord, _ now: Int64, _ house: HouseRules) throws(Refusal) {
        let actor = record.actor
        guard let proposal, let judgement = proposal.judgement else { throw .notProposed }
        guard actor.isSecond(to: proposal.by) else { throw .ownProposal }
        if let current = holder(at: now), current != actor { throw .held }
        close(judgement, proposal.by, now)
        confirmedBy = actor
        drawSecond(record.item, house)
    }

    /// Asks for a second look where the item is drawn for one, and had none.
    private mutating func drawSecond(_ item: ItemID, _ house: HouseRules) {
        guard second == nil, house.judgesTwice(item), let judgement, let actor = holder?.actor else { return }
        second = SecondLook(judgement, by: actor)
    }

    private mutating func lookAgain(_ judgement: Judgement, _ actor: Actor) throws(Refusal) {
        guard state == .closed, var look = second, look.isWaiting else { throw .noSecondLook }
        // Who agreed to the first verdict knows it.
        guard actor.isSecond(to: look.by), actor != confirmedBy else { throw .ownProposal }
        (look.second, look.secondBy) = (judgement, actor)
        second = look
        version += 1
    }

    private mutating func close(_ judgement: Judgement, _ actor: Actor, _ now: Int64) {
        (state, self.judgement, closedAt, proposal, confirmedBy) = (.closed, judgement, now, nil, nil)
        snoozed = nil
        holder = Holder(actor, until: now)
        if firstTouch == nil { firstTouch = now }
        version += 1
    }
}

extension Actor {
    /// Whether it is a second person to who has proposed something: no program agrees for one.
    func isSecond(to first: Actor) -> Bool { kind == .person && self != first }
}
