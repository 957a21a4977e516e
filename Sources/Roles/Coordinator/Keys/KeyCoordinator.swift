package import Audit
package import EventLogs
package import Keys
package import Manifests
package import PipelineFiles
import Records
package import Stages

/// The coordinator of keys: reads `consortium.agreement`, and does what is next. It never has a private key of anybody but its own.
/// Used by one thread.
package final class KeyCoordinator {
    package let roster: Roster
    private let log: any EventLog
    private let clock: any StageClock
    private let keystore: FileKeystore?
    private let audit: any AuditWriter
    private let topic: AgreementTopic
    /// Seconds by which brokers' clocks may differ: so far before its time a record is looked for that may be there already.
    private static let skew: Int64 = 60

    /// - Parameters:
    ///   - keystore: where the coordinator's private key is; nil for whoever only looks.
    ///   - audit: gets an entry of what it says before it is on the log.
    package init(
        _ roster: Roster, keystore: FileKeystore?, log: any EventLog, clock: any StageClock = SystemClock(),
        audit: any AuditWriter = NoAudit()
    ) throws {
        self.roster = roster
        self.log = log
        self.clock = clock
        self.keystore = keystore
        self.audit = audit
        if let keystore, try keystore.signingKey().verifyingKey != roster.coordinator {
            throw RoleError.notTheCoordinator(keys: keystore.directory)
        }
        let isFresh = Switch()
        topic = try AgreementTopic(roster, log: log) { message, history in
            // What was there before somebody else has told, or told so much that each entry would be looked for.
            guard isFresh.isOn, message.author != .coordinator else { return }
            if let event = EpochAudit.event(message, history.epochs) { audit.write(event) }
        }
        try topic.read()
        isFresh.isOn = true
    }

    /// Something that is off at first. Used by one thread.
    private final class Switch { var isOn = false }

    package var history: EpochHistory { topic.epochs }
    package var now: Int64 { clock.microseconds / 1_000_000 }

    /// Takes what came into the log since.
    package func read() throws { try topic.read() }

    /// Waits for something new in the log; false where nothing came in that time.
    package func wait(_ time: Duration) throws -> Bool { try topic.wait(until: clock.now + time, clock) }

    /// Records that count for nothing, with why; each is in the audit log.
    package func takeRefused() -> [(offset: Int64, reason: ConsortiumRefusal)] {
        let refused = topic.takeRefused()
        for (offset, reason) in refused { audit.write(EpochAudit.refused(offset, reason)) }
        return refused
    }

    // MARK: Doing

    /// Does what is next, where it is for the coordinator to do.
    ///
    /// - Returns: what it was.
    package func advance(_ conductor: EpochConductor, isDue: (EpochHistory) -> Bool) throws -> EpochConductor.Step {
        try topic.read()
        let before = history
        let step = conductor.step(before, at: now, isDue: isDue(before))
        do {
            switch step {
            case .wait: break
            case .order(let order): try say(.epochOrder(order))
            case .manifest(let manifest): try say(.epochManifest(manifest))
            case .place(let kind, let keys, let since):
                let offsets = try place(kind, keys, since: since)
                try say(.epochPlaces(EpochPlaces(epoch: keys.number, kind: kind, offsets: offsets)))
            }
        } catch is ConsortiumRefusal where history != before {
            // Somebody said something meanwhile: another who conducts, or a member. What is next is another step now.
        }
        return step
    }

    /// Rotates keys: finishes what is under way, or else begins anew.
    ///
    /// - Parameters:
    ///   - deadline: how long it is waited for; nil to do what can be done at once.
    ///   - look: told of every step and of every change.
    /// - Returns: whether the new epoch is in force, and the one before it closed.
    package func rotate(
        _ conductor: EpochConductor, until deadline: Moment?, isStopping: () -> Bool = { false },
        look: (EpochHistory, EpochConductor.Step) -> Void
    ) throws -> Bool {
        let target = history.target
        var seen: EpochStanding?
        while true {
            let step = try advance(conductor) { $0.newest.number < target }
            if step.isDoing {
                look(history, step)
            } else if history.standing != seen {
                look(history, step)
                seen = history.standing
            }
            if history.isDone(target) { return true }
            guard case .wait = step else { continue }
            guard let deadline, clock.now < deadline, !isStopping() else { return false }
            _ = try wait(min(.milliseconds(200), clock.left(until: deadline)))
        }
    }

    // MARK: Saying

    /// Says something as the coordinator. What would not count is not written.
    ///
    /// - Throws: `ConsortiumRefusal` where the history would refuse it.
    private func say(_ statement: AgreementStatement) throws {
        guard let keystore else { throw RoleError.notTheCoordinator(keys: "nothing") }
        let record = try statement.record(
            by: .coordinator, consortium: roster.consortium, key: try keystore.signingKey())
        try topic.read()
        var tried = topic.history
        try tried.apply(record, time: now)
        tell(statement)
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
        try topic.read()
    }

    private func tell(_ statement: AgreementStatement) {
        switch statement {
        case .epochOrder(let order):
            audit.write(
                AuditEvent(
                    .epochOrdered, of: order.agreement, [.epoch: "\(order.epoch)", .attempt: "\(order.attempt)"]))
        case .epochManifest(let manifest):
            audit.write(
                AuditEvent(
                    .epochFixed, of: manifest.keys, [.epoch: "\(manifest.epoch)", .attempt: "\(manifest.attempt)"]))
        default: break
        }
    }

    // MARK: Switching

    /// Has a record by which an epoch begins, or ends, in every partition of `consortium.sealed`, and finds the one that is there
    /// already.
    ///
    /// - Returns: where they stand, one a partition.
    private func place(_ kind: EpochPlaces.Kind, _ keys: EpochKeys, since: Int64) throws -> [Int64] {
        guard let keystore else { throw RoleError.notTheCoordinator(keys: "nothing") }
        audit.write(
            AuditEvent(
                kind == .activation ? .epochActivated : .epochClosed, of: keys.digest, [.epoch: "\(keys.number)"]))
        if kind == .activation {
            for event in MembershipAudit.events(topic.history, keys.number) { audit.write(event) }
        }
        let key = try keystore.signingKey()
        var offsets: [Int64] = []
        for partition in 0..<(try log.partitions(of: Topics.sealed)) {
            if let offset = try placed(kind, keys, in: partition, since: since - Self.skew) {
                offsets.append(offset)
                continue
            }
            var record = WireSealedRecord()
            switch kind {
            case .activation:
                record.epochActivation = try EpochActivation.make(
                    keys, consortium: roster.consortium, partition: partition, coordinator: key)
            case .closing:
                record.epochClosing = try EpochClosing.make(
                    keys, consortium: roster.consortium, partition: partition, coordinator: key)
            }
            let place = try log.append([NewRecord(TopicPartition(Topics.sealed, partition), value: record.encoded)])
            offsets += place.map(\.offset)
        }
        return offsets
    }

    /// The first record of a partition by which an epoch begins, or ends, of those that came at a time or later; nil where there is
    /// none.
    private func placed(
        _ kind: EpochPlaces.Kind, _ keys: EpochKeys, in partition: Int, since: Int64
    ) throws -> Int64? {
        let sealed = TopicPartition(Topics.sealed, partition)
        let begin = try LogWindows(log).offset(at: EventTime(seconds: since), in: sealed)
        let reader = try log.reader(at: [Position(sealed, begin)])
        while case let records = try reader.available(limit: 1024), !records.isEmpty {
            for record in records where isSwitch(record, kind, keys, partition) { return record.position.offset }
        }
        return nil
    }

    private func isSwitch(
        _ record: LogRecord, _ kind: EpochPlaces.Kind, _ keys: EpochKeys, _ partition: Int
    ) -> Bool {
        guard let bytes = record.value, SealedTransaction(bytes) == nil else { return false }
        switch (kind, WireSealedRecord(decoding: bytes)?.body) {
        case (.activation, .epochActivation(let wire)): return bounds(wire, keys, partition)
        case (.closing, .epochClosing(let wire)): return bounds(wire, keys, partition)
        default: return false
        }
    }

    private func bounds<Wire: WireEpochBoundary>(_ wire: Wire, _ keys: EpochKeys, _ partition: Int) -> Bool {
        let read = try? EpochBoundary<Wire>(
            verifying: wire, consortium: roster.consortium, partition: partition, coordinator: roster.coordinator)
        return read?.keys == keys.digest && read?.epoch == keys.number
    }
}

extension EpochConductor.Step {
    /// Whether it is for the coordinator to do something.
    package var isDoing: Bool { if case .wait = self { false } else { true } }
}
