package import EventLogs
package import Keys
package import Manifests
import Model
package import PipelineFiles
package import Records
package import SecureScoring
import Synchronization

/// The members of a consortium as `consortium.agreement` has them, for all stages of a party: read further whenever one of them
/// finds that it does not know an epoch or a member, so that nobody is refused for what a party has not read yet.
package final class ConsortiumMembers: MemberDirectory {
    private struct Standing {
        var history: ConsortiumHistory
        /// The version that takes effect: asked for by each batch.
        var agreement: ConsortiumAgreement
        /// Of that version.
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
        standing = Mutex(
            Standing(
                history: history, agreement: history.effective.agreement, entries: Self.entries(history)))
        self.topic = Mutex(topic)
    }

    package var history: ConsortiumHistory { standing.withLock { $0.history } }
    package var entries: [MemberEntry] { standing.withLock { $0.entries } }
    /// A number that is another one whenever members or their keys are others.
    package var changes: Int { standing.withLock { $0.changes } }
    /// What the party works with now.
    package var current: Roster { roster.standing(history) }

    /// The agreement in effect.
    package var agreement: ConsortiumAgreement { standing.withLock { $0.agreement } }

    /// Why the agreement in effect does not allow a model; nil where it does.
    package func objection(to manifest: ModelManifest) throws(LogError) -> String? {
        guard agreement.objection(to: manifest) != nil else { return nil }
        try refresh()
        return agreement.objection(to: manifest)
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
            standing.agreement = history.effective.agreement
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

extension ConsortiumAgreement {
    /// Why a model is not allowed: it is for another feature spec, or its counts reach further back than counts are kept.
    fileprivate func objection(to manifest: ModelManifest) -> String? {
        if let features, features != manifest.featureSpec {
            return "not_agreed: the agreement wants models for another feature spec"
        }
        guard let days = retention.counts, let counts = manifest.counts, counts.reach > Int64(days) * EventTime.day
        else {
            return nil
        }
        return "not_agreed: the agreement has counts kept for \(days) days, and the model's reach further back"
    }
}

extension ConsortiumAgreement.Retention {
    /// The topics that keep their records for a time at most.
    package var agreedTopics: [String: Duration] {
        guard let records else { return [:] }
        let most = Duration.seconds(Int64(records) * EventTime.day)
        return [Topics.sealed: most, Topics.labels: most]
    }
}
