package import Records

/// All that the records of `consortium.sync` come to: orders and what became of them, versions with where they come from, and which
/// model was put in force why. A pure function of the records and the log's times, so it is the same for everyone of one roster.
///
/// One order is under way at a time. A record that does not count is refused by name and changes nothing.
package struct SyncHistory: Sendable, Hashable {
    /// The terms by which the last record was taken that counts.
    package private(set) var terms: SyncTerms
    /// Those before every change.
    private let founding: SyncTerms
    private var changes: [SyncTermsChange] = []
    /// Orders that count, in the log's order.
    package private(set) var jobs: [SyncJob] = []
    /// Models that were trained, in the order in which they were done.
    package private(set) var versions: [SyncVersion] = []
    package private(set) var decisions: [SyncDecision] = []
    /// What there was of the version when a promotion came, by the decision's sequence: those of times when the agreement named a
    /// rule.
    package private(set) var grounds: [UInt64: PromotionGrounds] = [:]
    private var places: [Digest32: Int] = [:]
    private var seen: Set<Digest32> = []
    /// When the last record came that counts, in seconds since 1970.
    private var latest: Int64 = 0

    /// An order may not expire later than so many seconds after it came.
    package static let longest: Int64 = 7 * 86_400

    /// Nothing has been said.
    package init(_ terms: SyncTerms) {
        self.terms = terms
        founding = terms
    }

    /// Takes note of changes of the terms, all that there are so far, in order: records from their times on are taken by them. What
    /// was taken before stays.
    package mutating func adopt(_ changes: [SyncTermsChange]) { self.changes = changes }

    /// The terms that hold at a time of the log.
    private func terms(at time: Int64) -> SyncTerms { changes.last { $0.from <= time }?.terms ?? founding }
    /// The newest terms.
    package var newestTerms: SyncTerms { changes.last?.terms ?? founding }

    /// Takes the next record of the topic.
    ///
    /// - Parameters:
    ///   - offset: the record's.
    ///   - time: of the log, when it came, in seconds since 1970. Where it goes back, the latest counts.
    /// - Returns: what was said by whom, where it counts.
    @discardableResult
    package mutating func apply(_ record: [UInt8], at offset: Int64, time: Int64) throws(SyncRefusal) -> SyncMessage {
        let time = max(time, latest)
        let before = terms
        terms = terms(at: time)
        do throws(SyncRefusal) { return try take(record, at: offset, time: time) } catch {
            terms = before
            throw error
        }
    }

    private mutating func take(
        _ record: [UInt8], at offset: Int64, time: Int64
    ) throws(SyncRefusal) -> SyncMessage {
        let message = try SyncMessage(verifying: record, terms: terms)
        guard !seen.contains(message.digest) else { throw .replayed }
        switch (message.statement, message.author) {
        case (.order(let order), _):
            try take(order, SyncJob(order, digest: message.digest, offset: offset, time: time), at: time)
        case (.report(let report), .party(let party)): try take(report, of: party, at: time)
        case (.verdict(let verdict), .member(let member)):
            guard let place = places[verdict.order] else { throw .unknownOrder }
            try jobs[place].take(verdict, of: member)
        case (.approval(let approval), .operator(let id)): try take(approval, of: id, record)
        case (.decision(let decision), _): try take(decision)
        default: throw .wrongAuthor(message.author)
        }
        seen.insert(message.digest)
        latest = time
        return message
    }

    // MARK: Looking

    /// The job of an order; nil for one that does not count.
    package func job(_ order: Digest32) -> SyncJob? { places[order].map { jobs[$0] } }
    /// The version that was trained by an order; nil where none was.
    package func version(of candidate: Digest32) -> SyncVersion? { versions.first { $0.candidate == candidate } }
    /// The version that is sealed as a model; nil for models that the parties did not train.
    package func version(sealedAs model: Digest32) -> SyncVersion? { versions.first { $0.sealed?.model == model } }
    /// The order that is not done; it may have expired.
    package var open: SyncJob? { jobs.last.flatMap { $0.isOpen ? $0 : nil } }
    /// The number of the next order.
    package var nextNumber: UInt64 { (jobs.last?.order.number ?? 0) + 1 }
    /// The sequence of the last decision; 0 before the first.
    package var lastSequence: UInt64 { decisions.last?.sequence ?? 0 }

    /// The model that the last decision put in force or brought back; nil before the first. One that was dealt since is not known
    /// here.
    package var inForce: Digest32? { decisions.last { $0.kind != .turnDown }?.model }

    // MARK: Orders

    private mutating func take(_ order: SyncOrder, _ job: SyncJob, at time: Int64) throws(SyncRefusal) {
        if let last = jobs.last?.order.number, order.number <= last {
            throw jobs.contains { $0.order.number == order.number }
                ? .forkedOrder(order.number) : .olderOrder(order.number, last: last)
        }
        guard order.expires > time else { throw .expired }
        guard order.expires <= time + Self.longest else { throw .expiresLate }
        if let open, open.order.expires >= time { throw .busy(open.order.number) }
        try checkAgreed(order.task)
        switch order.task {
        case .train(let task):
            guard !versions.contains(where: { $0.task.version == task.version }) else {
                throw .versionTaken(task.version)
            }
        case .validate(let task): try check(task)
        case .seal(let task): try check(task, under: order.epoch)
        }
        try checkOpenings(order.task, at: time)
        if open != nil { jobs[jobs.count - 1].lapse(to: order.number) }
        places[job.digest] = jobs.count
        jobs.append(job)
    }

    /// What the agreement does not allow is ordered by nobody.
    private func checkAgreed(_ task: SyncOrder.Task) throws(SyncRefusal) {
        switch task {
        case .train(let task):
            guard terms.opened.contains(.trainings) else { throw .notAgreed("that trainings are opened") }
            if let trainer = terms.trainer, task.rule.agreedDigest != trainer {
                throw .notAgreed("that forests are trained by this rule")
            }
        case .validate: guard terms.opened.contains(.histograms) else { throw .notAgreed("that histograms are opened") }
        case .seal: break
        }
    }

    private func check(_ task: ValidateTask) throws(SyncRefusal) {
        let version: SyncVersion?
        switch task.challenger {
        case .candidate(let candidate):
            version = self.version(of: candidate)
            guard version != nil else { throw .unknownCandidate }
        case .model(let model): version = self.version(sealedAs: model)
        case nil: version = nil
        }
        if let version, task.window.range.lowerBound < version.task.window.range.upperBound { throw .notLater }
    }

    private func check(_ task: SealTask, under epoch: KeyEpoch?) throws(SyncRefusal) {
        guard let version = version(of: task.candidate) else { throw .unknownCandidate }
        guard version.sealed == nil else { throw .alreadySealed }
        guard let header = WireModelHeader(decoding: task.header) else { throw .malformed(.header) }
        if let field = version.mistake(in: header, consortium: terms.consortium, epoch: epoch) {
            throw .otherHeader(field)
        }
    }

    // MARK: Reports

    private mutating func take(_ report: PartyReport, of party: PartyID, at time: Int64) throws(SyncRefusal) {
        guard let place = places[report.order] else { throw .unknownOrder }
        try jobs[place].take(report.step, of: party, at: time)
        let job = jobs[place]
        switch (job.order.task, job.outcome) {
        case (.train, .trained): if let version = SyncVersion(job) { versions.append(version) }
        case (.validate(let task), .validated):
            if let place = versionPlace(of: task.challenger) { versions[place].validations.append(job.digest) }
        case (.seal(let task), .sealed(let model)):
            guard let place = versionPlace(of: .candidate(task.candidate)), let sealed = job.sealedBoxes else { return }
            versions[place].sealed = SyncVersion.Sealed(
                model: model, order: job.digest, header: sealed.header, boxes: sealed.boxes)
        default: break
        }
    }

    private func versionPlace(of challenger: ValidateTask.Challenger?) -> Int? {
        switch challenger {
        case .candidate(let candidate): versions.firstIndex { $0.candidate == candidate }
        case .model(let model): versionPlace(of: model)
        case nil: nil
        }
    }

    private func versionPlace(of model: Digest32) -> Int? { versions.firstIndex { $0.sealed?.model == model } }

    // MARK: Approvals and decisions

    private mutating func take(
        _ approval: SyncApproval, of id: OperatorID, _ record: [UInt8]
    ) throws(SyncRefusal) {
        guard let place = versionPlace(of: approval.model) else { throw .unknownModel }
        guard !versions[place].isTurnedDown else { throw .turnedDown }
        guard approval.after == lastSequence else { throw .void(after: approval.after, last: lastSequence) }
        guard !versions[place].approving(after: lastSequence).contains(id) else { throw .alreadyApproved(id) }
        versions[place].approvals.append(SyncVersion.Approval(by: id, after: approval.after, record: record))
    }

    private mutating func take(_ decision: SyncDecision) throws(SyncRefusal) {
        guard decision.sequence > lastSequence else {
            throw decisions.contains { $0.sequence == decision.sequence }
                ? .forkedDecision(decision.sequence) : .olderDecision(decision.sequence, last: lastSequence)
        }
        let place: Int
        switch decision.kind {
        case .promote: place = try placeToPromote(decision)
        case .rollback: place = try placeToReplace(decision)
        case .turnDown:
            guard let found = versionPlace(of: decision.model) else { throw .unknownModel }
            guard decision.model != inForce else { throw .inForce }
            guard !versions[found].isTurnedDown else { throw .turnedDown }
            place = found
        }
        if decision.kind == .promote, terms.promotion != nil {
            grounds[decision.sequence] = PromotionGrounds(
                jobs: versions[place].validations.compactMap { job($0) },
                approving: versions[place].approving(after: lastSequence))
        }
        versions[place].decisions.append(decision)
        decisions.append(decision)
    }

    private func placeToPromote(_ decision: SyncDecision) throws(SyncRefusal) -> Int {
        guard let place = versionPlace(of: decision.model) else { throw .unknownModel }
        let version = versions[place]
        guard decision.model != inForce else { throw .inForce }
        guard !version.isTurnedDown else { throw .turnedDown }
        guard !version.validations.isEmpty else { throw .notValidated }
        let approving = version.approving(after: lastSequence)
        guard approving.count >= terms.approvals else { throw .approvals(approving.count, of: terms.approvals) }
        if let promotion = terms.promotion, SyncDecision.agreedDigest(ofRule: decision.rule) != promotion {
            throw .notAgreed("that versions are promoted by this rule")
        }
        return place
    }

    /// The version that gives way to the model that it replaced.
    private func placeToReplace(_ decision: SyncDecision) throws(SyncRefusal) -> Int {
        guard let replaced = decision.previous, let place = versionPlace(of: replaced) else { throw .unknownModel }
        guard replaced == inForce, let promotion = versions[place].promotion, promotion.previous == decision.model
        else {
            throw .notReplaced
        }
        return place
    }
}

/// What a promotion rests on, as it was when it was decided: what is said afterwards changes nothing of it.
package struct PromotionGrounds: Sendable, Hashable {
    /// The validations of the version, oldest first, with the verdicts of members.
    package let jobs: [SyncJob]
    /// No fewer than the terms of that time want: with fewer nothing is decided.
    package let approving: [OperatorID]
}
