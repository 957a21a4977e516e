package import Records

/// All that filters look at.
package struct QueueRow: Hashable, Sendable {
    package var facts: AlertFacts
    package var work: Work
    /// When it is late, in microseconds since 1970.
    package var due: Int64
    /// Of the payment; nil where its record is not there, or does not say.
    package var kind: PaymentKind?
    package var channel: PaymentChannel?
    package var entities: [LinkKind: String]
    /// The rule's snooze that it fell under; nil for none.
    package var kept: ItemID?

    package init(
        facts: AlertFacts, work: Work = Work(), due: Int64 = 0, kind: PaymentKind? = nil,
        channel: PaymentChannel? = nil,
        entities: [LinkKind: String] = [:], kept: ItemID? = nil
    ) {
        self.kept = kept
        self.facts = facts
        self.work = work
        self.due = due
        self.kind = kind
        self.channel = channel
        self.entities = entities
    }
}

extension QueueRow {
    /// Whether it is kept back: nobody has changed anything of it yet, and no sample has drawn it.
    package var isKept: Bool { kept != nil && work.version == 0 && work.raised == nil }

    /// How it came before the desk.
    package var origin: Origin {
        facts.isReported ? .reported : work.raised?.sample != nil ? .sample : .alert
    }
}

extension QueueFilter {
    /// Whether an alert is one of them. Feeds go by it, one alert at a time; what an index finds has to be the same.
    ///
    /// - Parameters:
    ///   - me: who looks.
    ///   - now: by the log's clock, in microseconds.
    package func matches(_ row: QueueRow, me: Actor?, now: Int64) -> Bool {
        guard team.has(row) else { return false }
        guard row.work.state == (shown == .closed ? .closed : .open) else { return false }
        let isAside = row.work.snoozed.map { $0.until > now } ?? false
        if shown != .closed, isAside != (shown == .snoozed) { return false }
        if shown != .closed, row.isKept != (shown == .kept) { return false }
        if shown != .closed, !isTheirs(row.work.holder(at: now), me) { return false }
        // What is kept from somebody is not told by the list that it stands in.
        if let finding, row.work.judgement?.finding != finding || row.work.isBlind(to: me) { return false }
        if let file, row.work.file != file { return false }
        if awaits == .second, row.work.proposal == nil { return false }
        if awaits == .late, row.work.lateAt == nil { return false }
        if awaits == .soon, row.work.warnedAt == nil || row.work.lateAt != nil { return false }
        if awaits == .others, row.work.pause(at: now) == nil { return false }
        if awaits == .look, row.work.second?.isWaiting != true { return false }
        if let origin, row.origin != origin { return false }
        if let band, row.facts.band != band { return false }
        if let rule, !row.facts.rules.contains(rule) { return false }
        if let kind, row.kind != kind { return false }
        if let channel, row.channel != channel { return false }
        if let atLeast, row.facts.amount < atLeast { return false }
        if let atMost, atMost < row.facts.amount { return false }
        if let probability, row.facts.probability < probability { return false }
        if let entity, row.entities[entity.kind] != entity.name { return false }
        return true
    }

    private func isTheirs(_ holder: Actor?, _ me: Actor?) -> Bool {
        switch whose {
        case .anyone: true
        case .free: holder == nil
        case .mine: holder != nil && holder == me
        case .mineOrFree: holder == nil || holder == me
        }
    }
}
