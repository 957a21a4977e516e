package import EventLogs
package import Keys
package import Manifests
package import PipelineFiles
package import Records
package import SecureScoring
import Synchronization

/// The members of a consortium as `consortium.agreement` has them, for all stages of a party: read further whenever one of them
/// finds that it does not know an epoch or a member, so that nobody is refused for what a party has not read yet.
package final class ConsortiumMembers: MemberDirectory {
    private struct Standing {
        var history: ConsortiumHistory
        /// Of the version that takes effect.
        var entries: [MemberEntry]
        /// Numbers changes of members.
        var changes = 0
    }

    private let roster: Roster
    private let topic: Mutex<AgreementTopic>
    private let standing: Mutex<Standing>

    package init(_ roster: Roster, log: any EventLog) throws(LogError) {
        self.roster = roster
        let topic = try AgreementTopic(roster, log: log)
        try topic.read()
        let history = topic.history
        standing = Mutex(Standing(history: history, entries: Self.entries(history)))
        self.topic = Mutex(topic)
    }

    package var history: ConsortiumHistory { standing.withLock { $0.history } }
    package var entries: [MemberEntry] { standing.withLock { $0.entries } }
    /// A number that is another one whenever members or their keys are others.
    package var changes: Int { standing.withLock { $0.changes } }
    /// What the party works with now.
    package var current: Roster { roster.standing(history) }

    /// Whether the agreement in effect has a model's feature spec, or any.
    package func allow(_ manifest: ModelManifest) throws(LogError) -> Bool {
        func allows() -> Bool {
            standing.withLock { $0.history.effective.agreement.features.map { $0 == manifest.featureSpec } ?? true }
        }
        if allows() { return true }
        try refresh()
        return allows()
    }

    package func standing(of member: MemberID, in epoch: UInt32) -> MemberStanding {
        standing.withLock { $0.history.standing(of: member, in: KeyEpoch(epoch)) }
    }

    package func identity(of member: MemberID, in epoch: UInt32) -> VerifyingKey? {
        standing.withLock { $0.history.epochs.life(KeyEpoch(epoch))?.keys.members[member]?.identity }
    }

    package func refresh() throws(LogError) {
        let history = try topic.withLock { (topic) throws(LogError) -> ConsortiumHistory? in
            try topic.read() ? topic.history : nil
        }
        guard let history else { return }
        let entries = Self.entries(history)
        standing.withLock { standing in
            // A slower reader has nothing newer.
            guard history.epochs.lives.count >= standing.history.epochs.lives.count else { return }
            if history.epochs.newest != standing.history.epochs.newest { standing.changes += 1 }
            standing.history = history
            standing.entries = entries
        }
    }

    /// The terms of trainings that took the place of the roster's, as the log has them now.
    func termsChanges() throws(LogError) -> [SyncTermsChange] {
        try refresh()
        return roster.termsChanges(history)
    }

    private static func entries(_ history: ConsortiumHistory) -> [MemberEntry] {
        let keys = history.epochs.newest.members
        return history.effective.agreement.members.map { member in
            MemberEntry(
                id: member.id, budget: member.budget, hpke: keys[member.id]?.hpke ?? member.hpke,
                takesPart: member.takesPart)
        }
    }
}
