package import Records

/// An order, and what became of it.
package struct SyncJob: Sendable, Hashable {
    package enum Standing: Sendable, Hashable {
        /// Not all parties have ended it.
        case open
        case done(Outcome)
        case failed(Failure)
        /// The order had expired, and the one of this number took its place.
        case lapsed(UInt64)
    }

    /// What all three parties said.
    package enum Outcome: Sendable, Hashable {
        case trained(TrainedReport)
        case validated(ValidatedReport.Opened)
        /// The digest of the manifest that header and boxes come to.
        case sealed(Digest32)
    }

    package enum Failure: Sendable, Hashable {
        /// The first party that refused, and why.
        case refused(PartyID, code: String, text: String)
        /// These parties say something else than the two others; all three, where no two say the same.
        case differing([PartyID])
    }

    /// What one party said.
    package struct Party: Sendable, Hashable {
        /// The version of its program; nil until it accepts the order.
        package fileprivate(set) var codeVersion: String?
        /// Groups of trees that are done.
        package fileprivate(set) var groups = 0
        /// Its last word: what it refused or ended with.
        package fileprivate(set) var last: PartyReport.Step?
    }

    /// The order's digest.
    package let digest: Digest32
    package let order: SyncOrder
    /// Where the order stands in the log, and when it came there in seconds since 1970.
    package let offset: Int64
    package let time: Int64
    package private(set) var parties: [PartyID: Party] = [:]
    package private(set) var standing = Standing.open
    /// What members make of a validation.
    package private(set) var verdicts: [MemberID: MemberVerdict] = [:]

    init(_ order: SyncOrder, digest: Digest32, offset: Int64, time: Int64) {
        self.order = order
        self.digest = digest
        self.offset = offset
        self.time = time
    }

    package var isOpen: Bool { standing == .open }
    package var outcome: Outcome? { if case .done(let outcome) = standing { outcome } else { nil } }
    /// Parties that have not said their last word.
    package var missing: [PartyID] { PartyID.allCases.filter { parties[$0]?.last == nil } }

    /// Whether something may have been opened: all three parties had begun.
    package var mayHaveOpened: Bool { PartyID.allCases.allSatisfy { parties[$0]?.codeVersion != nil } }

    mutating func lapse(to number: UInt64) { standing = .lapsed(number) }

    // MARK: Reports

    /// Takes a party's report.
    ///
    /// - Parameter time: in seconds since 1970, when the report came into the log.
    mutating func take(_ step: PartyReport.Step, of party: PartyID, at time: Int64) throws(SyncRefusal) {
        guard isOpen else { throw .over(order.number) }
        var said = parties[party] ?? Party()
        guard said.last == nil else { throw .outOfTurn(party) }
        switch step {
        case .accepted(let version):
            guard said.codeVersion == nil else { throw .outOfTurn(party) }
            guard time <= order.expires else { throw .expired }
            said.codeVersion = version
        case .refused: said.last = step
        case .progress(let groups, let all):
            guard case .train(let task) = order.task, all == task.groups else { throw .otherTask }
            guard said.codeVersion != nil, groups > said.groups else { throw .outOfTurn(party) }
            said.groups = groups
        case .trained, .validated, .sealed:
            guard fits(step) else { throw .otherTask }
            guard said.codeVersion != nil else { throw .outOfTurn(party) }
            said.last = step
        }
        parties[party] = said
        end(after: step, of: party)
    }

    /// Whether a last word is of what was ordered.
    private func fits(_ step: PartyReport.Step) -> Bool {
        switch (order.task, step) {
        case (.train(let task), .trained(let report)):
            return report.rows >= task.leastRows && report.frauds >= task.leastFrauds
                && Set(report.leftOut).isDisjoint(with: task.admitted)
                && report.features.map { $0.ones.count == task.frequencies.bits.count } ?? true
        case (.validate(let task), .validated(let report)):
            let opened = report.opened
            return opened.challenger?.bins == task.challengerThresholds?.bins
                && opened.champion.bins == task.championThresholds.bins
                && opened.champion.fraudRows >= task.leastFrauds
                && opened.champion.legitimateRows >= task.leastLegitimate
        case (.seal, .sealed): return true
        default: return false
        }
    }

    private mutating func end(after step: PartyReport.Step, of party: PartyID) {
        if case .refused(let code, let text) = step {
            standing = .failed(.refused(party, code: code, text: text))
            return
        }
        let last = PartyID.allCases.compactMap { parties[$0]?.last }
        guard last.count == PartyID.allCases.count else { return }
        let outcomes = last.compactMap(outcome)
        let differing = PartyID.allCases.filter { party in
            outcomes.count { $0 == outcomes[party.rawValue] } < 2
        }
        standing = differing.isEmpty ? .done(outcomes[0]) : .failed(.differing(differing))
    }

    /// What a party's last word comes to; of a sealing, with the two others' boxes.
    private func outcome(_ last: PartyReport.Step) -> Outcome? {
        switch last {
        case .trained(let report): .trained(report)
        case .validated(let report): .validated(report.opened)
        case .sealed: sealedBoxes.map { .sealed(ModelManifest.digest(header: $0.header, boxes: $0.boxes)) }
        case .accepted, .refused, .progress: nil
        }
    }

    /// The header and the six boxes of a manifest, as the parties sealed them; nil before all three have.
    package var sealedBoxes: (header: [UInt8], boxes: [[UInt8]])? {
        guard case .seal(let task) = order.task else { return nil }
        var boxes: [[UInt8]] = []
        for party in PartyID.allCases {
            guard case .sealed(let report) = parties[party]?.last else { return nil }
            boxes += [report.encapsulated, report.box]
        }
        return (task.header, boxes)
    }

    // MARK: Verdicts

    mutating func take(_ verdict: MemberVerdict, of member: MemberID) throws(SyncRefusal) {
        guard case .validate(let task) = order.task, task.challenger != nil, outcome != nil else {
            throw .notChallenged
        }
        guard verdicts[member] == nil else { throw .alreadyTold(member) }
        verdicts[member] = verdict
    }
}
