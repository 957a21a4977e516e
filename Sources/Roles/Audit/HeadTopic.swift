package import Audit
package import EventLogs
package import Manifests
import Records

/// A role's end of `consortium.audit`: shows the role's heads, and finds the contradictions in what roles have shown. Used by one
/// thread.
///
/// What the role has shown it knows from the topic alone. So a head whose append failed, and may be there or not, is shown again
/// until it is read; and a role whose file was lost or set back finds that the topic has more of it than its log.
package final class HeadTopic {
    private let role: SyncAuthor
    private let audit: AuditLog
    private let log: any EventLog
    private let reader: any LogReader
    private let group: String
    private var watch: HeadWatch
    /// Behind the last record that was read.
    private var next: Int64
    /// The place of the role's newest head.
    private var ownOffset: Int64?
    /// The record that was shown last, until it is read.
    private var underWay: [UInt8]?
    /// What the topic has of the role and its log has not, once it is told.
    private var told: SeenHead?
    /// Records that count for nothing, with why, since they were last taken.
    private var refused: [(offset: Int64, reason: AuditHeadRefusal)] = []

    private static let partition = TopicPartition(Topics.audit)

    /// - Parameter terms: of the roster.
    package init(_ role: SyncAuthor, _ audit: AuditLog, terms: SyncTerms, log: any EventLog) throws(LogError) {
        self.role = role
        self.audit = audit
        self.log = log
        group = "\(role.name).audit"
        let first = try log.earliest(of: Self.partition)
        next = max(try log.committed(Self.partition, group: group) ?? first, first)
        reader = try log.reader(at: [Position(Self.partition, next)])
        watch = HeadWatch(consortium: terms.consortium, seen: audit.seen) { terms.key(of: $0) }
    }

    /// Reads all that is in the log now.
    ///
    /// - Returns: the contradictions that are new.
    package func read() throws(LogError) -> [(role: SyncAuthor, fault: AuditFault)] {
        var found: [(role: SyncAuthor, fault: AuditFault)] = []
        var foreign: SeenHead?
        while case let records = try reader.available(limit: 256), !records.isEmpty {
            for record in records {
                next = record.position.offset + 1
                take(record, &found, &foreign)
            }
        }
        if let foreign, foreign != told {
            told = foreign
            found.append((role, .setBack(role, has: audit.count, signed: foreign.size)))
        }
        return found
    }

    /// - Parameter foreign: the last head of the role's own that is not of its log: of a file that it lost, or of somebody who has
    ///   its key.
    private func take(
        _ record: LogRecord, _ found: inout [(role: SyncAuthor, fault: AuditFault)], _ foreign: inout SeenHead?
    ) {
        let value = record.value ?? []
        do throws(AuditHeadRefusal) {
            let (author, faults) = try watch.take(value)
            guard author == role else {
                found += faults.map { ($0.role ?? author, $0) }
                return
            }
            ownOffset = record.position.offset
            if value == underWay { underWay = nil }
            if let own = watch.newest(of: role), !audit.has(own) { foreign = own }
        } catch {
            refused.append((record.position.offset, error))
            // Whoever may write to the topic may write anything.
            if refused.count > 100 { refused.removeFirst() }
        }
    }

    /// Reads, shows the newest head, and names those of others: for a role that looks once.
    ///
    /// - Returns: the contradictions that are new. They stand in the role's log, too.
    package func exchange() throws(LogError) -> [(role: SyncAuthor, fault: AuditFault)] {
        let found = try read()
        for (author, fault) in found { audit.write(fault.event(of: author)) }
        _ = try show()
        try witness()
        return found
    }

    /// The records that count for nothing since the last call.
    package func takeRefused() -> [(offset: Int64, reason: AuditHeadRefusal)] {
        defer { refused = [] }
        return refused
    }

    /// Shows the newest head, where it was not shown; false where there is nothing to show.
    ///
    /// Everything that is in the log has to be read.
    package func show() throws(LogError) -> Bool {
        guard let record = underWay ?? audit.shown(after: watch.newest(of: role)) else { return false }
        underWay = record
        try log.append([NewRecord(Self.partition, key: Array(role.description.utf8), value: record)])
        return true
    }

    /// Names the newest heads of others in the role's log, so that its next head does, and commits how far it has read. A role that
    /// starts again begins at its own newest head, which it has to know.
    package func witness() throws(LogError) {
        for (author, record) in watch.records where author != role { _ = try? audit.see(record) }
        _ = audit.sign()
        if let offset = ownOffset { try log.commit([Position(Self.partition, min(offset, next))], group: group) }
    }
}

extension SyncAuthor {
    /// Its own name without its kind, as groups have it.
    fileprivate var name: String {
        switch self {
        case .coordinator: "coordinator"
        case .party(let party): party.name
        case .member(let member): member.name
        case .operator(let id): "\(id)"
        }
    }
}

extension AuditFault {
    /// The entry of whoever finds that a role contradicts itself.
    func event(of role: SyncAuthor) -> AuditEvent {
        AuditEvent(.contradicted, [.object: "\(role)", .reason: "\(self)"])
    }

    /// The role that contradicts itself; nil for what is wrong with a file.
    fileprivate var role: SyncAuthor? {
        switch self {
        case .forked(let fork): fork.role
        case .setBack(let role, _, _), .notShown(let role, _, _): role
        default: nil
        }
    }
}
