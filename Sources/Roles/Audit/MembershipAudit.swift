package import Audit
package import Manifests
package import Records

/// The entries of a role's audit log on who came and went: once for each epoch of keys that brings something.
package struct MembershipAudit: Sendable {
    /// The newest epoch that was told of.
    private var told: KeyEpoch?

    package init() {}

    /// Tells of all epochs that it has not told of. What a process before has told is in the log once all the same.
    package mutating func tell(_ history: ConsortiumHistory, to audit: any AuditWriter) {
        let newest = history.epochs.newest.number
        guard newest > told ?? history.epochs.terms.founding.number else { return }
        for life in history.epochs.lives where told.map({ life.number > $0 }) ?? true {
            for event in Self.events(history, life.number) { audit.write(event) }
        }
        told = newest
    }

    /// What is to be told of one epoch: about the version of the agreement that it stands on.
    package static func events(_ history: ConsortiumHistory, _ epoch: KeyEpoch) -> [AuditEvent] {
        let version = history.version(in: epoch)?.digest
        return history.membershipChanges(of: epoch).map { change in
            switch change {
            case .joins(let member): AuditEvent(.join, of: version, [.member: member.name, .epoch: "\(epoch)"])
            case .leaves(let member): AuditEvent(.leave, of: version, [.member: member.name, .epoch: "\(epoch)"])
            case .expelled(let member): AuditEvent(.expel, of: version, [.member: member.name, .epoch: "\(epoch)"])
            case .replaced(let party): AuditEvent(.replace, of: version, [.party: party.name, .epoch: "\(epoch)"])
            }
        }
    }
}
