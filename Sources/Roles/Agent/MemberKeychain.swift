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

    /// Opens the sessions of all open epochs that the keystore has, and those of the newest in any case.
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
        var opened: [UInt32: [PartyID: Session]] = [:]
        for keys in history.open.dropLast() {
            let number = keys.number.number
            opened[number] = try keystore.sessions(of: entry.id, epoch: number)?.sessions
        }
        let newest = history.newest.number.number
        let current = try openSession(of: history.newest, entry, roster, keystore, log, logger)
        opened[newest] = current
        sessions = Mutex(opened)
        sealing = SealingSessions(.init(number: newest, sessions: current))
    }

    /// The session with a party in an epoch; nil where the member has none, or none any more.
    package func session(_ party: PartyID, _ epoch: UInt32) -> Session? { sessions.withLock { $0[epoch]?[party] } }

    /// Makes and announces the sessions of the newest epoch, where three parties are ready for one, and seals under them from then
    /// on.
    ///
    /// - Returns: whether there is a newer one.
    func follow() throws -> Bool {
        let newest = try book.refresh().newest
        let number = newest.number.number
        guard number > sealing.now.number else { return false }
        let opened = try openSession(of: newest, entry, roster, keystore, log, logger)
        sessions.withLock { $0[number] = opened }
        sealing.renew(.init(number: number, sessions: opened))
        return true
    }

    /// Erases the sessions of closed epochs, and says so; those of the epoch that the member seals under stay.
    ///
    /// - Returns: whether there were any.
    func erase(now: Int64) throws -> Bool {
        let history = book.history
        var hasErased = false
        for life in history.lives where life.closing != nil && life.number.number < sealing.now.number {
            let number = life.number.number
            let held = sessions.withLock { $0.removeValue(forKey: number) != nil }
            let isStored = try keystore.sessions(of: entry.id, epoch: number) != nil
            try keystore.erase("session-\(number)")
            guard held || isStored, life.erased[.member(entry.id)] == nil else { continue }
            hasErased = true
            try say(EpochErased(epoch: life.number, keys: ["session-\(number)"]), history, now: now)
            logger.notice("session keys of a closed epoch are erased", metadata: ["epoch": "\(number)"])
        }
        return hasErased
    }

    private func say(_ erased: EpochErased, _ history: EpochHistory, now: Int64) throws {
        let record = try AgreementStatement.epochErased(erased).record(
            by: .member(entry.id), consortium: roster.consortium, key: try keystore.signingKey())
        var tried = history
        // Another agent of the member may have said so.
        guard (try? tried.apply(record, time: now)) != nil else { return }
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
    }
}
