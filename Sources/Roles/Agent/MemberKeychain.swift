import EventLogs
package import Ingest
package import Keys
import Logging
import Manifests
import PipelineFiles
package import Records
import Synchronization

/// A member's sessions of all epochs of keys that are open: it seals under the newest, and opens what parties seal under any.
package final class MemberKeychain: Sendable {
    /// What the member seals under.
    package let sealing: SealingSessions
    let book: EpochBook
    private let entry: Roster.Member
    private let roster: Roster
    private let keystore: any Keystore
    private let log: any EventLog
    private let logger: Logger
    private let sessions: Mutex<[UInt32: [PartyID: Session]]>
    /// The end of the member's scores when the parties were found to have erased an epoch: none of it, or of one before, is behind.
    private let end = Mutex<(epoch: UInt32, offset: Int64)?>(nil)

    /// Opens the sessions of the newest epoch; those of others are opened when they are asked for.
    init(
        _ entry: Roster.Member, _ roster: Roster, _ keystore: any Keystore, log: any EventLog, logger: Logger
    ) throws {
        self.entry = entry
        self.roster = roster
        self.keystore = keystore
        self.log = log
        self.logger = logger
        book = try EpochBook(roster, log: log)
        let history = book.history
        let keys = history.newest
        let newest = keys.number.number
        let current = try openSession(of: keys, entry, roster, keystore, log, logger)
        sessions = Mutex([newest: current])
        sealing = SealingSessions(.init(number: newest, sessions: current), closings: EpochClosings(history))
        _ = takesPart(in: keys)
    }

    /// The member's newest key that others encrypt to.
    package var hpke: HPKEPublicKey { book.history.newest.members[entry.id]?.hpke ?? entry.hpke }

    /// The session with a party in an epoch, closed or not; nil where the member has none, or none any more.
    package func session(_ party: PartyID, _ epoch: UInt32) -> Session? {
        sessions.withLock { opened in
            // An agent that ran before this one, or runs beside it, may have made them.
            if opened[epoch] == nil {
                opened[epoch] = (try? keystore.sessions(of: entry.id, epoch: epoch))?.sessions
            }
            return opened[epoch]?[party]
        }
    }

    /// Whether the member is one of an epoch, the newest; one that is none seals nothing any more.
    private func takesPart(in keys: EpochKeys) -> Bool {
        guard keys.members[entry.id] == nil else { return true }
        if sealing.participation == .takesPart {
            logger.notice(
                "the member takes no part any more: what it sends is rejected",
                metadata: ["epoch": "\(keys.number)"])
            sealing.note(.hasLeft)
        }
        return false
    }

    /// Notes of a member that has left that no score comes any more: all parties are done with the last epoch that it took part
    /// in.
    package func settle() throws {
        guard sealing.participation == .hasLeft else { return }
        if let last = book.history.lives.last(where: { $0.keys.members[entry.id] != nil }) {
            guard last.closing != nil, last.erasuresMissing.isEmpty else { return }
        }
        sealing.note(.isSettled(scores: try log.end(of: TopicPartition(Topics.scores(entry.id)))))
    }

    /// Makes and announces the sessions of the newest epoch, where three parties are ready for one, and seals under them from then
    /// on. What stands behind the closing of an epoch is sealed again. Where the member takes no part in the newest epoch, nothing
    /// is sealed any more.
    ///
    /// - Returns: whether there is a newer one.
    package func follow() throws -> Bool {
        let history = try book.refresh()
        let newest = history.newest
        let number = newest.number.number
        guard takesPart(in: newest) else { return false }
        defer {
            // What is open is known by now, or the next look has to find it.
            if number == sealing.now.number { sealing.close(EpochClosings(history)) }
        }
        guard number > sealing.now.number else { return false }
        let opened = try openSession(of: newest, entry, roster, keystore, log, logger)
        sessions.withLock { $0[number] = opened }
        sealing.renew(.init(number: number, sessions: opened))
        return true
    }

    /// Erases the sessions of closed epochs once nothing will be opened under them any more, and says so: all parties have told
    /// that they are done with the epoch, so their scores are in the log, and each partition of the member's transactions is past
    /// those. An agent has some of the partitions, or none: their positions in the log say so for all.
    ///
    /// - Returns: whether there were any.
    package func erase(now: Int64) throws -> Bool {
        let history = book.history
        // Who is done with an epoch is done with those before.
        guard let last = history.lives.last(where: { $0.closing != nil && $0.erasuresMissing.isEmpty })?.number else {
            return false
        }
        let lives = try history.lives.filter { life in
            let number = life.number.number
            guard life.number <= last, number < sealing.now.number || sealing.participation != .takesPart else {
                return false
            }
            return try sessions.withLock { $0[number] != nil } || keystore.holds("session-\(number)")
        }
        guard !lives.isEmpty, try areScoresDecided(of: last) else { return false }
        let old = try settleKeys(history, behind: last)
        for life in lives {
            let number = life.number.number
            try keystore.erase("session-\(number)")
            if life.erased[.member(entry.id)] == nil {
                let keys = ["session-\(number)"] + (life.number == last ? old : [])
                try say(EpochErased(epoch: life.number, keys: keys), history, now: now)
            }
            sessions.withLock { $0[number] = nil }
            logger.notice("session keys of a closed epoch are erased", metadata: ["epoch": "\(number)"])
        }
        return true
    }

    /// The member's identity in an epoch of keys.
    func signingKey(in keys: EpochKeys) throws(KeystoreError) -> SigningKey {
        try keystore.signingKey(of: keys.members[entry.id] ?? MemberKeys(identity: entry.identity, hpke: entry.hpke))
    }

    /// Erases the member's own keys of epochs up to one, where it has others since.
    private func settleKeys(_ history: EpochHistory, behind last: KeyEpoch) throws(KeystoreError) -> [String] {
        var needed: [UInt32: MemberKeys] = [:]
        for life in history.lives where life.number > last { needed[life.number.number] = life.keys.members[entry.id] }
        // Who takes part no more, or has lost its newest keys, erases nothing.
        guard let newest = needed[history.newest.number.number], try keystore.name(of: newest.identity) != nil,
            try keystore.name(of: newest.hpke) != nil
        else { return [] }
        do throws(KeystoreError) { return try keystore.settle(needed) } catch {
            // Another agent of the member does the same.
            guard case .missing = error else { throw error }
            return []
        }
    }

    /// Whether nothing that the log has of scores of an epoch, which parties are done with, is needed for a decision.
    private func areScoresDecided(of epoch: KeyEpoch) throws -> Bool {
        let scores = TopicPartition(Topics.scores(entry.id))
        let end = try end.withLock { known in
            if let known, known.epoch == epoch.number { return known.offset }
            let end = try log.end(of: scores)
            known = (epoch.number, end)
            return end
        }
        return try (0..<log.partitions(of: Topics.transactions(entry.id))).allSatisfy { partition in
            try log.committed(scores, group: DecisionPipeline.group(entry.id, partition)) ?? 0 >= end
        }
    }

    private func say(_ erased: EpochErased, _ history: EpochHistory, now: Int64) throws {
        let record = try AgreementStatement.epochErased(erased).record(
            by: .member(entry.id), consortium: roster.consortium, key: try signingKey(in: history.newest))
        var tried = history
        // Another agent of the member may have said so.
        guard (try? tried.apply(record, time: now)) != nil else { return }
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
    }
}

extension EpochClosings {
    /// Those that the coordinator has told of.
    fileprivate init(_ history: EpochHistory) {
        self.init(
            Dictionary(
                uniqueKeysWithValues: history.lives.compactMap { life in
                    life.closing.map { (life.number.number, $0.offsets) }
                }))
    }
}
